"""Checking what was reported, by somebody who was not there."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import insert, update

from api.audit.service import record
from api.incidents.errors import ReviewerWentThere, ReviewNoteMissing
from api.incidents.models import Feedback, Review
from api.incidents.queries.offers import feedbacks_of, went_people
from api.incidents.rules.progress import may_review
from api.incidents.rules.states import FEEDBACK, INCIDENT
from api.incidents.service.steps import move_incident, note_event, own_incident
from api.incidents.types import Decision, EventKind, FeedbackState, FeedbackStep, IncidentStep, NewReview
from api.kernel.errors import NotFound
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx

_RETURN_LIVES = timedelta(days=1)


def review_incident(ctx: Ctx, new: NewReview) -> UUID:
    """Approve the reports, or return some to their authors; returns the review's id.

    Raises ReviewerWentThere, ReviewNoteMissing for a return without a reason, IllegalTransition before all is reported.
    """
    head = own_incident(ctx, new.incident_id)
    step = IncidentStep.APPROVE if new.decision is Decision.APPROVED else IncidentStep.RETURN
    INCIDENT.next(head.state, step)
    if not may_review(ctx.actor.person, went_people(ctx.session, head.id)):
        raise ReviewerWentThere
    submitted = [row for row in feedbacks_of(ctx.session, head.id) if row.state == FeedbackState.SUBMITTED]
    review_id = _write_review(ctx, new)
    if new.decision is Decision.APPROVED:
        _set_state(ctx, submitted, FeedbackStep.APPROVE)
    else:
        _return(ctx, new, submitted)
    note_event(ctx, head.id, EventKind.REVIEWED, decision=new.decision)
    record(ctx, "incident.reviewed", "incident", head.id, decision=new.decision)
    move_incident(ctx, head, step)
    return review_id


def _write_review(ctx: Ctx, new: NewReview) -> UUID:
    review_id = ctx.new_id()
    ctx.session.execute(
        insert(Review),
        [
            {"id": review_id, "station_id": ctx.actor.station, "incident_id": new.incident_id,
             "decision": new.decision, "note": new.note, "reviewed_by": ctx.actor.person, "reviewed_at": ctx.now}
        ],
    )  # fmt: skip
    return review_id


def _return(ctx: Ctx, new: NewReview, submitted: Sequence[Feedback]) -> None:
    if not new.note:
        raise ReviewNoteMissing
    returned = [row for row in submitted if not new.returned or row.id in new.returned]
    if new.returned - {row.id for row in returned} or not returned:
        raise NotFound
    _set_state(ctx, returned, FeedbackStep.RETURN)
    queue_notices(
        ctx,
        [
            Notice(
                row.person_id, "offer", row.offer_id, "feedback_returned", Urgency.NORMAL,
                f"returned-{row.revision}", ctx.now + _RETURN_LIVES,
            )
            for row in returned
        ],
    )  # fmt: skip


def _set_state(ctx: Ctx, rows: Sequence[Feedback], step: FeedbackStep) -> None:
    state = FEEDBACK.next(FeedbackState.SUBMITTED, step)
    ctx.session.execute(update(Feedback).where(Feedback.id.in_([row.id for row in rows])).values(state=state))
