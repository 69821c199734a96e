"""Reporting back: everybody who went says what they found; what is returned is written again."""

from uuid import UUID

from sqlalchemy import insert

from api.incidents.errors import FeedbackAlreadyGiven, FeedbackTooEarly
from api.incidents.models import Feedback
from api.incidents.queries.offers import newest_feedback
from api.incidents.rules.progress import moment_between
from api.incidents.rules.states import FEEDBACK, WENT
from api.incidents.service.answers import my_offer
from api.incidents.service.progress import judge_progress, locked
from api.incidents.service.steps import note_event
from api.incidents.types import EventKind, FeedbackState, NewFeedback, OfferHead
from api.plumbing.context import Ctx


def give_feedback(ctx: Ctx, new: NewFeedback) -> Feedback:
    """Write the actor's report on their own task; the same report sent again is the same report.

    The last one that was missing begins the review. Raises FeedbackTooEarly for somebody who is not going, and
    FeedbackAlreadyGiven for another report while the first one is with the reviewer.
    """
    head = locked(ctx, my_offer(ctx, new.offer_id).incident_id)
    offer = my_offer(ctx, new.offer_id)  # as it is under the lock
    if offer.state not in WENT:
        raise FeedbackTooEarly
    last = newest_feedback(ctx.session, offer.id)
    if last is not None and last.state != FeedbackState.RETURNED:
        return _same_or_refused(last, new)
    feedback = _write(ctx, offer, new, revision=1 if last is None else last.revision + 1)
    note_event(
        ctx, head.id, EventKind.FEEDBACK, offer_id=str(offer.id), outcome=new.outcome, revision=feedback.revision
    )
    judge_progress(ctx, head)
    return feedback


def _same_or_refused(last: Feedback, new: NewFeedback) -> Feedback:
    if (last.outcome, last.text) != (new.outcome, new.text):
        raise FeedbackAlreadyGiven
    return last


def _write(ctx: Ctx, offer: OfferHead, new: NewFeedback, *, revision: int) -> Feedback:
    feedback_id: UUID = ctx.new_id()
    statement = insert(Feedback).returning(Feedback)
    return ctx.session.scalars(
        statement,
        [
            {
                "id": feedback_id,
                "station_id": ctx.actor.station,
                "incident_id": offer.incident_id,
                "offer_id": offer.id,
                "person_id": offer.person_id,
                "revision": revision,
                "state": FEEDBACK.initial,
                "outcome": new.outcome,
                "text": new.text,
                "occurred_at": moment_between(offer.offered_at, new.occurred_at, ctx.now),
                "received_at": ctx.now,
            }
        ],
    ).one()
