"""HTTP of parties: read in clear, add, correct, take out, look up."""

from typing import Any
from uuid import UUID

from api.disputes import service
from api.disputes.routes.blueprint import blp
from api.disputes.schemas.parties import (
    FoundPartiesSchema,
    PartyAddedSchema,
    PartyAddSchema,
    PartyEditSchema,
    PartyListSchema,
    PartySearchSchema,
)
from api.disputes.types import NewParty, PartyEdit, Search
from api.http.etags import matched_version
from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/disputes/<uuid:dispute_id>/parties", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, PartyListSchema)
def list_parties(ctx: Ctx, dispute_id: UUID) -> dict[str, Any]:
    """Read the parties in clear

    For the people of the case; 404 for anybody else. Each reading is audited.
    """
    return {"items": service.show_parties(ctx, dispute_id)}


@blp.route("/disputes/<uuid:dispute_id>/parties", methods=["POST"])
@operation(Permission.DISPUTE_EDIT, creates=True)
@blp.arguments(PartyAddSchema)
@blp.response(201, PartyAddedSchema)
def add_party(ctx: Ctx, party: NewParty, dispute_id: UUID) -> dict[str, UUID]:
    """Add a party

    Only the name is required. A minor makes the case a strict one.
    """
    return {"id": service.add_party(ctx, dispute_id, party)}


@blp.route("/disputes/<uuid:dispute_id>/parties/<uuid:party_id>", methods=["PATCH"])
@operation(Permission.DISPUTE_EDIT)
@blp.arguments(PartyEditSchema)
@blp.response(200, PartyListSchema)
def edit_party(ctx: Ctx, changes: dict[str, Any], dispute_id: UUID, party_id: UUID) -> dict[str, Any]:
    """Correct a party

    Needs If-Match with the party's version.
    """
    service.edit_party(ctx, PartyEdit(dispute_id, party_id, matched_version(), changes))
    return {"items": service.show_parties(ctx, dispute_id)}


@blp.route("/disputes/<uuid:dispute_id>/parties/<uuid:party_id>", methods=["DELETE"])
@operation(Permission.DISPUTE_EDIT)
@blp.response(204)
def remove_party(ctx: Ctx, dispute_id: UUID, party_id: UUID) -> None:
    """Take a party out

    Whoever was in it stays on record, and can be found. Taking out twice is once.
    """
    service.remove_party(ctx, dispute_id, party_id)


@blp.route("/disputes/search", methods=["POST"])
@operation(Permission.DISPUTE_SEARCH)
@blp.arguments(PartySearchSchema)
@blp.response(200, FoundPartiesSchema)
def search_parties(ctx: Ctx, search: Search) -> dict[str, Any]:
    """Look somebody up

    By exact name, number or document. Every search is audited, found or not; strict cases answer to their people only.
    """
    return {"items": service.search_parties(ctx, search)}
