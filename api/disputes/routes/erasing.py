"""Erasing a party on request."""

from typing import Any
from uuid import UUID

from api.disputes.routes.blueprint import blp
from api.disputes.schemas.erasing import DisputeErasureSchema
from api.disputes.service.erasing import erase_party
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/disputes/<uuid:dispute_id>/parties/<uuid:party_id>/erasure", methods=["POST"])
@operation(Permission.DISPUTE_ERASE, creates=True)
@blp.arguments(DisputeErasureSchema)
@blp.response(204)
def erase(ctx: Ctx, order: dict[str, Any], dispute_id: UUID, party_id: UUID) -> None:
    """Erase who a party was

    Name, numbers, address and everything else about the person; the case itself stays. Only once the dispute is over:
    409 `dispute_still_open`. It cannot be taken back; that it was done, and why, is in the trail.
    """
    erase_party(ctx, dispute_id, party_id, reason=order["reason"])
