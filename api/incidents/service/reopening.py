"""Closed is not mended: an incident whose requester says that nothing has changed is open again.

The same record with its whole history, and its clock begins anew as if it had just been reported: nobody is there, and
somebody must decide whom to send.
"""

from uuid import UUID

from sqlalchemy import select

from api.audit.service import record
from api.incidents.models import Review
from api.incidents.service.reporting import link_incident
from api.incidents.service.steps import move_incident, own_incident
from api.incidents.service.telling import Word, call_desk, call_people
from api.incidents.types import Decision, IncidentStep, LinkKind, NewLink
from api.plumbing.context import Ctx


def reopen_incident(ctx: Ctx, incident_id: UUID, *, note: str) -> None:
    """Open a closed incident again; the desk and whoever approved its reports are told.

    Raises IllegalTransition for one that is not closed.
    """
    head = move_incident(ctx, own_incident(ctx, incident_id), IncidentStep.REOPEN)
    link_incident(ctx, NewLink(incident_id, LinkKind.CHASE_UP, note=note))
    record(ctx, "incident.reopened", "incident", incident_id)
    word = Word(head.station_id, "incident_reopened", f"reopened-{head.step_no}")
    call_desk(ctx, word, incident_id)
    # Whoever is of the desk has the message already: it has one key.
    call_people(ctx, word, incident_id, approvers_of(ctx, incident_id))


def approvers_of(ctx: Ctx, incident_id: UUID) -> list[UUID]:
    """Who said that it was in order."""
    statement = select(Review.reviewed_by).distinct()
    approved = statement.where(Review.incident_id == incident_id, Review.decision == Decision.APPROVED)
    return list(ctx.session.scalars(approved))
