"""What lies beside a grid or a station."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.kernel.geo import Point

# Borders drawn by hand do not meet exactly: outlines within about 30 m of each other are neighbours.
BORDER_DEGREES = 0.0003
_AROUND = text("""
    SELECT u.id,
           ARRAY(
               SELECT n.id FROM valid_units n
               WHERE n.station_id = u.station_id AND n.kind = 'grid' AND n.id <> u.id
                 AND ST_DWithin(n.area, u.area, :border)
           ) AS neighbours,
           ARRAY(
               SELECT o.member_id FROM unit_owners o
               WHERE o.unit_id = u.id AND o.since <= (now() AT TIME ZONE 'Asia/Shanghai')::date
                 AND (o.until IS NULL OR o.until > (now() AT TIME ZONE 'Asia/Shanghai')::date)
           ) AS owners
    FROM valid_units u WHERE u.id = :unit AND u.kind = 'grid'
""")
# By outline where both have one; a station without one is near when it belongs to the same district.
_STATIONS = text("""
    SELECT s.id FROM valid_units s
    WHERE s.kind = 'station' AND s.id <> :station
      AND CASE WHEN s.area IS NULL
          THEN s.parent_id = (SELECT parent_id FROM units WHERE id = :station)
          ELSE ST_DWithin(s.area, ST_GeomFromEWKT(:here), :degrees)
               AND ST_DWithin(s.area::geography, CAST(:here AS geography), :metres) END
    ORDER BY ST_Distance(s.area::geography, CAST(:here AS geography)) NULLS LAST, s.code LIMIT :most
""")
_METRES_PER_DEGREE = 50_000  # of longitude, as far north as anybody lives here: the box must hold the circle


class GridAround(NamedTuple):
    """A grid, the station's grids that border on it, and the members who answer for it today."""

    grid_id: UUID
    neighbours: frozenset[UUID]
    owners: frozenset[UUID]


def grid_around(session: Session, unit_id: UUID) -> GridAround | None:
    """The surroundings of a valid grid, in one indexed statement; None for any other unit."""
    row = session.execute(_AROUND, {"unit": unit_id, "border": BORDER_DEGREES}).one_or_none()
    return None if row is None else GridAround(row.id, frozenset(row.neighbours), frozenset(row.owners))


def stations_near(session: Session, station_id: UUID, place: Point, *, metres: float, most: int) -> list[UUID]:
    """Other stations near a place, the nearest first."""
    values = {"station": station_id, "here": place.ewkt, "metres": metres, "most": most,
              "degrees": metres / _METRES_PER_DEGREE}  # fmt: skip
    return list(session.scalars(_STATIONS, values))


def district_of(session: Session, station_id: UUID) -> UUID | None:
    """The district a station belongs to; its people with a desk role are the command centre."""
    found: UUID | None = session.scalar(
        text(
            "SELECT d.id FROM units s JOIN units d ON d.id = s.parent_id AND d.kind = 'district' WHERE s.id = :station"
        ),
        {"station": station_id},
    )
    return found
