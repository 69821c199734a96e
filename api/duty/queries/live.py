"""The desk's board: who is on duty, where."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from api.duty.types import Box, LiveMember
from api.kernel.geo import Point

# The box is compared on the plain geometry: the station's people on duty are few enough to look at each, and a
# geography's box is one in space, which bulges over the window's edges.
_ROW = """
    SELECT member_id, force, skills, on_duty_since, off_duty_due, ST_Y(position::geometry), ST_X(position::geometry),
           fix_at, engaged_with
    FROM duty_live
"""
_LIVE = text(
    _ROW
    + """
    WHERE on_duty AND station_id = :station_id
      AND (CAST(:after AS uuid) IS NULL OR member_id > :after)
      AND (CAST(:west AS float8) IS NULL OR position::geometry && ST_MakeEnvelope(:west, :south, :east, :north, 4326))
    ORDER BY member_id LIMIT :limit
"""
)
_AMONG = text(_ROW + "WHERE on_duty AND member_id = ANY(:ids)")


def live_members(
    session: Session, station_id: UUID, *, box: Box | None = None, after: UUID | None = None, limit: int
) -> list[LiveMember]:
    """The station's members on duty by id behind `after`, exact positions; with a box only those inside it."""
    rows = session.execute(
        _LIVE,
        {
            "station_id": station_id,
            "after": after,
            "west": box.south_west.lon if box else None,
            "south": box.south_west.lat if box else None,
            "east": box.north_east.lon if box else None,
            "north": box.north_east.lat if box else None,
            "limit": limit,
        },
    )
    return [_member(row) for row in rows]


def live_members_among(session: Session, member_ids: Collection[UUID]) -> dict[UUID, LiveMember]:
    """Of these members those on duty, by id, exact positions; for a caller who knows whose they are."""
    if not member_ids:
        return {}
    return {row.member_id: _member(row) for row in session.execute(_AMONG, {"ids": list(member_ids)})}


def _member(row: Row[*tuple[Any, ...]]) -> LiveMember:
    member, force, skills, since, until, lat, lon, fix_at, engaged = tuple(row)
    position = None if lat is None else Point(lat, lon)
    return LiveMember(member, force, tuple(skills), since, until, position, fix_at, engaged)
