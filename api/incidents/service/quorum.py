"""Places: taken, given back, closed, ended. Only these statements change how many a need has got.

Two people who want the last place meet at one conditional UPDATE; whoever finds no free place learns it from the
statement's result. Check-then-write lets a hundred phones at once over-fill every time.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from api.incidents.rules.states import ASKED, GOING
from api.incidents.service.steps import note_event
from api.incidents.service.watching import end_watches
from api.incidents.types import EventKind, OfferHead, StandDown
from api.notifications.queries import told_subjects
from api.notifications.service import queue_notices, withdraw
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.timers import cancel_timers

_TAKE = text("""
    UPDATE needs SET got = got + 1, state = CASE WHEN got + 1 = wanted THEN 'filled' ELSE state END
    WHERE id = :need AND state = 'open' AND got < wanted RETURNING state = 'filled'
""")
_LOCK_NEEDS = text("SELECT id FROM needs WHERE incident_id = :incident ORDER BY id FOR NO KEY UPDATE")
_LOCK_NEED = text("SELECT FROM needs WHERE id = :need FOR NO KEY UPDATE")
_TAKE_BEYOND = text("""
    UPDATE needs SET got = got + 1, wanted = wanted + 1 WHERE id = :need AND state = 'filled' RETURNING id
""")
_GIVE_BACK = text("""
    UPDATE needs SET got = got - 1, state = CASE WHEN state = 'filled' THEN 'open' ELSE state END
    WHERE id = :need AND got > 0
""")
# Together with its person: the other places stay as they are, taken or free.
_DROP_PLACE = text("""
    UPDATE needs SET got = got - 1, wanted = wanted - 1 WHERE id = :need AND got > 0 AND wanted > 1 RETURNING id
""")
_LOCK_DISPATCH = text("SELECT FROM dispatches WHERE id = :dispatch FOR NO KEY UPDATE")
# A statement of its own after the lock: two needs that fill at once would each see the other one still open.
_FILL_DISPATCH = text("""
    UPDATE dispatches SET state = 'filled' WHERE id = :dispatch AND state IN ('asking', 'exhausted')
    AND NOT EXISTS (SELECT FROM needs WHERE dispatch_id = :dispatch AND state = 'open') RETURNING id
""")
# Somebody the dispatcher asked beyond the need is wanted also when it is filled, and only not when it has ended.
_LOCK_OFFERS = text("""
    SELECT id, person_id, member_id, station_id, state FROM offers WHERE need_id = ANY(:needs) AND state = ANY(:states)
    AND (:everybody OR NOT beyond) ORDER BY id FOR NO KEY UPDATE
""")
_LOCK_ONE = text("""
    SELECT id, person_id, member_id, station_id, state FROM offers WHERE id = :offer AND state = ANY(:states)
    FOR NO KEY UPDATE
""")
_PUT_OFF = text("""
    UPDATE offers SET reason = :reason, ended_at = :now, beyond = false,
        state = CASE WHEN id = ANY(:untold) THEN 'withdrawn' ELSE 'stood_down' END
    WHERE id = ANY(:ids)
    RETURNING id, (SELECT drill FROM dispatches WHERE dispatches.id = offers.dispatch_id) AS drill
""")
_END_NEEDS = text("""
    WITH open_needs AS (
        SELECT n.id FROM needs n JOIN dispatches d ON d.id = n.dispatch_id
        WHERE n.incident_id = :incident AND d.ended_at IS NULL
          AND (CAST(:dispatch AS uuid) IS NULL OR d.id = :dispatch) ORDER BY n.id FOR NO KEY UPDATE OF n
    )
    UPDATE needs SET state = 'ended' FROM open_needs WHERE needs.id = open_needs.id RETURNING needs.id
""")
_END_DISPATCHES = text("""
    UPDATE dispatches SET state = 'ended', ended_at = :now, fence = fence + 1
    WHERE incident_id = :incident AND ended_at IS NULL AND (CAST(:dispatch AS uuid) IS NULL OR id = :dispatch)
    RETURNING id
