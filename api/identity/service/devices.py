"""Push registrations: whose phone rings. A token rings for the account that registered it last, and for nobody else."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record, record_many
from api.identity.models import Device, Person
from api.identity.queries import devices_of
from api.identity.rules.lives import DEVICE
from api.identity.types import DeviceEvent, DeviceState, DeviceView, NewDevice
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx
from api.plumbing.crypto import blind_index
from api.plumbing.db import among
from api.plumbing.locks import take_locks

_ACTIVE = Device.state == DeviceState.ACTIVE
_RETIRED = DEVICE.next(DeviceState.ACTIVE, DeviceEvent.RETIRE)


def register_device(ctx: Ctx, *, device: NewDevice) -> DeviceView:
    """Make this token ring for the actor's session. Sent again, it only refreshes when the phone was last seen.

    Whatever else holds the token or the installation's place is retired: a phone handed to somebody else, a second
    account on one phone, a token the provider replaced.
    """
    token_hash = blind_index(device.token, "devices.token")
    take_locks(ctx.session, [f"device.token:{token_hash.hex()}", f"device.install:{device.install_id}"])
    same = and_(
        Device.person_id == ctx.actor.person, Device.token_hash == token_hash, Device.install_id == device.install_id
    )
    place = and_(Device.install_id == device.install_id, Device.provider == device.provider)
    _retire(ctx, and_(or_(Device.token_hash == token_hash, place), ~same), "moved")
    device_id = ctx.new_id()
    row = insert(Device).values(
        id=device_id, person_id=ctx.actor.person, session_id=ctx.actor.session_id, install_id=device.install_id,
        provider=device.provider, platform=device.platform, token=device.token, token_hash=token_hash,
        registered_at=ctx.now, last_seen_at=ctx.now,
    )  # fmt: skip
    row = row.on_conflict_do_update(
        index_elements=["token_hash"],
        # As text: a bound parameter here matches the partial index only until PostgreSQL turns to a generic plan, which
        # is on a connection's eleventh registration.
        index_where=text("state = 'active'"),
        set_={key: row.excluded[key] for key in ("session_id", "provider", "platform", "last_seen_at")},
    )
    kept = ctx.session.scalars(row.returning(Device.id)).one()
    if kept == device_id:
        record(ctx, "device.registered", "device", device_id, provider=device.provider)
    return next(view for view in devices_of(ctx.session, ctx.actor.person) if view.id == kept)


def remove_device(ctx: Ctx, *, device_id: UUID) -> None:
    """Retire one of the actor's own registrations; raises NotFound for anybody else's."""
    if not _retire(ctx, and_(Device.id == device_id, Device.person_id == ctx.actor.person), "removed_by_owner"):
        raise NotFound


def retire_registration(ctx: Ctx, device_id: UUID, reason: str) -> None:
    """Never ring this registration again (the provider says it is dead); a second call changes nothing."""
    _retire(ctx, Device.id == device_id, reason)


def retire_devices_of(ctx: Ctx, *, session_ids: Sequence[UUID], reason: str) -> None:
    """Retire what was registered under sessions that have ended."""
    _retire(ctx, among(Device.session_id, session_ids), reason)


def _retire(ctx: Ctx, which: ColumnElement[bool], reason: str) -> int:
    station = select(Person.station_id).where(Person.id == Device.person_id).scalar_subquery()
    rows: Sequence[Any] = ctx.session.execute(
        update(Device)
        .where(which, _ACTIVE)
        .values(state=_RETIRED, retired_at=ctx.now, retire_reason=reason)
        .returning(Device.id, station)
        .execution_options(synchronize_session=False)
    ).all()
    for station_id in {row[1] for row in rows}:
        # The pusher has no station of its own; the entry belongs to the trail of the phone's owner.
        owner = replace(ctx, actor=replace(ctx.actor, station_id=station_id))
        retired = [(row[0], {"reason": reason}) for row in rows if row[1] == station_id]
        record_many(owner, "device.retired", "device", retired)
    return len(rows)
