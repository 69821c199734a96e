"""Counting codes sent and codes used, and saying so when the two part."""

from collections import Counter
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.identity.models import AttemptCounter
from api.identity.rules.conversion import (
    SLOTS,
    UNFINISHED_SLOTS,
    is_pumped,
    read_subject,
    slot_of,
    slot_subject,
)
from api.identity.rules.limits import CODES_SENT, CODES_UNUSED_TOLD, CODES_USED, Limit
from api.identity.service.attempts import take_attempt
from api.identity.service.sessions import on_behalf
from api.plumbing.context import Ctx

UNUSED = "code.unused.now"  # a row for each station whose codes go unused; the deep health check looks for it


def note_code(ctx: Ctx, what: Limit, station_id: UUID) -> None:
    """Count one code of the station as sent (`CODES_SENT`) or used (`CODES_USED`)."""
    take_attempt(ctx, what, slot_subject(station_id, slot_of(ctx.now)))


def watch_codes(ctx: Ctx) -> list[UUID]:
    """Mark the stations whose codes of the last hour went unused, and unmark the others; a periodic job.

    Each is told to the trail once a day, with its figures. Returns the stations marked now.
    """
    newest = slot_of(ctx.now)
    oldest, ended = newest - UNFINISHED_SLOTS - SLOTS, newest - UNFINISHED_SLOTS
    sent, used = _counts(ctx, CODES_SENT, oldest, ended), _counts(ctx, CODES_USED, oldest, newest)
    pumped = [station_id for station_id, many in sent.items() if is_pumped(many, used[station_id])]
    ctx.session.execute(delete(AttemptCounter).where(AttemptCounter.name == UNUSED))
    for station_id in pumped:
        row = {"name": UNUSED, "subject": station_id.bytes, "started_at": ctx.now, "count": sent[station_id]}
        ctx.session.execute(insert(AttemptCounter).values(row).on_conflict_do_nothing())
        if take_attempt(ctx, CODES_UNUSED_TOLD, station_id.bytes):
            figures = {"sent": sent[station_id], "used": used[station_id]}
            record(on_behalf(ctx, station_id), "sign_in.codes_unused", "station", station_id, **figures)
    return pumped


def _counts(ctx: Ctx, what: Limit, oldest: int, newest: int) -> Counter[UUID]:
    """How many by station, in the slots from `oldest` to `newest`."""
    counts: Counter[UUID] = Counter()
    columns = (AttemptCounter.subject, AttemptCounter.count)
    for subject, many in ctx.session.execute(select(*columns).where(AttemptCounter.name == what.name)):
        station_id, slot = read_subject(subject)
        if oldest <= slot <= newest:
            counts[station_id] += many
    return counts
