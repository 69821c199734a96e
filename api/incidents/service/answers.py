"""Saying yes, no, or no longer. Nothing here locks the incident first except leaving, which may change its state.

An answer to an offer that is full or over is no error: it is answered with where the offer stands, so that a phone
that was offline needs to know one shape only.
"""

from uuid import UUID

from sqlalchemy import text

from api.audit.service import record
from api.incidents.queries.dispatches import lock_needs
from api.incidents.queries.on_scene import dispatch_terms
from api.incidents.rules.states import ASKED, GOING, OFFER, PAUSED, is_behind
from api.incidents.service.asking import ask_more
from api.incidents.service.engaging import free_members, take_up_task
from api.incidents.service.holders import heard, my_offer, stand_now, stations_offer
from api.incidents.service.leading import pass_lead_on
from api.incidents.service.progress import locked, lose_person
from api.incidents.service.quorum import (
    close_need,
    drop_place,
    give_back,
    lock_asked,
    lock_need,
    take_place,
    take_place_beyond,
)
from api.incidents.service.steps import note_event
from api.incidents.service.watching import begin_approach, end_watches
from api.incidents.types import Answered, EventKind, OfferHead, OfferState, OfferStep, Refusal, StandDown
from api.plumbing.context import Ctx

# Conditional on the states the step may start from: of two answers at once, one changes the row.
_ANSWER = text("""
    UPDATE offers SET state = :state, reason = :reason, answered_at = :now,
        accepted_at = CASE WHEN :accepts THEN CAST(:now AS timestamptz) ELSE accepted_at END,
        ended_at = CASE WHEN :accepts THEN NULL ELSE CAST(:now AS timestamptz) END,
        beyond = :brought
    WHERE id = :offer AND state = ANY(:sources) RETURNING id
""")
_RESERVE = text("""
    UPDATE offers SET state = 'stood_down', answered_at = coalesce(answered_at, :now),
        ended_at = coalesce(ended_at, :now),
        reason = CASE WHEN reason = ANY(:over) THEN reason
            WHEN (SELECT state FROM needs WHERE id = offers.need_id) = 'ended' THEN :ended ELSE :full END
    WHERE id = :offer AND state = ANY(:sources) RETURNING reason, answered_at = :now AS first
""")
_OVER = (StandDown.ENDED, StandDown.CANCELLED)


def stand_of(ctx: Ctx, offer_id: UUID) -> Answered:
    """Where the actor's offer stands now."""
    return stand_now(ctx, my_offer(ctx, offer_id))


def accept_offer(ctx: Ctx, offer_id: UUID) -> Answered:
    """Say yes. With no place free the answer is `stood_down` with the reason (`full`, `ended`, `cancelled`).

    Raises EngagedElsewhere for somebody busy with another incident, IllegalTransition after a no.
    """
    offer = my_offer(ctx, offer_id)
    if is_behind(offer.state, OfferStep.ACCEPT):
        return Answered(offer.id, offer.state, offer.reason)
    OFFER.next(offer.state, OfferStep.ACCEPT)
    answer = take_up(ctx, offer)
    heard(ctx, offer)
    return answer


def take_up(ctx: Ctx, offer: OfferHead) -> Answered:
    """The holder of an offer that may be accepted goes, if there is a place; raises EngagedElsewhere."""
    if offer.beyond:
        lock_need(ctx, offer.need_id)
    last = take_place(ctx, offer.need_id)
    brought = last is None and offer.beyond and take_place_beyond(ctx, offer.need_id)
    if last is None and not brought:
        return _keep_in_reserve(ctx, offer)
    if not _answer(ctx, offer, OfferStep.ACCEPT, OfferState.ACCEPTED, brought=brought):
        _free_place(ctx, offer.need_id, brought=brought)
        return stand_now(ctx, offer)
    terms = dispatch_terms(ctx.session, offer.dispatch_id)
    take_up_task(ctx, offer, terms)
    begin_approach(ctx, offer, terms)
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
        "ended": StandDown.ENDED,
        "sources": [*ASKED, *PAUSED],
    }
    row = ctx.session.execute(_RESERVE, values).one_or_none()
    if row is None:
        return stand_now(ctx, offer)
    if row.first and row.reason == StandDown.FULL:  # who comes after the end is in reserve for nothing
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
        return stand_now(ctx, offer)
    note_event(ctx, offer.incident_id, EventKind.DECLINED, offer_id=str(offer.id), reason=refusal.reason)
    if waited_for:  # a silent one was replaced when its window was over
        ask_more(ctx, offer.dispatch_id, lost=[offer.need_id])
    heard(ctx, offer)
    return Answered(offer.id, state, refusal.reason)


def drop_out(ctx: Ctx, refusal: Refusal) -> Answered:
    """Leave a task that was accepted: the place is free again and somebody else is asked."""
    offer = my_offer(ctx, refusal.offer_id)
    if is_behind(offer.state, OfferStep.DROP_OUT):
        return Answered(offer.id, offer.state, offer.reason)
    answer = leave_task(ctx, offer, OfferStep.DROP_OUT, str(refusal.reason))
    heard(ctx, offer)
    return answer


def remove_from_task(ctx: Ctx, offer_id: UUID, *, dispatch_id: UUID) -> Answered:
    """The desk takes somebody off a task who does not move or does not answer; as if they had dropped out."""
    offer = stations_offer(ctx, offer_id, dispatch_id=dispatch_id)
    if is_behind(offer.state, OfferStep.DROP_OUT):
        return Answered(offer.id, offer.state, offer.reason)
    record(ctx, "offer.removed", "incident", offer.incident_id, offer_id=str(offer.id))
    return leave_task(ctx, offer, OfferStep.DROP_OUT, StandDown.DESK)


def leave_task(ctx: Ctx, offer: OfferHead, step: OfferStep, reason: str) -> Answered:
    """Somebody who was going is not any more; the place is asked for again, or is gone if it had come with them.

    DROP_OUT is for good, STAND_DOWN leaves them in reserve.
    """
    state = OFFER.next(offer.state, step)
    incident = locked(ctx, offer.incident_id)
    lock_needs(ctx.session, offer.dispatch_id)
    # Somebody who is not needed may be stood down again, but gives their place back only once.
    if lock_asked(ctx, offer.id, GOING) is None or not _answer(ctx, offer, step, state, reason):
        return stand_now(ctx, offer)
    _free_place(ctx, offer.need_id, brought=offer.beyond)
    end_watches(ctx, [offer.id])
    note_event(ctx, offer.incident_id, EventKind.DROPPED_OUT, offer_id=str(offer.id), reason=reason)
    lose_person(ctx, incident)
    # Before they are free, lest the one who did not go be the first to be asked to.
    ask_more(ctx, offer.dispatch_id)
    pass_lead_on(ctx, offer)
    free_members(ctx, offer.incident_id, [offer.member_id])
    return Answered(offer.id, state, reason)


def _free_place(ctx: Ctx, need_id: UUID, *, brought: bool) -> None:
    if not (brought and drop_place(ctx, need_id)):
        give_back(ctx, need_id)


def _answer(
    ctx: Ctx, offer: OfferHead, step: OfferStep, state: OfferState, reason: str | None = None, *, brought: bool = False
) -> bool:
    values = {
        "offer": offer.id,
        "state": state,
        "reason": reason,
        "now": ctx.now,
        "accepts": step is OfferStep.ACCEPT,
        "brought": brought,
        "sources": list(OFFER.sources(step)),
    }
    return ctx.session.scalar(_ANSWER, values) is not None
