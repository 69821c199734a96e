"""Addresses a provider refuses for good: noted for whoever keeps the roster, and opt-outs a carrier knows of."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.identity.queries import contacts_of, phone_index
from api.notifications.rules.carriers import is_push
from api.notifications.rules.failures import OPTED_OUT_CODES, is_about_the_number
from api.notifications.service.opt_outs import PROVIDER, opt_out
from api.notifications.types import Attempt, Channel, Letter
from api.plumbing.context import Ctx

_NOTE = text("""
    INSERT INTO failed_addresses
        (id, station_id, person_id, channel, address_index, code, count, first_at, last_at)
    VALUES (:id, :station_id, :person_id, :channel, :address_index, :code, :count, :now, :now)
    ON CONFLICT (person_id, channel, address_index) DO UPDATE SET
        count = failed_addresses.count + excluded.count, code = excluded.code, last_at = excluded.last_at
""")
_WHOSE = text("SELECT station_id, person_id, channel FROM outbox WHERE id = :id")
Key = tuple[UUID, UUID, str, bytes]


def note_refusals(ctx: Ctx, attempts: Sequence[Attempt]) -> None:
    """What these calls say about numbers and tokens. To be called once per settled attempt."""
    found: Counter[Key] = Counter()
    codes: dict[Key, str] = {}
    for attempt in attempts:
        letter, code = attempt.letter, attempt.outcome.code
        if code in OPTED_OUT_CODES and attempt.outcome.called and letter.address:
            opt_out(ctx, phone_index(letter.address), source=PROVIDER)
        elif attempt.outcome.address_dead and letter.person_id and (index := _index_of(letter)):
            key = (letter.station_id, letter.person_id, _family(letter), index)
            found[key] += 1
            codes[key] = code
    _write(ctx, found, codes)


def note_failed_number(ctx: Ctx, message_id: UUID, code: str) -> None:
    """A text or a call was reported as failed after it had been taken; also where its owner had opted out."""
    row = ctx.session.execute(_WHOSE, {"id": message_id}).one_or_none()
    contact = contacts_of(ctx.session, [row.person_id]).get(row.person_id) if row and row.person_id else None
    if row is None or contact is None:
        return
    index = phone_index(contact.phone)
    if code in OPTED_OUT_CODES:
        opt_out(ctx, index, source=PROVIDER)
    elif is_about_the_number(code):
        key = (row.station_id, row.person_id, row.channel, index)
        _write(ctx, Counter([key]), {key: code})


def _index_of(letter: Letter) -> bytes | None:
    if is_push(letter):
        return letter.device_id.bytes if letter.device_id else None
    return phone_index(letter.address) if letter.address else None


def _family(letter: Letter) -> str:
    return Channel.PUSH.value if is_push(letter) else letter.channel.value


def _write(ctx: Ctx, found: Counter[Key], codes: dict[Key, str]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": ctx.new_id(),
            "station_id": station_id,
            "person_id": person_id,
            "channel": channel,
            "address_index": index,
            "code": codes[station_id, person_id, channel, index],
            "count": count,
            "now": ctx.now,
        }
        # In one order everywhere, so that two pushers never wait for each other.
        for (station_id, person_id, channel, index), count in sorted(found.items())
    ]
    if rows:
        ctx.session.execute(_NOTE, rows)
