"""HTTP of cases that go to another station or a department."""

from typing import Any
from uuid import UUID

from api.disputes.models.mediation import HandOver
from api.disputes.routes.blueprint import blp
from api.disputes.schemas.work import (
    CaseNoteSchema,
    CaseReasonSchema,
    DisputeHandOverListSchema,
    DisputeHandOverSchema,
    IncomingDisputeListSchema,
    IncomingQuery,
    NewDisputeHandOverSchema,
)
from api.disputes.service import handing_over, looking
from api.disputes.types.mediation import NewHandOver
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/disputes/<uuid:dispute_id>/hand-overs", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT, creates=True)
@blp.arguments(NewDisputeHandOverSchema)
@blp.response(201, DisputeHandOverSchema)
def offer(ctx: Ctx, body: dict[str, Any], dispute_id: UUID) -> HandOver:
    """Offer a dispute to somebody else

    It stays the sender's until it is taken; when nobody answers in time, both sides hear of it.
    """
    return handing_over.offer_case(ctx, NewHandOver(dispute_id, **body))


@blp.route("/disputes/<uuid:dispute_id>/hand-overs", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, DisputeHandOverListSchema)
def list_hand_overs(ctx: Ctx, dispute_id: UUID) -> dict[str, list[HandOver]]:
    """Show whom a dispute was offered

    And what they answered. The reading is audited.
    """
    return {"items": looking.show_hand_overs(ctx, dispute_id)}


@blp.route("/hand-overs", methods=["GET"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(IncomingQuery, location="query")
@blp.response(200, IncomingDisputeListSchema)
def list_incoming(ctx: Ctx, query: dict[str, Any]) -> dict[str, Any]:
    """List what other stations offer

    Newest first; nothing of the parties before a case is taken.
    """
    return {"items": handing_over.list_incoming(ctx, states=frozenset({query["state"]}), limit=query["limit"])}


@blp.route("/hand-overs/<uuid:hand_over_id>/acceptance", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseNoteSchema)
@blp.response(200, DisputeHandOverSchema)
def take_over(ctx: Ctx, body: dict[str, Any], hand_over_id: UUID) -> HandOver:
    """Take a dispute

    The receiving station gets a case of its own with the same facts and parties, named by `copy_id`. A department's
    answer is recorded by the sender.
    """
    return handing_over.accept_hand_over(ctx, hand_over_id, note=body["note"])


@blp.route("/hand-overs/<uuid:hand_over_id>/refusal", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseReasonSchema)
@blp.response(200, DisputeHandOverSchema)
def return_case(ctx: Ctx, body: dict[str, Any], hand_over_id: UUID) -> HandOver:
    """Return a dispute

    With the reason; it is the sender's to take up again.
    """
    return handing_over.decline_hand_over(ctx, hand_over_id, note=body["note"])


@blp.route("/hand-overs/<uuid:hand_over_id>/withdrawal", methods=["POST"])
@operation(Permission.DISPUTE_DIRECT)
@blp.arguments(CaseReasonSchema)
@blp.response(200, DisputeHandOverSchema)
def take_back(ctx: Ctx, body: dict[str, Any], hand_over_id: UUID) -> HandOver:
    """Take an offer back

    While nobody has answered.
    """
    return handing_over.withdraw_hand_over(ctx, hand_over_id, note=body["note"])
