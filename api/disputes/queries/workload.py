"""How much each mediator of a station has on their hands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

# One row per person who is in the team of a case that has not ended; every figure is of such cases only.
_LOAD = text("""
    WITH mine AS (
        SELECT m.person_id, m.leads, d.id, d.state, d.due_at
        FROM dispute_mediators m JOIN disputes d ON d.id = m.dispute_id
        WHERE m.station_id = :station_id AND m.left_at IS NULL AND m.person_id IS NOT NULL AND d.ended_at IS NULL
    )
    SELECT person_id, count(*) FILTER (WHERE leads) AS leads, count(*) AS open_cases,
        count(*) FILTER (WHERE due_at < :now) AS overdue_cases,
        coalesce(sum((
            SELECT count(*) FROM dispute_sessions s
            WHERE s.dispute_id = mine.id AND s.state = 'planned' AND s.planned_at >= :now
        )), 0)::int AS sessions_ahead,
        coalesce(sum((
            SELECT count(*) FROM dispute_obligations o
            WHERE o.dispute_id = mine.id AND o.state IN ('overdue', 'broken')
        )), 0)::int AS obligations_overdue
    FROM mine GROUP BY person_id ORDER BY open_cases DESC, person_id
""")


def workload_of(session: Session, station_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """The station's mediators with open cases, the busiest first."""
    return [dict(row._mapping) for row in session.execute(_LOAD, {"station_id": station_id, "now": now})]
