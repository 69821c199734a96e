"""Who can be reached: every active member once, by the best of what is known of their channels."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from api.identity.queries import contacts_of
from api.reporting.types import ReachCount, ReachLine, ReachQuery, ReachReport

_STANDING = """CASE
    WHEN {0}.proved_at IS NOT NULL AND {0}.proved_at >= coalesce({0}.failed_at, '-infinity') THEN 'proved'
    WHEN {0}.proved_at IS NOT NULL THEN 'lost' WHEN {0}.failed_at IS NOT NULL THEN 'never' ELSE 'untested' END"""
_MEMBERS = """
    WITH known AS (
        SELECT m.id AS member_id, m.person_id, m.force, u.id AS grid_id, u.code AS grid_code, u.name AS grid_name,
            {push} AS push, push.proved_at AS push_proved_at, push.failure AS push_failure,
            {sms} AS sms, sms.proved_at AS sms_proved_at, sms.failure AS sms_failure
        FROM members m LEFT JOIN units u ON u.id = m.grid_id
        LEFT JOIN reach_states push ON push.person_id = m.person_id AND push.channel = 'push'
        LEFT JOIN reach_states sms ON sms.person_id = m.person_id AND sms.channel = 'sms'
        WHERE m.station_id = :station AND m.status = 'active'
    ), standing AS (
        SELECT known.*, CASE WHEN 'proved' IN (push, sms) THEN 'proved' WHEN 'lost' IN (push, sms) THEN 'lost'
            WHEN 'never' IN (push, sms) THEN 'never' ELSE 'untested' END AS standing
        FROM known
    )
"""
_KNOWN = _MEMBERS.format(push=_STANDING.format("push"), sms=_STANDING.format("sms"))
_LIST = """
    SELECT standing.*, (SELECT count(*) FROM devices d WHERE d.person_id = standing.person_id AND d.state = 'active')
        AS phones
    FROM standing
    WHERE (CAST(:standing AS text) IS NULL OR standing = :standing)
      AND (CAST(:grid AS uuid) IS NULL OR grid_id = :grid) AND (CAST(:force AS text) IS NULL OR force = :force)
      AND (CAST(:after AS uuid) IS NULL OR member_id > :after)
    ORDER BY member_id LIMIT :limit
"""
_SUMS = """
    SELECT grouping(grid_id) AS is_total, grid_id, max(grid_code) AS grid_code, max(grid_name) AS grid_name,
        count(*) AS members, count(*) FILTER (WHERE standing = 'proved') AS proved,
        count(*) FILTER (WHERE standing = 'lost') AS lost, count(*) FILTER (WHERE standing = 'never') AS never,
        count(*) FILTER (WHERE standing = 'untested') AS untested
    FROM standing GROUP BY GROUPING SETS ((grid_id), ()) ORDER BY is_total, grid_code
"""
_LINES, _GRIDS = (text(" ".join((_KNOWN, part))) for part in (_LIST, _SUMS))


def reach_lines(
    session: Session, station_id: UUID, query: ReachQuery, *, after: UUID | None, limit: int
) -> list[ReachLine]:
    """The station's members in order of enrolment, from after id `after`."""
    given = {"station": station_id, "after": after, "limit": limit, "grid": query.grid_id, "force": query.force}
    rows = session.execute(_LINES, {**given, "standing": query.standing and query.standing.value}).all()
    names = contacts_of(session, [row.person_id for row in rows])
    return [_line(row, names[row.person_id].name) for row in rows]


def reach_report(session: Session, station_id: UUID) -> ReachReport:
    """The station's members by standing, grid by grid and in all, from one statement."""
    rows = session.execute(_GRIDS, {"station": station_id}).all()
    return ReachReport(
        grids=tuple(_count(row) for row in rows if not row.is_total),
        total=next(_count(row) for row in rows if row.is_total),
    )


def _line(row: Row[Any], name: str) -> ReachLine:
    return ReachLine(name=name, **{key: getattr(row, key) for key in ReachLine.__dataclass_fields__ if key != "name"})


def _count(row: Row[Any]) -> ReachCount:
    counts = {key: getattr(row, key) for key in ReachCount.__dataclass_fields__ if key != "share"}
    label = {"grid_code": None, "grid_name": None} if row.is_total else {}
    return ReachCount(**{**counts, **label}, share=row.proved / row.members if row.members else None)
