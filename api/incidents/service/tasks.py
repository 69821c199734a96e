"""Going there: leaving, arriving, finishing, each in a phone's own time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from api.duty.service import release
from api.incidents.rules.progress import moment_between
from api.incidents.rules.states import OFFER, is_behind
from api.incidents.service.answers import my_offer, stand_of
from api.incidents.service.progress import advance, judge_progress, locked, set_off
from api.incidents.service.steps import note_event
from api.incidents.types import Answered, EventKind, IncidentHead, IncidentStep, Move, OfferHead, OfferStep
from api.kernel.geo import distance_m
from api.plumbing.context import Ctx

_MOVE = text("""
    UPDATE offers SET state = :state,
        departed_at = CASE WHEN :step = 'depart' THEN :at ELSE departed_at END,
        arrived_at = CASE WHEN :step = 'arrive' THEN :at ELSE arrived_at END,
        arrival_distance_m = CASE WHEN :step = 'arrive' THEN CAST(:metres AS real) ELSE arrival_distance_m END,
        done_at = CASE WHEN :step = 'finish' THEN :at ELSE done_at END
    WHERE id = :offer AND state = ANY(:sources) RETURNING id
""")


def depart(ctx: Ctx, move: Move) -> Answered:
    """On the way."""
    return _move(ctx, move, OfferStep.DEPART)


def arrive(ctx: Ctx, move: Move) -> Answered:
    """There. How far the phone was from the place is kept as evidence; being far never blocks."""
    return _move(ctx, move, OfferStep.ARRIVE)


def finish(ctx: Ctx, move: Move) -> Answered:
    """Done: the member is free for other tasks, and owes a report."""
    offer = my_offer(ctx, move.offer_id)
    if is_behind(offer.state, OfferStep.FINISH):
        return Answered(offer.id, offer.state, offer.reason)
    OFFER.next(offer.state, OfferStep.FINISH)
    head = advance(ctx, locked(ctx, offer.incident_id), IncidentStep.SET_OFF)
    answer = _write(ctx, offer, OfferStep.FINISH, move, head)
    release(ctx, offer.incident_id, [offer.member_id])
    judge_progress(ctx, head)
    return answer


def _move(ctx: Ctx, move: Move, step: OfferStep) -> Answered:
    offer = my_offer(ctx, move.offer_id)
    if is_behind(offer.state, step):
        return Answered(offer.id, offer.state, offer.reason)
    OFFER.next(offer.state, step)
    # The incident before the offer, as everywhere.
    return _write(ctx, offer, step, move, set_off(ctx, offer.incident_id))


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
        "sources": list(OFFER.sources(step)),
    }
    if ctx.session.scalar(_MOVE, values) is None:
        return stand_of(ctx, offer.id)
    _note(ctx, offer.incident_id, offer.id, step, at, metres)
    return Answered(offer.id, state, None)


def _note(ctx: Ctx, incident_id: UUID, offer_id: UUID, step: OfferStep, at: datetime, metres: float | None) -> None:
    far = {} if metres is None else {"from_place_m": round(metres)}
    note_event(ctx, incident_id, EventKind(step.value), offer_id=str(offer_id), occurred_at=at.isoformat(), **far)
