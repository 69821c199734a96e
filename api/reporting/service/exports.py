"""Reports as workbooks; they name people, so that they were taken is in the trail."""

from api.audit.service import record
from api.grids.rules.sheets import write_xlsx
from api.plumbing.context import Ctx
from api.reporting.queries import dispute_report, incident_report, response_lines
from api.reporting.rules import dispute_sheets, incident_sheets
from api.reporting.types import Grouping, IncidentGrouping, Period, ResponseQuery

MOST_LINES = 50_000


def export_disputes(ctx: Ctx, *, period: Period, by: Grouping) -> bytes:
    """The dispute report as .xlsx; it names mediators, so that it was taken is in the trail."""
    report = dispute_report(ctx.session, ctx.actor.station, period=period, by=by, now=ctx.now)
    days = {"first": period.first.isoformat(), "last": period.last.isoformat(), "by": by.value}
    record(ctx, "report.exported", "station", ctx.actor.station, report="disputes", **days)
    return write_xlsx(dispute_sheets(report), now=ctx.now)


def export_incidents(ctx: Ctx, *, period: Period, by: IncidentGrouping, drills: bool) -> bytes:
    """The incident report as .xlsx, with a sheet of who was asked in the same days."""
    station = ctx.actor.station
    report = incident_report(ctx.session, station, period=period, by=by, drills=drills)
    people = response_lines(
        ctx.session, station, ResponseQuery(drills=drills), period=period, now=ctx.now, after=None, limit=MOST_LINES
    )
    days = {"first": period.first.isoformat(), "last": period.last.isoformat(), "by": by.value}
    record(ctx, "report.exported", "station", station, report="incidents", **days)
    return write_xlsx(incident_sheets(report, people), now=ctx.now)
