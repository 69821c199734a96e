"""People who can be reached, and messages to them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.identity.models import Device
from api.notifications.service import queue_notices
from api.notifications.types import Notice
from api.plumbing.context import Ctx
from api.plumbing.crypto import blind_index
from tests.builders.grids import make_station
from tests.builders.identity import Enrolled, actor_of, enroll, open_session
from tests.sandboxes import make_token


@dataclass(frozen=True)
class Reachable:
    """An enrolled person, and the push tokens of the phones they carry."""

    person: Enrolled
    tokens: tuple[str, ...] = ()

    @property
    def id(self) -> UUID:
        return self.person.id


def make_reachable(
    ctx: Ctx, station_id: UUID | None = None, *, phones: int = 1, number: str | None = None
) -> Reachable:
    """Somebody of a station (a new one by default) with so many push registrations."""
    person = enroll(ctx, station_id=station_id or make_station(ctx), phone=number)
    tokens = tuple(make_token(f"{person.id} {number}") for number in range(phones))
    if tokens:
        _add_phones(ctx, person, tokens)
    return Reachable(person, tokens)


def add_phones(ctx: Ctx, somebody: Reachable, *tokens: str, provider: str) -> Reachable:
    """The same person with more phones."""
    _add_phones(ctx, somebody.person, tokens, provider)
    return replace(somebody, tokens=(*somebody.tokens, *tokens))


def _add_phones(ctx: Ctx, person: Enrolled, tokens: tuple[str, ...], provider: str = "fcm") -> None:
    # Rows and not `register_device`, because some tests need hundreds.
    session_id = actor_of(ctx, open_session(ctx, person)).session_id
    for token in tokens:
        device_id = ctx.new_id()
        device = Device(
            id=device_id, person_id=person.id, session_id=session_id, install_id=str(device_id), provider=provider,
            platform="android", token=token, token_hash=blind_index(token, "devices.token"), registered_at=ctx.now,
            last_seen_at=ctx.now,
        )  # fmt: skip
        ctx.session.add(device)
    ctx.session.flush()


def make_notice(ctx: Ctx, somebody: Reachable, **changes: Any) -> Notice:
    """An offer to this person, good for two minutes."""
    notice = Notice(
        person_id=somebody.id,
        subject_kind="offer",
        subject_id=ctx.new_id(),
        template="offer",
        urgency="alert",
        step="offer",
        expires_at=ctx.now + timedelta(minutes=2),
        station_id=somebody.person.station_id,
    )
    return replace(notice, **changes)


def queue_notice(ctx: Ctx, somebody: Reachable, **changes: Any) -> UUID:
    """Queue one offer to this person; returns the id of its first message."""
    return queue_notices(ctx, [make_notice(ctx, somebody, **changes)])[0]


def message_row(ctx: Ctx, message_id: UUID) -> dict[str, Any]:
    """Everything the outbox holds about a message."""
    row = ctx.session.execute(text("SELECT * FROM outbox WHERE id = :id"), {"id": message_id}).one()
    return dict(row._mapping)
