"""Disputes and their visits in numbers."""

from typing import Any

from flask import Response

from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx
from api.reporting import queries, service
from api.reporting.routes.blueprint import blp
from api.reporting.schemas.disputes import DisputeReportQuery, DisputeReportSchema
from api.reporting.types import DisputeReport, Period

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blp.route("/reports/disputes", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(DisputeReportQuery, location="query")
@blp.response(200, DisputeReportSchema)
def show_disputes(ctx: Ctx, query: dict[str, Any]) -> DisputeReport:
    """Disputes in numbers

    The cases reported in the period by what became of them, the visits that were due in it, and each mediator's work.
    """
    period = Period(query["first"], query["last"])
    return queries.dispute_report(ctx.session, ctx.actor.station, period=period, by=query["by"], now=ctx.now)


@blp.route("/reports/disputes.xlsx", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(DisputeReportQuery, location="query")
@blp.response(200, {"type": "string", "format": "binary"}, content_type=XLSX)
def export_disputes(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Disputes in numbers, as a workbook

    The same report with a sheet for cases, visits and mediators. That it was taken is in the trail.
    """
    period = Period(query["first"], query["last"])
    headers = {"Content-Disposition": f'attachment; filename="disputes-{period.first}-{period.last}.xlsx"'}
    return Response(service.export_disputes(ctx, period=period, by=query["by"]), content_type=XLSX, headers=headers)
