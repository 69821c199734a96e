"""HTTP of the board: the station's open incidents at a glance."""

from typing import Any

from flask import Response, jsonify

from api.http.operation import operation
from api.http.rows import rows_of
from api.identity.types import Permission
from api.incidents.queries.board import board_rows
from api.incidents.routes.blueprint import blp
from api.incidents.schemas.boards import BoardQuery, BoardRowSchema, BoardSchema
from api.plumbing.context import Ctx


@blp.route("/incidents/board", methods=["GET"])
@operation(Permission.INCIDENT_READ)
@blp.arguments(BoardQuery, location="query")
@blp.response(200, BoardSchema)
def show_board(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Show the board

    Every open incident with its clock and how far its needs are filled, in one answer; or those named, to keep a board
    up to date.
    """
    rows = board_rows(ctx.session, ctx.actor.station, query["id"])
    # A board is loaded by every screen of the station, and again after every cut.
    return jsonify({"now": ctx.now, "datum": "wgs84", "items": rows_of(BoardRowSchema, rows)})
