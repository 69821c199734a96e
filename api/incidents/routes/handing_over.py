"""HTTP of the desk: give an incident to the dispute staff."""

from typing import Any
from uuid import UUID

from api.http.operation import operation
from api.identity.types import Permission
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.handing_over import HandedOverSchema, HandOverSchema
from api.incidents.service.handing_over import hand_to_disputes
from api.plumbing.context import Ctx


@blp.route("/incidents/<uuid:incident_id>/dispute", methods=["POST"])
@operation(Permission.INCIDENT_EDIT)
@blp.arguments(HandOverSchema)
@blp.response(202, HandedOverSchema)
def make_dispute(ctx: Ctx, order: dict[str, Any], incident_id: UUID) -> dict[str, Any]:
    """Hand an incident over as a dispute

    It is filed a moment later with its place and requester, once however often this is asked; the incident then names
    the dispute and goes its own way.
    """
    return {"incident_id": incident_id, "dispute_id": hand_to_disputes(ctx, incident_id, **order)}