""")
# After this the news is no news: whoever has not heard by then has long seen it in the app.
_NEWS_LIVES = timedelta(minutes=30)


class Asked(NamedTuple):
    """Somebody who is asked or going, locked."""

    offer_id: UUID
    person_id: UUID
    member_id: UUID
    station_id: UUID
    state: str


def lock_need(ctx: Ctx, need_id: UUID) -> None:
    """Lock a need before its offers, as everywhere."""
    ctx.session.execute(_LOCK_NEED, {"need": need_id})


def take_place(ctx: Ctx, need_id: UUID) -> bool | None:
    """Take one place: True if it was the last one, False if others are free, None if there was none."""
    filled: bool | None = ctx.session.scalar(_TAKE, {"need": need_id})
    return filled


def take_place_beyond(ctx: Ctx, need_id: UUID) -> bool:
    """Make one more place at a filled need and take it: for somebody the dispatcher asked beyond what was wanted.

    The need is locked. So nobody is ever counted beyond `wanted`: it is `wanted` that a person's decision has raised.
    """
    return ctx.session.scalar(_TAKE_BEYOND, {"need": need_id}) is not None


def give_back(ctx: Ctx, need_id: UUID) -> None:
    """Free one place; a need that was filled is open again, one that has ended stays so."""
    ctx.session.execute(_GIVE_BACK, {"need": need_id})


def drop_place(ctx: Ctx, need_id: UUID) -> bool:
    """Take a place away together with whoever had it; False, with nothing done, for the only one."""
    return ctx.session.scalar(_DROP_PLACE, {"need": need_id}) is not None


def close_need(ctx: Ctx, offer: OfferHead) -> None:
    """The last place went to `offer`: everybody else still asked for this need is told that it is enough."""
    rest = _lock_offers(ctx, [offer.need_id], ASKED, everybody=False)
    put_off(ctx, rest, StandDown.ENOUGH)
    ctx.session.execute(_LOCK_DISPATCH, {"dispatch": offer.dispatch_id})
    if ctx.session.scalar(_FILL_DISPATCH, {"dispatch": offer.dispatch_id}) is not None:
        cancel_timers(ctx, offer.dispatch_id)
        note_event(ctx, offer.incident_id, EventKind.FILLED, dispatch_id=str(offer.dispatch_id))


def end_asking(ctx: Ctx, incident_id: UUID, cause: StandDown, *, dispatch_id: UUID | None = None) -> None:
    """End one dispatch of a locked incident, or all: nobody is asked any more, and after a cancellation nobody goes."""
    which = {"incident": incident_id, "dispatch": dispatch_id}
    needs = list(ctx.session.scalars(_END_NEEDS, which))
    states: Sequence[str] = ASKED
    if cause is StandDown.CANCELLED:
        # Also those who go for a dispatch that stopped asking long ago.
        needs, states = list(ctx.session.scalars(_LOCK_NEEDS, {"incident": incident_id})), (*ASKED, *GOING)
    if not needs:
        return
    put_off(ctx, _lock_offers(ctx, needs, states, everybody=True), cause)
    for ended in list(ctx.session.scalars(_END_DISPATCHES, {**which, "now": ctx.now})):
        cancel_timers(ctx, ended)
        note_event(ctx, incident_id, EventKind.ASKING_ENDED, dispatch_id=str(ended), cause=cause)


def _lock_offers(ctx: Ctx, need_ids: Sequence[UUID], states: Collection[str], *, everybody: bool) -> list[Asked]:
    values = {"needs": list(need_ids), "states": list(states), "everybody": everybody}
    return [Asked(*row) for row in ctx.session.execute(_LOCK_OFFERS, values)]


def lock_asked(ctx: Ctx, offer_id: UUID, states: Collection[str]) -> Asked | None:
    """One offer, locked, if it is in one of these states."""
    row = ctx.session.execute(_LOCK_ONE, {"offer": offer_id, "states": list(states)}).one_or_none()
    return None if row is None else Asked(*row)


def put_off(ctx: Ctx, people: Sequence[Asked], cause: StandDown) -> None:
    """Stand people down: unsent messages are taken back, and only those are told who had heard of it."""
    if not people:
        return
    ids = [asked.offer_id for asked in people]
    withdraw(ctx, ids)
    told = told_subjects(ctx.session, ids)
    untold = [asked.offer_id for asked in people if asked.offer_id not in told and asked.state in ASKED]
    rows = ctx.session.execute(_PUT_OFF, {"ids": ids, "untold": untold, "reason": cause, "now": ctx.now})
    drills = {row.id for row in rows if row.drill}
    template = "withdrawn" if cause is StandDown.CANCELLED else "stand_down"
    missed = set(untold)
    end_watches(ctx, [asked.offer_id for asked in people if asked.state not in ASKED])
    queue_notices(
        ctx,
        [
            Notice(
                asked.person_id, "offer", asked.offer_id, "drill_over" if asked.offer_id in drills else template,
                Urgency.ALERT, f"stood-down-{int(ctx.now.timestamp())}", ctx.now + _NEWS_LIVES,
                station_id=asked.station_id,
            )
            for asked in people
            if asked.offer_id not in missed
        ],
    )  # fmt: skip
