"""What siblings hand to one another: neither imports the other, so the job carries it."""

from dataclasses import replace
from uuid import UUID

from api.disputes.service.receiving import IncidentCase, receive_incident
from api.incidents.service.handing_over import note_dispute, read_handed_over
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer


def incident_to_dispute(ctx: Ctx, timer: Timer) -> None:
    """Make the dispute of an incident, once, and link both. The subject is the incident."""
    station = UUID(timer.args["station"])
    found = read_handed_over(ctx, timer.subject_id, station_id=station)
    if found is None:
        return
    case = IncidentCase(
        incident_id=found.incident_id,
        description=found.description,
        address=found.address,
        place=found.place,
        datum=found.datum,
        reported_at=found.reported_at,
        requester_name=found.requester_name,
        requester_phone=found.requester_phone,
        category=timer.args["category"],
        received_by=UUID(timer.args["by"]),
    )
    at_station = replace(ctx, actor=replace(ctx.actor, station_id=station))
    note_dispute(ctx, found.incident_id, receive_incident(at_station, case))
