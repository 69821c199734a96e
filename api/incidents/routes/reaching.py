"""HTTP of reaching: whom nothing reaches, and what became of every message to those asked."""

from uuid import UUID

from api.http.operation import operation
from api.identity.types import Permission
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.reaching import ReachSchema
from api.incidents.service.reaching import Reach, show_reach
from api.plumbing.context import Ctx


@blp.route("/incidents/<uuid:incident_id>/reach", methods=["GET"])
@operation(Permission.INCIDENT_READ)
@blp.response(200, ReachSchema)
def show_incident_reach(ctx: Ctx, incident_id: UUID) -> Reach:
    """See who was reached

    Everybody asked whose answer is waited for and who shows no sign of having read, with the reason; and the receipts
    of every message to those asked.
    """
    return show_reach(ctx, incident_id)
