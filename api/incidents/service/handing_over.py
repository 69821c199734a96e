"""Giving an incident to the dispute staff. What they make of it is their affair: here it is ordered and linked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import update

from api.audit.service import record
from api.incidents.errors import DrillHandedOver, IncidentOver
from api.incidents.models import Incident
from api.incidents.queries.incidents import incident_row
from api.incidents.service.steps import note_event, own_incident
from api.incidents.types import EventKind, IncidentState
from api.kernel.geo import Datum, Point
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timer

JOB = "workers.jobs.handovers.incident_to_dispute"


@dataclass(frozen=True)
class HandedOver:
    """What the dispute staff get to know of an incident."""

    incident_id: UUID
    station_id: UUID
    description: str
    address: str | None
    place: Point
    datum: Datum
    reported_at: datetime
    requester_name: str | None
    requester_phone: str | None
    dispute_id: UUID | None


def hand_to_disputes(ctx: Ctx, incident_id: UUID, *, category: str | None) -> UUID | None:
    """Order a dispute for an incident; returns the one it has already. Ordered twice is once.

    `category`: a code of the disputes' list, if the desk knows one. The incident goes its own way; raises IncidentOver
    for one that was called off, DrillHandedOver for a drill.
    """
    head = own_incident(ctx, incident_id)
    if head.state is IncidentState.CANCELLED:
        raise IncidentOver
    if head.drill:
        raise DrillHandedOver
    made = ctx.session.get_one(Incident, head.id, populate_existing=True).dispute_id
    if made is not None:
        return made
    args = {"station": str(head.station_id), "category": category, "by": str(ctx.actor.person)}
    set_timer(ctx, TimerOrder(JOB, head.id, ctx.now, args=args))
    note_event(ctx, head.id, EventKind.HANDED_TO_DISPUTES)
    record(ctx, "incident.handed_to_disputes", "incident", head.id, category=category)
    return None


def read_handed_over(ctx: Ctx, incident_id: UUID, *, station_id: UUID) -> HandedOver | None:
    """What a dispute is made from, requester in clear; for the job that carries it over, which is in the trail."""
    found = incident_row(ctx.session, incident_id, station_id=station_id)
    if found is None:
        return None
    row, place = found
    return HandedOver(
        incident_id=row.id,
        station_id=row.station_id,
        description=row.description,
        address=row.address,
        place=place,
        datum=Datum(row.place_datum),
        reported_at=row.reported_at,
        requester_name=row.requester_name,
        requester_phone=row.requester_phone,
        dispute_id=row.dispute_id,
    )


def note_dispute(ctx: Ctx, incident_id: UUID, dispute_id: UUID) -> None:
    """Link an incident to the dispute made of it; linked twice is once."""
    linked = ctx.session.scalar(
        update(Incident)
        .where(Incident.id == incident_id, Incident.dispute_id.is_(None))
        .values(dispute_id=dispute_id)
        .returning(Incident.id)
    )
    if linked is not None:
        note_event(ctx, incident_id, EventKind.DISPUTE_OPENED, dispute=str(dispute_id))
