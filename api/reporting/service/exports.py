"""A report as a workbook."""

from api.audit.service import record
from api.grids.rules.sheets import write_xlsx
from api.plumbing.context import Ctx
from api.reporting.queries import dispute_report
from api.reporting.rules import dispute_sheets
from api.reporting.types import Grouping, Period


def export_disputes(ctx: Ctx, *, period: Period, by: Grouping) -> bytes:
    """The dispute report as .xlsx; it names mediators, so that it was taken is in the trail."""
    report = dispute_report(ctx.session, ctx.actor.station, period=period, by=by, now=ctx.now)
    days = {"first": period.first.isoformat(), "last": period.last.isoformat(), "by": by.value}
    record(ctx, "report.exported", "station", ctx.actor.station, report="disputes", **days)
    return write_xlsx(dispute_sheets(report), now=ctx.now)
