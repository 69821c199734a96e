"""HTTP of costs: what an incident and its call-outs have cost."""

from uuid import UUID

from api.http.operation import operation
from api.identity.types import Permission
from api.incidents.queries.costs import IncidentCost
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.costs import IncidentCostSchema
from api.incidents.service.costing import show_costs
from api.plumbing.context import Ctx


@blp.route("/incidents/<uuid:incident_id>/costs", methods=["GET"])
@operation(Permission.INCIDENT_READ)
@blp.response(200, IncidentCostSchema)
def show_incident_costs(ctx: Ctx, incident_id: UUID) -> IncidentCost:
    """See what an incident has cost

    Texts and calls, for each dispatch and for the rest, by currency, channel and provider; and for each person asked.
    """
    return show_costs(ctx, incident_id)
