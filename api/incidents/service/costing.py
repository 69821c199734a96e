"""Reading what an incident has cost."""

from uuid import UUID

from api.incidents.queries.costs import IncidentCost, costs_of_incident
from api.incidents.queries.incidents import incident_row
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx


def show_costs(ctx: Ctx, incident_id: UUID) -> IncidentCost:
    """The costs of one of the station's incidents; raises NotFound for any other."""
    if incident_row(ctx.session, incident_id, station_id=ctx.actor.station) is None:
        raise NotFound
    return costs_of_incident(ctx.session, ctx.actor.station, incident_id)
