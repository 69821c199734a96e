"""The two ends of an incident: the requester is told, or it is called off."""

from uuid import UUID

from sqlalchemy import insert, update

from api.audit.service import record
from api.incidents.errors import CallBackNoteMissing, RequesterExists, RequesterUnknown
from api.incidents.models import CallBack, Incident
from api.incidents.queries.records import failed_call_backs
from api.incidents.rules.progress import ends_loop
from api.incidents.rules.states import INCIDENT
from api.incidents.service.engaging import free_members
from api.incidents.service.quorum import end_asking
from api.incidents.service.steps import incident_policy, move_incident, note_event, own_incident
from api.incidents.types import (
    CallBackOutcome,
    Cancellation,
    EventKind,
    IncidentHead,
    IncidentState,
    IncidentStep,
    NewCallBack,
    StandDown,
)
from api.plumbing.context import Ctx


def record_call_back(ctx: Ctx, new: NewCallBack) -> UUID:
    """Record one attempt to tell the requester; returns its id.

    The incident closes when the requester was reached, when nobody left a number, or when the last of the policy's
    tries failed; the latter two need a note. Raises IllegalTransition before the review is approved.
    """
    head = own_incident(ctx, new.incident_id)
    INCIDENT.next(head.state, IncidentStep.CLOSE)
    _check_requester(head, new.outcome)
    ends = _ends(ctx, head, new)
    if ends and new.outcome is not CallBackOutcome.REACHED and not new.note:
        raise CallBackNoteMissing
    call_back_id = _write_call_back(ctx, new)
    note_event(ctx, head.id, EventKind.CALLED_BACK, outcome=new.outcome, rating=new.rating)
    record(ctx, "incident.called_back", "incident", head.id, outcome=new.outcome)
    if ends:
        move_incident(ctx, head, IncidentStep.CLOSE, reason=new.outcome)
        free_members(ctx, head.id)
    return call_back_id


def _check_requester(head: IncidentHead, outcome: CallBackOutcome) -> None:
    if outcome is CallBackOutcome.NO_REQUESTER and head.has_requester:
        raise RequesterExists
    # Somebody who walked in may be told in person without leaving a number; nobody can fail to answer no number.
    if outcome is CallBackOutcome.NOT_REACHED and not head.has_requester:
        raise RequesterUnknown


def _ends(ctx: Ctx, head: IncidentHead, new: NewCallBack) -> bool:
    tries = 1 + failed_call_backs(ctx.session, head.id)
    return ends_loop(new.outcome, tries=tries, allowed=incident_policy(ctx, head).call_back_tries)


def _write_call_back(ctx: Ctx, new: NewCallBack) -> UUID:
    call_back_id = ctx.new_id()
    ctx.session.execute(
        insert(CallBack),
        [
            {"id": call_back_id, "station_id": ctx.actor.station, "incident_id": new.incident_id,
             "outcome": new.outcome, "rating": new.rating, "note": new.note, "called_by": ctx.actor.person,
             "called_at": ctx.now}
        ],
    )  # fmt: skip
    return call_back_id


def cancel_incident(ctx: Ctx, cancellation: Cancellation) -> None:
    """Call the incident off: nobody is asked any more, whoever is going is told and free. Cancelling twice is once."""
    head = own_incident(ctx, cancellation.incident_id)
    if head.state is IncidentState.CANCELLED:
        return
    move_incident(ctx, head, IncidentStep.CANCEL, reason=cancellation.reason)
    if cancellation.note:
        ctx.session.execute(update(Incident).where(Incident.id == head.id).values(end_note=cancellation.note))
    end_asking(ctx, head.id, StandDown.CANCELLED)
    free_members(ctx, head.id)
    record(ctx, "incident.cancelled", "incident", head.id, reason=cancellation.reason)
