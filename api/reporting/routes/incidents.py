"""Incidents in numbers."""

from typing import Any

from flask import Response

from api.http.operation import operation
from api.identity.types import Permission
from api.plumbing.context import Ctx
from api.reporting import queries, service
from api.reporting.routes.blueprint import blp
from api.reporting.routes.disputes import XLSX
from api.reporting.schemas.incidents import IncidentReportQuery, IncidentReportSchema
from api.reporting.types import IncidentReport, Period


@blp.route("/reports/incidents", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(IncidentReportQuery, location="query")
@blp.response(200, IncidentReportSchema)
def show_incidents(ctx: Ctx, query: dict[str, Any]) -> IncidentReport:
    """Incidents in numbers

    Those reported in the period by kind, colour, grid or month: what became of them, who was asked, how long it took.
    """
    period = Period(query.pop("first"), query.pop("last"))
    return queries.incident_report(ctx.session, ctx.actor.station, period=period, **query)


@blp.route("/reports/incidents.xlsx", methods=["GET"])
@operation(Permission.REPORT_READ)
@blp.arguments(IncidentReportQuery, location="query")
@blp.response(200, {"type": "string", "format": "binary"}, content_type=XLSX)
def export_incidents(ctx: Ctx, query: dict[str, Any]) -> Response:
    """Incidents in numbers, as a workbook

    The report by the chosen group, and who was asked how often. That it was taken is in the trail.
    """
    period = Period(query.pop("first"), query.pop("last"))
    headers = {"Content-Disposition": f'attachment; filename="incidents-{period.first}-{period.last}.xlsx"'}
    return Response(service.export_incidents(ctx, period=period, **query), content_type=XLSX, headers=headers)
