"""The codes by which a text names the question it answers: one per question and number, never two at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.identity.queries import contacts_of, phone_index
from api.notifications.models import ReplyCode, SmsRoute
from api.notifications.rules.quotas import country_prefix
from api.notifications.rules.replies import ANSWERABLE, choose_code
from api.notifications.rules.templates import REPLY
from api.notifications.types import Channel
from api.plumbing.context import Ctx
from api.plumbing.db import among
from api.plumbing.locks import take_locks
from api.plumbing.outbox import NewMessage

# A text that comes back late must not answer the next question, so a code rests after its question has ended.
REST = timedelta(hours=24)


def give_codes(ctx: Ctx, messages: Sequence[NewMessage]) -> list[NewMessage]:
    """The messages, those texts that ask something with a code, where their number's country lets texts come back."""
    asking = [one for one in messages if one.channel == Channel.SMS and one.person_id and _asks(one)]
    if not asking:
        return list(messages)
    people = {one.person_id for one in asking if one.person_id}
    routes = _answerable(ctx.session)
    indexes = {
        person_id: phone_index(contact.phone)
        for person_id, contact in contacts_of(ctx.session, people).items()
        if routes.get(country_prefix(contact.phone), routes.get("", False))
    }
    codes = _codes(ctx, [one for one in asking if one.person_id in indexes], indexes) if indexes else {}
    return [_with_code(one, codes.get((one.person_id, one.subject_id))) for one in messages]


def _asks(message: NewMessage) -> bool:
    return message.subject_id is not None and message.template in ANSWERABLE


def _with_code(message: NewMessage, code: int | None) -> NewMessage:
    if code is None or message.channel != Channel.SMS:
        return message
    return replace(message, variables={**message.variables, REPLY: code})


def _answerable(session: Session) -> dict[str, bool]:
    """Per country prefix, whether some provider takes texts from there; a handful of rows."""
    found: dict[str, bool] = {}
    for prefix, replies in session.execute(select(SmsRoute.prefix, SmsRoute.replies)):
        found[prefix] = found.get(prefix, False) or replies
    return found


def _codes(
    ctx: Ctx, asking: Sequence[NewMessage], indexes: Mapping[UUID, bytes]
) -> dict[tuple[UUID | None, UUID | None], int]:
    # One at a time per number: two dispatches that ask one person at once must see each other's codes.
    numbers = sorted({indexes[one.person_id] for one in asking if one.person_id})
    take_locks(ctx.session, [f"notifications.codes.{number.hex()}" for number in numbers])
    ctx.session.execute(delete(ReplyCode).where(among(ReplyCode.number_index, numbers), ReplyCode.free_at <= ctx.now))
    taken, known = _taken(ctx.session, numbers)
    rows: list[dict[str, Any]] = []
    for one in asking:
        if one.person_id is None or one.subject_id is None:
            continue
        number = indexes[one.person_id]
        code = known.get((number, one.subject_id)) or choose_code(
            taken.setdefault(number, set()), int.from_bytes(ctx.entropy(4))
        )
        if code is None:
            continue
        taken[number].add(code)
        known[number, one.subject_id] = code
        rows.append(_row(ctx, one, number, code))
    _write(ctx, rows)
    return {(row["person_id"], row["subject_id"]): row["code"] for row in rows}


def _taken(session: Session, numbers: Collection[bytes]) -> tuple[dict[bytes, set[int]], dict[tuple[bytes, UUID], int]]:
    taken: dict[bytes, set[int]] = {}
    known: dict[tuple[bytes, UUID], int] = {}
    columns = (ReplyCode.number_index, ReplyCode.code, ReplyCode.subject_id)
    for number, code, subject_id in session.execute(select(*columns).where(among(ReplyCode.number_index, numbers))):
        taken.setdefault(number, set()).add(code)
        known[number, subject_id] = code
    return taken, known


def _row(ctx: Ctx, message: NewMessage, number: bytes, code: int) -> dict[str, Any]:
    return {
        "id": ctx.new_id(),
        "number_index": number,
        "code": code,
        "station_id": message.station_id,
        "subject_kind": message.subject_kind,
        "subject_id": message.subject_id,
        "person_id": message.person_id,
        "expires_at": message.expires_at,
        "free_at": message.expires_at + REST,
    }


def _write(ctx: Ctx, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    statement = insert(ReplyCode)
    # Asked about the same thing again: the same code, for longer.
    fresh = {name: statement.excluded[name] for name in ("expires_at", "free_at")}
    statement = statement.on_conflict_do_update(index_elements=["number_index", "subject_id"], set_=fresh)
    ctx.session.execute(statement, rows)
