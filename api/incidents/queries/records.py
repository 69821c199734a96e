"""Reading what was written about an incident: its timeline, links and call-backs."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.incidents.models import CallBack, IncidentEvent, IncidentLink
from api.incidents.types import CallBackOutcome


def timeline_of(session: Session, incident_id: UUID, *, after: int, limit: int) -> list[dict[str, Any]]:
    """The events of an incident as plain rows, oldest first."""
    statement = select(
        IncidentEvent.id, IncidentEvent.at, IncidentEvent.kind, IncidentEvent.actor_id, IncidentEvent.data
    ).where(IncidentEvent.incident_id == incident_id, IncidentEvent.id > after)
    return [dict(row._mapping) for row in session.execute(statement.order_by(IncidentEvent.id).limit(limit))]


def links_of(session: Session, incident_id: UUID) -> list[IncidentLink]:
    """Later calls about an incident, oldest first."""
    statement = select(IncidentLink).where(IncidentLink.incident_id == incident_id).order_by(IncidentLink.id)
    return list(session.scalars(statement))


def call_backs_of(session: Session, incident_id: UUID) -> list[CallBack]:
    """Every attempt to tell the requester, oldest first."""
    statement = select(CallBack).where(CallBack.incident_id == incident_id).order_by(CallBack.called_at, CallBack.id)
    return list(session.scalars(statement))


def failed_call_backs(session: Session, incident_id: UUID) -> int:
    """How often the requester was called and not reached."""
    statement = select(func.count()).select_from(CallBack).where(CallBack.incident_id == incident_id)
    return session.scalar(statement.where(CallBack.outcome == CallBackOutcome.NOT_REACHED)) or 0
