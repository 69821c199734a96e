"""Lists of people as sheets: they name people, so that they were taken is in the trail."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any

from api.audit.service import record
from api.grids.rules.sheets import write_csv
from api.grids.types import STATION_ZONE
from api.plumbing.context import Ctx
from api.reporting.queries import reach_lines, response_lines
from api.reporting.types import Period, ReachLine, ReachQuery, ResponseLine, ResponseQuery

# More than any station has members; a sheet is for a desk, not for a database.
MOST_LINES = 50_000


def export_reachability(ctx: Ctx, *, query: ReachQuery) -> bytes:
    """The members and what is known of reaching them, as CSV."""
    lines = reach_lines(ctx.session, ctx.actor.station, query, after=None, limit=MOST_LINES)
    record(ctx, "report.exported", "station", ctx.actor.station, report="reachability", lines=len(lines))
    return _sheet(ReachLine, lines)


def export_responses(ctx: Ctx, *, query: ResponseQuery, period: Period) -> bytes:
    """The members who were asked and what came of it, as CSV."""
    lines = response_lines(
        ctx.session, ctx.actor.station, query, period=period, now=ctx.now, after=None, limit=MOST_LINES
    )
    record(ctx, "report.exported", "station", ctx.actor.station, report="responses", lines=len(lines))
    return _sheet(ResponseLine, lines)


def _sheet(kind: type[Any], lines: Iterable[Any]) -> bytes:
    head = [field.name for field in fields(kind)]
    return write_csv([head, *(_cells(astuple(line)) for line in lines)])


def _cells(values: Sequence[Any]) -> list[str]:
    return [_cell(value) for value in values]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.astimezone(STATION_ZONE).isoformat(" ", "seconds") if isinstance(value, datetime) else str(value)
