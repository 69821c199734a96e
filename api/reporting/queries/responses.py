"""Who answers, how fast, and who never does; drills and the real thing are never counted together."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from api.identity.queries import contacts_of
from api.reporting.types import CurvePoint, Period, ResponseCurve, ResponseLine, ResponseQuery, Spread

# Within how many seconds the curve is read.
MARKS = (15, 30, 45, 60, 90, 120, 180, 300, 600)
# Whoever was stood down or called back before the time was over has not been silent.
_ASKED = """
    WITH asked AS (
        SELECT o.member_id, o.person_id, m.force, m.grid_id, o.offered_at, o.answered_at, o.accepted_at, o.departed_at,
            o.arrived_at, o.accepted_at IS NOT NULL AS accepted,
            o.accepted_at IS NULL AND o.answered_at IS NOT NULL AS declined,
            o.answered_at IS NULL AND (o.state = 'silent' OR o.state = 'offered' AND o.expires_at < :now) AS silent
        FROM offers o JOIN dispatches d ON d.id = o.dispatch_id LEFT JOIN members m ON m.id = o.member_id
        WHERE o.station_id = :station AND o.offered_at >= :since AND o.offered_at < :until AND d.drill = :drills
          AND (CAST(:force AS text) IS NULL OR m.force = :force)
          AND (CAST(:grid AS uuid) IS NULL OR m.grid_id = :grid)
    )
"""
_LIST = """
    , lines AS (
        SELECT member_id, person_id, force, grid_id, count(*) AS asked, count(*) FILTER (WHERE accepted) AS accepted,
            count(*) FILTER (WHERE declined) AS declined, count(*) FILTER (WHERE silent) AS silent,
            count(arrived_at) AS arrived, max(offered_at) AS last_asked_at, max(answered_at) AS last_answered_at
        FROM asked GROUP BY member_id, person_id, force, grid_id
    )
    SELECT lines.*, u.code AS grid_code FROM lines LEFT JOIN units u ON u.id = lines.grid_id
    WHERE (NOT :silent OR silent > 0 AND last_answered_at IS NULL)
      AND (CAST(:after AS uuid) IS NULL OR (silent, member_id) < (:after_silent, :after))
    ORDER BY silent DESC, member_id DESC LIMIT :limit
"""
_SPREAD = """percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY extract(epoch FROM {end} - {start}))
    FILTER (WHERE {end} >= {start}) AS {name}, count(*) FILTER (WHERE {end} >= {start}) AS {name}_count"""
_SPREADS = {
    "to_accept": ("offered_at", "accepted_at"),
    "to_leave": ("accepted_at", "departed_at"),
    "to_arrive": ("offered_at", "arrived_at"),
}
_SUMS = """
    SELECT count(*) AS asked, count(*) FILTER (WHERE accepted) AS accepted,
        count(*) FILTER (WHERE declined) AS declined, count(*) FILTER (WHERE silent) AS silent, {spreads},
        ARRAY(
            SELECT count(asked.offered_at) FROM unnest(CAST(:marks AS int[])) AS mark
            LEFT JOIN asked ON asked.accepted_at <= asked.offered_at + make_interval(secs => mark)
            GROUP BY mark ORDER BY mark) AS counts
    FROM asked
"""
_ALL_SPREADS = ", ".join(_SPREAD.format(name=name, start=start, end=end) for name, (start, end) in _SPREADS.items())
_LINES, _CURVE = (text(" ".join((_ASKED, part))) for part in (_LIST, _SUMS.format(spreads=_ALL_SPREADS)))


def response_lines(
    session: Session,
    station_id: UUID,
    query: ResponseQuery,
    *,
    period: Period,
    now: Any,
    after: tuple[int, UUID] | None,
    limit: int,
) -> list[ResponseLine]:
    """Each member who was asked in the period, the most often silent first, from after (silent, member id) `after`."""
    silent, member_id = after or (0, None)
    given = {"silent": query.silent, "after_silent": silent, "after": member_id, "limit": limit}
    rows = session.execute(_LINES, {**_given(station_id, query, period, now), **given}).all()
    names = contacts_of(session, [row.person_id for row in rows])
    return [_line(row, names[row.person_id].name) for row in rows]


def response_curve(
    session: Session, station_id: UUID, query: ResponseQuery, *, period: Period, now: Any
) -> ResponseCurve:
    """From asking to accepting, leaving and arriving, over everybody asked in the period."""
    row = session.execute(_CURVE, {**_given(station_id, query, period, now), "marks": list(MARKS)}).one()
    return ResponseCurve(
        asked=row.asked,
        accepted=row.accepted,
        declined=row.declined,
        silent=row.silent,
        **{name: _spread(row, name) for name in _SPREADS},
        curve=_points(row) if row.asked else (),
    )


def _given(station_id: UUID, query: ResponseQuery, period: Period, now: Any) -> dict[str, Any]:
    days = {"since": period.since, "until": period.until, "now": now}
    return {**days, "station": station_id, "force": query.force, "grid": query.grid_id, "drills": query.drills}


def _points(row: Row[Any]) -> tuple[CurvePoint, ...]:
    return tuple(CurvePoint(mark, count / row.asked) for mark, count in zip(MARKS, row.counts, strict=True))


def _spread(row: Row[Any], name: str) -> Spread:
    median, p90 = getattr(row, name) or (None, None)
    return Spread(getattr(row, f"{name}_count"), median, p90)


def _line(row: Row[Any], name: str) -> ResponseLine:
    values = {key: getattr(row, key) for key in ResponseLine.__dataclass_fields__ if key != "name"}
    return ResponseLine(name=name, **values)
