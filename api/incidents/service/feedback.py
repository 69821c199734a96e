"""Reporting back: everybody who went says what they found; what is returned is written again."""

from uuid import UUID

from sqlalchemy import insert

from api.files.service import claim_files
from api.files.types import Claim
from api.incidents.errors import FeedbackAlreadyGiven, FeedbackTooEarly
from api.incidents.models import Feedback
from api.incidents.queries.offers import newest_feedback
from api.incidents.rules.progress import moment_between
from api.incidents.rules.states import ENDED_INCIDENT, FEEDBACK, WENT
from api.incidents.service.holders import heard, my_offer
from api.incidents.service.progress import judge_progress, locked
from api.incidents.service.steps import note_event
from api.incidents.types import EventKind, FeedbackState, NewFeedback, OfferHead
from api.plumbing.context import Ctx

PHOTO_OWNER = "offer"  # whose id the files of a report carry


def give_feedback(ctx: Ctx, new: NewFeedback) -> Feedback:
    """Write the actor's report on their own task; the same report sent again is the same report.

    The last one that was missing begins the review. Raises FeedbackTooEarly for somebody who is not going,
    FeedbackAlreadyGiven for another report while the first one is with the reviewer, NotFound for a photo of somebody
    else's.
    """
    head = locked(ctx, my_offer(ctx, new.offer_id).incident_id)
    offer = my_offer(ctx, new.offer_id)  # as it is under the lock
    # Who had said yes may still tell what they found when the incident ended without them.
    if offer.state not in WENT and (head.state not in ENDED_INCIDENT or offer.accepted_at is None):
        raise FeedbackTooEarly
    heard(ctx, offer)
    last = newest_feedback(ctx.session, offer.id)
    if last is not None and last.state != FeedbackState.RETURNED:
        return _same_or_refused(last, new)
    # They belong to the task rather than to one revision, so that a report written again may show them again.
    claim_files(ctx, Claim(PHOTO_OWNER, offer.id, new.photos))
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
