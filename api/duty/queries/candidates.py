"""Who is near, and who can go now."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.duty.types import Candidate, CandidateQuery, LastPosition, ReadyCount
from api.kernel.geo import Point

MAX_CANDIDATES = 500

# The function keeps the plan an index scan in order of distance (migrations/versions/0005_duty.py says why; 0009 is the
# one in force).
_NEAR = text("""
    SELECT member_id, person_id, force, skills, lat, lon, distance_m, fix_at, engaged_with, engaged_drill, grid_id
    FROM duty_candidates_near(
        CAST(:here AS geography), :station_id, :radius_m, :force, CAST(:skills AS text[]), :limit,
        CAST(:inside AS geometry)
    )
""")


def candidates_near(session: Session, query: CandidateQuery) -> list[Candidate]:
    """Members on duty with a position, nearest first; stale and engaged ones included and marked.

    Distances are on the sphere, within 0.6 % of the ellipsoid. At most MAX_CANDIDATES, whatever `limit` says.
    """
    rows = session.execute(
        _NEAR,
        {
            "here": query.point.ewkt,
            "station_id": query.station_id,
            "radius_m": query.radius_m,
            "force": query.force,
            "skills": sorted(query.skills),
            "limit": min(query.limit, MAX_CANDIDATES),
            "inside": query.inside,
        },
    )
    return [
        Candidate(
            member, person, force, tuple(skills), True, Point(lat, lon), distance, fix_at, engaged,
            fix_at >= query.fresh_after, in_drill, grid,
        )
        for member, person, force, skills, lat, lon, distance, fix_at, engaged, in_drill, grid in rows
    ]  # fmt: skip


def last_positions(session: Session, member_ids: Collection[UUID]) -> list[LastPosition]:
    """The newest used position of each of these members that has one."""
    rows = session.execute(
        text(
            "SELECT member_id, ST_Y(position::geometry), ST_X(position::geometry), fix_at, accuracy_m"
            " FROM duty_live WHERE member_id = ANY(:ids) AND position IS NOT NULL"
        ),
        {"ids": list(member_ids)},
    )
    return [LastPosition(member, Point(lat, lon), fix_at, accuracy) for member, lat, lon, fix_at, accuracy in rows]


def count_ready(session: Session, station_id: UUID, *, fresh_after: datetime) -> list[ReadyCount]:
    """Who can go, by force; ready = not engaged and seen since `fresh_after`."""
    rows = session.execute(
        text(
            "SELECT force, count(*), count(engaged_with),"
            "       count(*) FILTER (WHERE engaged_with IS NULL AND fix_at >= :fresh_after)"
            " FROM duty_live WHERE on_duty AND station_id = :station_id GROUP BY force ORDER BY force"
        ),
        {"station_id": station_id, "fresh_after": fresh_after},
    )
    return [ReadyCount(*row) for row in rows]
