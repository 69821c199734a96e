"""The desk's view: who is on duty, where, and who can go."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, jsonify

from api.duty.queries import count_ready, live_members, people_board
from api.duty.routes.blueprint import blp
from api.duty.rules import grain_for, shown_member
from api.duty.schemas import DutyBoardQuery, DutyBoardSchema, LivePageSchema, LiveQuery, ReadyCountsSchema
from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.plumbing.context import Ctx

FRESH = timedelta(minutes=10)


@blp.route("/duty/live", methods=["GET"])
@operation(Permission.DUTY_READ)
@blp.arguments(LiveQuery, location="query")
@blp.response(200, LivePageSchema)
def list_live(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Who is on duty, and where

    Positions are rounded to about 100 m, except of members on a task; for who sends nobody, ten times as coarsely.
    """
    after = read_cursor(query["cursor"], "live")
    members = live_members(
        ctx.session, ctx.actor.station, box=query["box"], after=UUID(after[0]) if after else None, limit=query["limit"]
    )
    more = len(members) == query["limit"]
    cursor = write_cursor([str(members[-1].member_id)], "live") if more else None
    grain = grain_for(ctx.actor.permissions)
    return jsonify(items=[shown_member(member, grain) for member in members], next_cursor=cursor)


@blp.route("/duty/board", methods=["GET"])
@operation(Permission.DUTY_READ)
@blp.arguments(DutyBoardQuery, location="query")
@blp.response(200, DutyBoardSchema)
def show_duty_board(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Everybody on duty in one answer, for a map

    A list for each property, all in one order. Named members who are missing are not on duty; `seen_after` leaves out
    whoever was not heard of since. Places are rounded as in `/duty/live`.
    """
    board = people_board(ctx.session, ctx.actor.station, grain=grain_for(ctx.actor.permissions), now=ctx.now, **query)
    return jsonify(datum="wgs84", **asdict(board))


@blp.route("/duty/ready", methods=["GET"])
@operation(Permission.DUTY_READ)
@blp.response(200, ReadyCountsSchema)
def count_who_can_go(ctx: Ctx) -> dict[str, Any]:
    """Who can go now, by force

    Counts of the members on duty, on a task, and free with a position of the last ten minutes.
    """
    return {"items": count_ready(ctx.session, ctx.actor.station, fresh_after=ctx.now - FRESH)}
