"""Who can be reached, and who answers."""

from typing import Any
from uuid import UUID

from flask import Response

from api.http.operation import operation
from api.http.paging import read_cursor, write_cursor
from api.identity.types import Permission
from api.kernel.paging import Page
from api.plumbing.context import Ctx
from api.reporting import queries, service
from api.reporting.routes.blueprint import blp
from api.reporting.schemas.reach import (
    ReachFilterQuery,
    ReachLinePageSchema,
    ReachPageQuery,
    ReachReportSchema,
    ResponseCurveSchema,
    ResponseFilterQuery,
    ResponseLinePageSchema,
    ResponsePageQuery,
    ResponseSheetQuery,
)
from api.reporting.types import (
    Period,
    ReachLine,
    ReachQuery,
    ReachReport,
    ResponseCurve,
    ResponseLine,
    ResponseQuery,
)

CSV = "text/csv; charset=utf-8"
_TEXT = {"type": "string"}


@blp.route("/reports/reachability", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.response(200, ReachReportSchema)
def show_reachability(ctx: Ctx) -> ReachReport:
    """Reachability, grid by grid

    How many members were lately proved to be reachable, were lost, never answered a test, or were never tested.
    """
    return queries.reach_report(ctx.session, ctx.actor.station)


@blp.route("/reports/reachability/members", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(ReachPageQuery, location="query")
@blp.response(200, ReachLinePageSchema)
def list_reachability(ctx: Ctx, query: dict[str, Any]) -> Page[ReachLine]:
    """Reachability, member by member

    Each channel with its last proof or the reason it failed; who was never reached is found by `standing=never`.
    """
    cursor, limit = query.pop("cursor"), query.pop("limit")
    wanted = ReachQuery(**query)
    last = read_cursor(cursor, f"reach {wanted}")
    after = UUID(last[0]) if last else None
    items = queries.reach_lines(ctx.session, ctx.actor.station, wanted, after=after, limit=limit)
    return Page(items, write_cursor([str(items[-1].member_id)], f"reach {wanted}") if len(items) == limit else None)


@blp.route("/reports/reachability/members.csv", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(ReachFilterQuery, location="query")
@blp.response(200, _TEXT, content_type="text/csv")
def export_reachability(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Reachability, member by member, as a sheet

    That it was taken is in the trail.
    """
    return _sheet(service.export_reachability(ctx, query=ReachQuery(**query)), "reachability")


@blp.route("/reports/responses", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(ResponsePageQuery, location="query")
@blp.response(200, ResponseLinePageSchema)
def list_responses(ctx: Ctx, query: dict[str, Any]) -> Page[ResponseLine]:
    """Who answers, and who never does

    Each member who was asked in these days, the most often silent first; `silent=true`: only who never answered.
    """
    cursor, limit = query.pop("cursor"), query.pop("limit")
    period, wanted = _wanted(query)
    purpose = f"responses {period} {wanted}"
    last = read_cursor(cursor, purpose)
    after = (int(last[0]), UUID(last[1])) if last else None
    items = queries.response_lines(
        ctx.session, ctx.actor.station, wanted, period=period, now=ctx.now, after=after, limit=limit
    )
    place = [items[-1].silent, str(items[-1].member_id)] if len(items) == limit else None
    return Page(items, write_cursor(place, purpose) if place else None)


@blp.route("/reports/responses.csv", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(ResponseSheetQuery, location="query")
@blp.response(200, _TEXT, content_type="text/csv")
def export_responses(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Who answers, as a sheet

    That it was taken is in the trail.
    """
    period, wanted = _wanted(query)
    return _sheet(service.export_responses(ctx, query=wanted, period=period), "responses")


@blp.route("/reports/responses/curve", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(ResponseFilterQuery, location="query")
@blp.response(200, ResponseCurveSchema)
def show_curve(ctx: Ctx, query: dict[str, Any]) -> ResponseCurve:
    """How fast people answer and arrive

    Median and ninth decile from asking to accepting, to leaving and to arriving, and the share accepted by second.
    """
    period, wanted = _wanted(query)
    return queries.response_curve(ctx.session, ctx.actor.station, wanted, period=period, now=ctx.now)


def _wanted(query: dict[str, Any]) -> tuple[Period, ResponseQuery]:
    period = Period(query.pop("first"), query.pop("last"))
    return period, ResponseQuery(**query)


def _sheet(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(data, content_type=CSV, headers=headers)
