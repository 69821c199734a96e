"""Outlines of several units as one."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.kernel.geo import Point

# An upper bound everywhere: a degree of longitude is shorter than one of latitude.
METRES_PER_DEGREE = 111_700
# A unit without an outline of its own is the ground of those below it.
_JOINED = text("""
    WITH RECURSIVE named AS (
        SELECT id, area FROM valid_units WHERE id = ANY(:ids) AND station_id = :station
        UNION ALL
        SELECT below.id, below.area FROM valid_units below JOIN named ON below.parent_id = named.id
        WHERE named.area IS NULL
    ), joined AS (SELECT ST_Multi(ST_Union(area)) AS area FROM named WHERE area IS NOT NULL)
    SELECT ST_AsEWKT(area) AS area, ST_MaxDistance(area, ST_GeomFromEWKT(:here)) * :metres AS reach_m FROM joined
""")
_REACH = text("SELECT ST_MaxDistance(ST_GeomFromEWKT(:area), ST_GeomFromEWKT(:here)) * :metres")


class Ground(NamedTuple):
    """An outline in EWKT, and how far its farthest corner is from a place, at most."""

    area: str
    reach_m: float


def ground_of_units(session: Session, station_id: UUID, unit_ids: Collection[UUID], place: Point) -> Ground | None:
    """The ground of these units of the station together; None when none of it is drawn."""
    values = {"ids": list(unit_ids), "station": station_id, "here": place.ewkt, "metres": METRES_PER_DEGREE}
    row = session.execute(_JOINED, values).one()
    return None if row.area is None else Ground(row.area, row.reach_m)


def reach_of(session: Session, area: str, place: Point) -> float:
    """How far the farthest corner of an outline is from a place, at most."""
    return float(session.execute(_REACH, {"area": area, "here": place.ewkt, "metres": METRES_PER_DEGREE}).scalar_one())
