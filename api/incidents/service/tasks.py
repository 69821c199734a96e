"""Going there: leaving, arriving, finishing; said by hand in a phone's own time, or shown by the positions."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text

from api.incidents.rules.progress import moment_between
from api.incidents.rules.states import OFFER, is_behind
from api.incidents.service.engaging import free_members
from api.incidents.service.holders import heard, my_offer, stand_now
from api.incidents.service.leading import lead_if_first, pass_lead_on
from api.incidents.service.progress import advance, judge_progress, locked, set_off
from api.incidents.service.steps import note_event
from api.incidents.service.watching import end_watches
from api.incidents.service.welfare import begin_welfare
from api.incidents.types import Answered, EventKind, How, IncidentHead, IncidentStep, Move, OfferHead, OfferStep
from api.kernel.geo import distance_m
from api.plumbing.context import Ctx

_MOVE = text("""
    UPDATE offers SET state = :state,
        departed_at = CASE WHEN :step = 'depart' THEN :at ELSE departed_at END,
        departed_how = CASE WHEN :step = 'depart' THEN :how ELSE departed_how END,
        arrived_at = CASE WHEN :step = 'arrive' THEN :at ELSE arrived_at END,
        arrived_how = CASE WHEN :step = 'arrive' THEN :how ELSE arrived_how END,
        arrival_distance_m = CASE WHEN :step = 'arrive' THEN CAST(:metres AS real) ELSE arrival_distance_m END,
        done_at = CASE WHEN :step = 'finish' THEN :at ELSE done_at END
    WHERE id = :offer AND state = ANY(:sources) RETURNING id
""")


class _Done(NamedTuple):
    """A step as it was written: when it was taken, and how far from the place."""

    step: OfferStep
    at: datetime
    metres: float | None
    how: How


def depart(ctx: Ctx, move: Move) -> Answered:
    """On the way."""
    return take_step(ctx, my_offer(ctx, move.offer_id), OfferStep.DEPART, move)


def arrive(ctx: Ctx, move: Move) -> Answered:
    """There. How far the phone was from the place is kept as evidence; being far never blocks."""
    return take_step(ctx, my_offer(ctx, move.offer_id), OfferStep.ARRIVE, move)


def finish(ctx: Ctx, move: Move) -> Answered:
    """Done: the member is free for other tasks, and owes a report."""
    offer = my_offer(ctx, move.offer_id)
    if is_behind(offer.state, OfferStep.FINISH):
        return Answered(offer.id, offer.state, offer.reason)
    OFFER.next(offer.state, OfferStep.FINISH)
    head = advance(ctx, locked(ctx, offer.incident_id), IncidentStep.SET_OFF)
    answer = _write(ctx, offer, OfferStep.FINISH, move, head)
    end_watches(ctx, [offer.id])
    pass_lead_on(ctx, offer)
    free_members(ctx, offer.incident_id, [offer.member_id])
    judge_progress(ctx, head)
    heard(ctx, offer)
    return answer


def take_step(ctx: Ctx, offer: OfferHead, step: OfferStep, move: Move) -> Answered:
    """Leaving or arriving; one that was taken before, or comes after the end, changes nothing."""
    if is_behind(offer.state, step):
        return Answered(offer.id, offer.state, offer.reason)
    OFFER.next(offer.state, step)
    # The incident before the offer, as everywhere.
    answer = _write(ctx, offer, step, move, set_off(ctx, offer.incident_id))
    heard(ctx, offer)
    return answer


def _write(ctx: Ctx, offer: OfferHead, step: OfferStep, move: Move, head: IncidentHead) -> Answered:
    state = OFFER.next(offer.state, step)
    at = moment_between(offer.offered_at, move.occurred_at, ctx.now)
    metres = None if move.place is None else distance_m(move.place, head.place)
    values = {
        "offer": offer.id,
        "state": state,
        "step": step,
        "at": at,
        "metres": metres,
        "how": move.how,
        "sources": list(OFFER.sources(step)),
    }
    if ctx.session.scalar(_MOVE, values) is None:
        return stand_now(ctx, offer)
    _note(ctx, offer.incident_id, offer.id, _Done(step, at, metres, move.how))
    if step is OfferStep.ARRIVE:
        lead_if_first(ctx, offer)
        begin_welfare(ctx, offer)
    return Answered(offer.id, state, None)


def _note(ctx: Ctx, incident_id: UUID, offer_id: UUID, done: _Done) -> None:
    far = {} if done.metres is None else {"from_place_m": round(done.metres)}
    note_event(
        ctx, incident_id, EventKind(done.step.value), offer_id=str(offer_id), occurred_at=done.at.isoformat(),
        how=done.how, **far,
    )  # fmt: skip
