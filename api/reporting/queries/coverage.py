"""Duty by grid and hour: what was, from duty periods; what is still to come, from shifts besides."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.grids.types import STATION_ZONE
from api.reporting.types import Coverage, CoverageLine, Period

# One row for each member and hour they touch, however many periods they had in it; a running period is open-ended
# only up to the present hour, since nobody has promised to stay. Nobody is on duty for a week, no shift exceeds a day.
_COVERAGE = text("""
    WITH hours AS (
        SELECT n AS hour, CAST(:since AS timestamptz) + n * interval '1 hour' AS starts
        FROM generate_series(0, 23) AS n
    ), present AS (
        SELECT DISTINCT h.hour, p.member_id FROM hours h
        JOIN duty_periods p ON p.station_id = :station AND p.started_at < :until
            AND p.started_at > CAST(:since AS timestamptz) - interval '7 days' AND coalesce(p.ended_at, :now) >= :since
            AND p.started_at < h.starts + interval '1 hour' AND coalesce(p.ended_at, :now) > h.starts
        UNION
        SELECT h.hour, s.member_id FROM hours h
        JOIN shifts s ON s.station_id = :station AND s.cancelled_at IS NULL AND h.starts + interval '1 hour' > :now
            AND s.starts_at < :until AND s.starts_at > CAST(:since AS timestamptz) - interval '1 day'
            AND s.starts_at < h.starts + interval '1 hour' AND s.ends_at > h.starts
    ), counted AS (
        SELECT m.grid_id, p.hour, count(*) AS people FROM present p JOIN members m ON m.id = p.member_id
        GROUP BY m.grid_id, p.hour
    )
    SELECT u.id AS grid_id, u.code AS grid_code, u.name AS grid_name, coalesce(roster.members, 0) AS members,
           ARRAY(SELECT coalesce(c.people, 0) FROM hours h LEFT JOIN counted c
                 ON c.hour = h.hour AND c.grid_id IS NOT DISTINCT FROM u.id ORDER BY h.hour) AS hours
    FROM (SELECT id, code, name FROM units
          WHERE station_id = :station AND kind = 'grid' AND valid_from <= :day AND (valid_to IS NULL OR valid_to > :day)
          UNION ALL SELECT NULL, NULL, NULL) u
    LEFT JOIN (SELECT grid_id, count(*) AS members FROM members
               WHERE station_id = :station AND status = 'active' GROUP BY grid_id) roster
        ON roster.grid_id IS NOT DISTINCT FROM u.id
    ORDER BY u.code NULLS LAST
""")


def coverage(session: Session, station_id: UUID, *, day: date, now: datetime) -> Coverage:
    """The station's grids by code, its members of no grid last; one statement."""
    period = Period(day, day)
    given = {"station": station_id, "since": period.since, "until": period.until, "now": now, "day": day}
    rows = session.execute(_COVERAGE, given)
    lines = (CoverageLine(r.grid_id, r.grid_code, r.grid_name, r.members, tuple(r.hours)) for r in rows)
    local = now.astimezone(STATION_ZONE)
    present = local.hour if period.since <= now < period.since + timedelta(days=1) else None
    return Coverage(day, present, tuple(lines))
