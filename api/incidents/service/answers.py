"""Saying yes, no, or no longer. Nothing here locks the incident first except leaving, which may change its state.

An answer to an offer that is full or over is no error: it is answered with where the offer stands, so that a phone
that was offline needs to know one shape only.
"""

from uuid import UUID

from sqlalchemy import text

from api.audit.service import record
from api.duty.service import engage, release
from api.incidents.errors import EngagedElsewhere
from api.incidents.queries.dispatches import lock_needs
from api.incidents.queries.offers import own_offer, station_offer
from api.incidents.rules.states import ASKED, OFFER, PAUSED, is_behind
from api.incidents.service.asking import ask_more
from api.incidents.service.progress import lose_person
from api.incidents.service.quorum import close_need, give_back, take_place
from api.incidents.service.steps import note_event, own_incident
from api.incidents.types import Answered, EventKind, OfferHead, OfferState, OfferStep, Refusal, StandDown
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx

# Conditional on the states the step may start from: of two answers at once, one changes the row.
_ANSWER = text("""
    UPDATE offers SET state = :state, reason = :reason, answered_at = :now,
        accepted_at = CASE WHEN :accepts THEN CAST(:now AS timestamptz) ELSE accepted_at END,
        ended_at = CASE WHEN :accepts THEN NULL ELSE CAST(:now AS timestamptz) END
    WHERE id = :offer AND state = ANY(:sources) RETURNING id
""")
_RESERVE = text("""
    UPDATE offers SET state = 'stood_down', answered_at = coalesce(answered_at, :now),
        ended_at = coalesce(ended_at, :now), reason = CASE WHEN reason = ANY(:over) THEN reason ELSE :full END
    WHERE id = :offer AND state = ANY(:sources) RETURNING reason, answered_at = :now AS first
""")
_OVER = (StandDown.ENDED, StandDown.CANCELLED)


def my_offer(ctx: Ctx, offer_id: UUID) -> OfferHead:
    """The actor's own offer; raises NotFound for anybody else's."""
    offer = own_offer(ctx.session, ctx.actor.person, offer_id)
    if offer is None:
        raise NotFound
    return offer


def stand_of(ctx: Ctx, offer_id: UUID) -> Answered:
    """Where the actor's offer stands now."""
    offer = my_offer(ctx, offer_id)
    return Answered(offer.id, offer.state, offer.reason)


def accept_offer(ctx: Ctx, offer_id: UUID) -> Answered:
    """Say yes. With no place free the answer is `stood_down` with the reason (`full`, `ended`, `cancelled`).

    Raises EngagedElsewhere for somebody busy with another incident, IllegalTransition after a no.
    """
    offer = my_offer(ctx, offer_id)
    if is_behind(offer.state, OfferStep.ACCEPT):
        return Answered(offer.id, offer.state, offer.reason)
    OFFER.next(offer.state, OfferStep.ACCEPT)
    last = take_place(ctx, offer.need_id)
    if last is None:
        return _keep_in_reserve(ctx, offer)
    if not _answer(ctx, offer, OfferStep.ACCEPT, OfferState.ACCEPTED, None):
        give_back(ctx, offer.need_id)
        return stand_of(ctx, offer_id)
    if not engage(ctx, offer.member_id, offer.incident_id):
        raise EngagedElsewhere
    note_event(ctx, offer.incident_id, EventKind.ACCEPTED, offer_id=str(offer.id), member_id=str(offer.member_id))
    if last:
        close_need(ctx, offer)
    return Answered(offer.id, OfferState.ACCEPTED, None)


def _keep_in_reserve(ctx: Ctx, offer: OfferHead) -> Answered:
    """Full, thank you: remembered, and asked first when a place opens again."""
    values = {
        "offer": offer.id,
        "now": ctx.now,
        "over": list(_OVER),
        "full": StandDown.FULL,
        "sources": [*ASKED, *PAUSED],
    }
    row = ctx.session.execute(_RESERVE, values).one_or_none()
    if row is None:
        return stand_of(ctx, offer.id)
    if row.first:
        note_event(ctx, offer.incident_id, EventKind.RESERVE, offer_id=str(offer.id), member_id=str(offer.member_id))
    return Answered(offer.id, OfferState.STOOD_DOWN, row.reason)


def decline_offer(ctx: Ctx, refusal: Refusal) -> Answered:
    """Say no; somebody else is asked in the same transaction, if places are still free."""
    offer = my_offer(ctx, refusal.offer_id)
    if is_behind(offer.state, OfferStep.DECLINE):
        return Answered(offer.id, offer.state, offer.reason)
    state = OFFER.next(offer.state, OfferStep.DECLINE)
    waited_for = offer.state is OfferState.OFFERED
    if waited_for:
        lock_needs(ctx.session, offer.dispatch_id)  # before the offer, as everywhere
    if not _answer(ctx, offer, OfferStep.DECLINE, state, refusal.reason):
        return stand_of(ctx, offer.id)
    note_event(ctx, offer.incident_id, EventKind.DECLINED, offer_id=str(offer.id), reason=refusal.reason)
    if waited_for:  # a silent one was replaced when its window was over
        ask_more(ctx, offer.dispatch_id)
    return Answered(offer.id, state, refusal.reason)


def drop_out(ctx: Ctx, refusal: Refusal) -> Answered:
    """Leave a task that was accepted: the place is free again and somebody else is asked."""
    offer = my_offer(ctx, refusal.offer_id)
    if is_behind(offer.state, OfferStep.DROP_OUT):
        return Answered(offer.id, offer.state, offer.reason)
    return _leave(ctx, offer, str(refusal.reason))


def remove_from_task(ctx: Ctx, offer_id: UUID, *, dispatch_id: UUID) -> Answered:
    """The desk takes somebody off a task who does not move or does not answer; as if they had dropped out."""
    offer = station_offer(ctx.session, ctx.actor.station, offer_id)
    if offer is None or offer.dispatch_id != dispatch_id:
        raise NotFound
    if is_behind(offer.state, OfferStep.DROP_OUT):
        return Answered(offer.id, offer.state, offer.reason)
    record(ctx, "offer.removed", "incident", offer.incident_id, offer_id=str(offer.id))
    return _leave(ctx, offer, StandDown.DESK)


def _leave(ctx: Ctx, offer: OfferHead, reason: str) -> Answered:
    state = OFFER.next(offer.state, OfferStep.DROP_OUT)
    incident = own_incident(ctx, offer.incident_id)
    lock_needs(ctx.session, offer.dispatch_id)
    if not _answer(ctx, offer, OfferStep.DROP_OUT, state, reason):
        fresh = station_offer(ctx.session, ctx.actor.station, offer.id) or offer
        return Answered(fresh.id, fresh.state, fresh.reason)
    give_back(ctx, offer.need_id)
    release(ctx, offer.incident_id, [offer.member_id])
    note_event(ctx, offer.incident_id, EventKind.DROPPED_OUT, offer_id=str(offer.id), reason=reason)
    lose_person(ctx, incident)
    ask_more(ctx, offer.dispatch_id)
    return Answered(offer.id, state, reason)


def _answer(ctx: Ctx, offer: OfferHead, step: OfferStep, state: OfferState, reason: str | None) -> bool:
    values = {
        "offer": offer.id,
        "state": state,
        "reason": reason,
        "now": ctx.now,
        "accepts": step is OfferStep.ACCEPT,
        "sources": list(OFFER.sources(step)),
    }
    return ctx.session.scalar(_ANSWER, values) is not None
