"""The desk's board: who is on duty, where."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.duty.types import Box, LiveMember
from api.kernel.geo import Point

# The box is compared on the plain geometry: the station's people on duty are few enough to look at each, and a
# geography's box is one in space, which bulges over the window's edges.
_LIVE = text("""
    SELECT member_id, force, skills, on_duty_since, off_duty_due, ST_Y(position::geometry), ST_X(position::geometry),
           fix_at, engaged_with
    FROM duty_live
    WHERE on_duty AND station_id = :station_id
      AND (CAST(:after AS uuid) IS NULL OR member_id > :after)
      AND (CAST(:west AS float8) IS NULL OR position::geometry && ST_MakeEnvelope(:west, :south, :east, :north, 4326))
    ORDER BY member_id LIMIT :limit
""")


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
    return [
        LiveMember(
            member, force, tuple(skills), since, until, None if lat is None else Point(lat, lon), fix_at, engaged
        )
        for member, force, skills, since, until, lat, lon, fix_at, engaged in rows
    ]
