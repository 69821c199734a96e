"""Positions in, trails out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.duty import service
from api.duty.routes.blueprint import blp
from api.duty.rules import REASONS
from api.duty.schemas import PositionsAnswerSchema, PositionsSchema, TrailPageSchema, TrailQuerySchema
from api.duty.types import FixBatch, TrailFix, Verdict
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.paging import Page
from api.plumbing.context import Ctx

# Answered without a schema: these are the busiest requests, and each item is one of seven constants.
_ANSWERS: dict[Verdict, dict[str, Any]] = {
    verdict: {"verdict": verdict.value}
    | ({} if verdict is Verdict.USED else {"reason": dict(zip(("zh", "en"), REASONS[verdict], strict=True))})
    for verdict in Verdict
}


@blp.route("/positions", methods=["POST"])
@operation(Permission.DUTY_SELF)
@blp.arguments(PositionsSchema)
@blp.response(200, PositionsAnswerSchema)
def send_positions(ctx: Ctx, batch: FixBatch) -> Response:
    """Send positions

    Up to 500 fixes in any order; a batch may be sent again after a lost answer. Accepted only on duty or on a task.
    """
    verdicts = service.record_positions(ctx, batch)
    return jsonify(items=[{"index": index, **_ANSWERS[verdict]} for index, verdict in enumerate(verdicts)])


@blp.route("/members/<uuid:member_id>/trail", methods=["GET"])
@operation(Permission.TRAIL_READ)
@blp.arguments(TrailQuerySchema, location="query")
@blp.response(200, TrailPageSchema)
def read_trail(ctx: Ctx, query: dict[str, Any], member_id: UUID) -> Page[TrailFix]:
    """Where a member was

    Only what was captured on duty or on a task exists. Every reading is in the audit, with its reason.
    """
    purpose = f"trail:{member_id}"
    after = read_cursor(query.pop("cursor"), purpose)
    query["after"] = after and tuple(map(datetime.fromisoformat, after))
    fixes = service.read_trail(ctx, service.TrailQuery(member_id, **query))
    more = len(fixes) == query["limit"]
    return Page(fixes, write_cursor([at.isoformat() for at in fixes[-1][:2]], purpose) if more else None)
