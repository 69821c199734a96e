"""Incidents in numbers; drills and the real thing are never counted together."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text
from sqlalchemy.orm import Session

from api.reporting.types import IncidentGrouping, IncidentLine, IncidentReport, Period, Spread

# Group -> (its key, its label) for an incident `i`.
_KEYS: dict[IncidentGrouping, tuple[str, str]] = {
    IncidentGrouping.KIND: ("i.kind", "NULL"),
    IncidentGrouping.COLOUR: ("i.colour", "NULL"),
    IncidentGrouping.GRID: ("CAST(i.unit_id AS text)", "max(i.unit_name)"),
    IncidentGrouping.MONTH: ("to_char(i.reported_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')", "NULL"),
}
_SPREADS = {
    "to_ask": ("i.reported_at", "o.first_asked"),
    "to_accept": ("o.first_asked", "o.first_accepted"),
    "to_arrive": ("o.first_asked", "o.first_arrived"),
    "to_close": ("i.reported_at", "CASE WHEN i.state = 'closed' THEN i.ended_at END"),
}
_SPREAD = (
    "percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM {end} - {start})) AS {name},"
    " count({end} - {start}) AS {name}_count"
)
_REPORT = """
    SELECT {key} AS key, {label} AS label, grouping({key}) AS is_total, count(*) AS reported,
        count(*) FILTER (WHERE i.ended_at IS NULL) AS open,
        count(*) FILTER (WHERE i.state = 'closed') AS closed,
        count(*) FILTER (WHERE i.state = 'cancelled') AS cancelled,
        count(*) FILTER (WHERE o.asked > 0 AND o.accepted = 0) AS unfilled,
        coalesce(sum(o.asked), 0)::int AS asked, coalesce(sum(o.accepted), 0)::int AS accepted,
        coalesce(sum(o.arrived), 0)::int AS arrived, {spreads}
    FROM incidents i
    LEFT JOIN (
        SELECT offers.incident_id, count(*) AS asked, count(accepted_at) AS accepted, count(arrived_at) AS arrived,
            min(offered_at) AS first_asked, min(accepted_at) AS first_accepted, min(arrived_at) AS first_arrived
        FROM offers JOIN incidents mine ON mine.id = offers.incident_id
        WHERE mine.station_id = :station AND mine.reported_at >= :since AND mine.reported_at < :until
        GROUP BY offers.incident_id
    ) o ON o.incident_id = i.id
    WHERE i.station_id = :station AND i.reported_at >= :since AND i.reported_at < :until AND i.drill = :drills
    GROUP BY GROUPING SETS (({key}), ()) ORDER BY is_total, {order}
"""


def incident_report(
    session: Session, station_id: UUID, *, period: Period, by: IncidentGrouping, drills: bool = False
) -> IncidentReport:
    """The incidents reported in the period by group, the largest group first, months in their order."""
    given = {"station": station_id, "since": period.since, "until": period.until, "drills": drills}
    found = [(_line(row), bool(row.is_total)) for row in session.execute(_statement(by), given)]
    return IncidentReport(
        period=period,
        by=by,
        lines=tuple(line for line, is_total in found if not is_total),
        total=next(line for line, is_total in found if is_total),
    )


def _statement(by: IncidentGrouping) -> TextClause:
    key, label = _KEYS[by]
    spreads = ", ".join(_SPREAD.format(name=name, start=start, end=end) for name, (start, end) in _SPREADS.items())
    order = "key" if by is IncidentGrouping.MONTH else "reported DESC, key"
    return text(_REPORT.format(key=key, label=label, spreads=spreads, order=order))


def _line(row: Row[Any]) -> IncidentLine:
    values: dict[str, Any] = {
        name: _spread(row, name) if name in _SPREADS else getattr(row, name)
        for name in IncidentLine.__dataclass_fields__
    }
    return IncidentLine(**values)


def _spread(row: Row[Any], name: str) -> Spread:
    median, p90 = getattr(row, name) or (None, None)
    return Spread(getattr(row, f"{name}_count"), median, p90)
