"""HTTP of cases: take in, look, correct, grade."""

from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.disputes import service
from api.disputes.routes.blueprint import blp
from api.disputes.schemas.cases import (
    CaseEditSchema,
    CaseListQuery,
    ColourSchema,
    DisputeEventPageSchema,
    DisputePageSchema,
    DisputeRowSchema,
    DisputeSchema,
    MergeSchema,
    NewCaseSchema,
    ScoreListSchema,
    SplitSchema,
    case_query,
)
from api.disputes.service.merging import NewSplit
from api.disputes.types import CaseEdit, NewCase
from api.disputes.types.views import CaseDetail
from api.http.etags import matched_version, set_etag
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.http.schemas import PageQuery
from api.identity.types import Permission
from api.plumbing.context import Ctx


@blp.route("/disputes", methods=["POST"])
@operation(Permission.DISPUTE_FILE, creates=True)
@blp.arguments(NewCaseSchema)
@blp.response(201, DisputeRowSchema)
def file_dispute(ctx: Ctx, new: NewCase) -> dict[str, Any]:
    """Take in a dispute

    At the counter or by telephone. Codes are checked against the lists of the day; it is scored at once.
    """
    return tagged(service.row_of(ctx, service.file_case(ctx, new)))


def tagged(row: dict[str, Any]) -> dict[str, Any]:
    """The row, its version as the answer's ETag."""
    set_etag(row["version"])
    return row


@blp.route("/disputes", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.arguments(CaseListQuery, location="query")
@blp.response(200, DisputePageSchema)
def list_disputes(ctx: Ctx, query: dict[str, Any]) -> Response:
    """List disputes

    Newest first; parties are masked. Strict cases are listed for their people and the named supervisors only.
    """
    last = read_cursor(query["cursor"], "disputes")
    wanted = case_query(query, person=ctx.actor.person, before=UUID(last[0]) if last else None)
    rows = service.list_page(ctx, wanted)
    following = write_cursor([str(rows[-1]["id"])], "disputes") if len(rows) == wanted.limit else None
    # Rows go out as they are: a schema would cost several times the time of the query.
    return jsonify({"items": rows, "next_cursor": following})


@blp.route("/disputes/<uuid:dispute_id>", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, DisputeSchema)
def show_dispute(ctx: Ctx, dispute_id: UUID) -> CaseDetail:
    """Show a dispute

    With its parties masked, what is known of them, and the reasons of its colour. The reading is audited.
    """
    detail = service.show_case(ctx, dispute_id)
    set_etag(detail.version)
    return detail


@blp.route("/disputes/<uuid:dispute_id>", methods=["PATCH"])
@operation(Permission.DISPUTE_EDIT)
@blp.arguments(CaseEditSchema)
@blp.response(200, DisputeSchema)
def edit_dispute(ctx: Ctx, changes: dict[str, Any], dispute_id: UUID) -> CaseDetail:
    """Correct a dispute

    Needs If-Match. No clock starts again; the score is counted anew.
    """
    service.edit_case(ctx, CaseEdit(dispute_id, matched_version(), changes))
    detail = service.show_case(ctx, dispute_id)
    set_etag(detail.version)
    return detail


@blp.route("/disputes/<uuid:dispute_id>/timeline", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.arguments(PageQuery, location="query")
@blp.response(200, DisputeEventPageSchema)
def show_story(ctx: Ctx, query: dict[str, Any], dispute_id: UUID) -> Response:
    """Show what happened

    Oldest first, with what happened to the cases merged into it; ids, codes and numbers only.
    """
    last = read_cursor(query["cursor"], "dispute-timeline")
    rows = service.show_timeline(ctx, dispute_id, after=last[0] if last else 0, limit=query["limit"])
    following = write_cursor([rows[-1]["id"]], "dispute-timeline") if len(rows) == query["limit"] else None
    return jsonify({"items": rows, "next_cursor": following})


@blp.route("/disputes/<uuid:dispute_id>/colour", methods=["POST"])
@operation(Permission.DISPUTE_EDIT)
@blp.arguments(ColourSchema)
@blp.response(200, DisputeRowSchema)
def set_colour(ctx: Ctx, order: dict[str, Any], dispute_id: UUID) -> dict[str, Any]:
    """Set the colour by hand

    With a reason; the score does not change it any more. Null gives it back to the score.
    """
    service.set_colour(ctx, dispute_id, order["colour"], note=order["reason"])
    return tagged(service.row_of(ctx, dispute_id))


@blp.route("/disputes/<uuid:dispute_id>/scores", methods=["GET"])
@operation(Permission.DISPUTE_READ)
@blp.response(200, ScoreListSchema)
def list_scores(ctx: Ctx, dispute_id: UUID) -> dict[str, Any]:
    """Show how the score came about

    Every score the case had, newest first, with its reasons and the weights it was counted by.
    """
    return {"items": service.show_scores(ctx, dispute_id)}


@blp.route("/disputes/<uuid:dispute_id>/merge", methods=["POST"])
@operation(Permission.DISPUTE_MERGE)
@blp.arguments(MergeSchema)
@blp.response(200, DisputeRowSchema)
def merge(ctx: Ctx, order: dict[str, Any], dispute_id: UUID) -> dict[str, Any]:
    """Merge a dispute into another

    Its parties go along and its calls count there; its own story stays readable. The answer is the survivor.
    """
    service.merge_case(ctx, dispute_id, into=order["into"])
    return tagged(service.row_of(ctx, order["into"]))


@blp.route("/disputes/<uuid:dispute_id>/split", methods=["POST"])
@operation(Permission.DISPUTE_MERGE, creates=True)
@blp.arguments(SplitSchema)
@blp.response(201, DisputeRowSchema)
def split(ctx: Ctx, order: dict[str, Any], dispute_id: UUID) -> dict[str, Any]:
    """Split a dispute

    The chosen parties go into a case of their own, which is the answer.
    """
    order["party_ids"] = tuple(order["party_ids"])
    return tagged(service.row_of(ctx, service.split_case(ctx, NewSplit(dispute_id, **order))))
