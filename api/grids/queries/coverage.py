"""What is wrong with how a station's ground is divided and staffed; one bounded look at all its outlines."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.grids.errors import CoverageTooSlow
from api.grids.types import Coverage, Gap, Overlap, UnitRef
from api.kernel.geo import Point

TIMEOUT_MS = 8_000
# Neighbouring outlines never match to the centimetre: smaller pieces are drawing, not ground.
SMALLEST_M2 = 100.0
_CANCELLED = "57014"

_GAPS = text("""
    WITH valid AS (SELECT kind, area FROM valid_units WHERE station_id = :station_id),
    base AS (
        SELECT coalesce(own.area, parts.area, ST_GeomFromText('MULTIPOLYGON EMPTY', 4326)) AS area,
               CASE WHEN own.area IS NOT NULL THEN 'station' WHEN parts.area IS NOT NULL THEN 'communities'
                    ELSE 'none' END AS kind
        FROM (SELECT ST_Union(area) AS area FROM valid WHERE kind = 'station') own,
             (SELECT ST_Union(area) AS area FROM valid WHERE kind IN ('community', 'village')) parts
    ),
    covered AS (
        SELECT coalesce(ST_Union(area), ST_GeomFromText('MULTIPOLYGON EMPTY', 4326)) AS area
        FROM valid WHERE kind = 'grid'
    ),
    pieces AS (
        SELECT piece.geom, ST_Area(piece.geom::geography) AS m2
        FROM base, covered, ST_Dump(ST_Difference(base.area, covered.area)) AS piece
    ),
    gaps AS (
        SELECT geom, m2, count(*) OVER () AS found FROM pieces WHERE m2 >= :smallest ORDER BY m2 DESC LIMIT :most
    )
    SELECT base.kind, ST_Area(base.area::geography) AS base_m2,
           ST_Area(ST_Intersection(base.area, covered.area)::geography) AS covered_m2,
           coalesce(gaps.found, 0) AS found, gaps.m2, ST_AsGeoJSON(gaps.geom, 6) AS area,
           ST_Y(ST_PointOnSurface(gaps.geom)) AS lat, ST_X(ST_PointOnSurface(gaps.geom)) AS lon
    FROM base CROSS JOIN covered LEFT JOIN gaps ON true
    ORDER BY gaps.m2 DESC
""")
_OVERLAPS = text("""
    WITH grids AS (SELECT id, code, name, area FROM valid_units WHERE station_id = :station_id AND kind = 'grid'),
    shared AS (
        SELECT a.id AS a_id, a.code AS a_code, a.name AS a_name, b.id AS b_id, b.code AS b_code, b.name AS b_name,
               ST_Intersection(a.area, b.area) AS common
        FROM grids a JOIN grids b ON a.code < b.code AND ST_Intersects(a.area, b.area)
    ),
    measured AS (SELECT *, ST_Area(common::geography) AS m2 FROM shared)
    SELECT *, count(*) OVER () AS found,
           ST_Y(ST_PointOnSurface(common)) AS lat, ST_X(ST_PointOnSurface(common)) AS lon
    FROM measured WHERE m2 >= :smallest ORDER BY m2 DESC, a_code LIMIT :most
""")
_STAFFING = text("""
    SELECT id, kind, code, name, area IS NULL AS without_outline,
           NOT EXISTS (SELECT FROM members m WHERE m.grid_id = grids.id AND m.status = 'active') AS nobody,
           NOT EXISTS (
               SELECT FROM unit_owners o, (SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date AS day) today
               WHERE o.unit_id = grids.id AND o.since <= day AND (o.until IS NULL OR o.until > day)
           ) AS ownerless
    FROM valid_units grids
    WHERE station_id = :station_id AND kind = 'grid'
    ORDER BY code
""")


def coverage_of(session: Session, station_id: UUID, *, limit: int) -> Coverage:
    """Ground without a grid, ground with two, grids with nobody active, without owner, without outline.

    Raises CoverageTooSlow after 8 s. Pieces below 100 square metres are left out.
    """
    values = {"station_id": station_id, "smallest": SMALLEST_M2, "most": limit}
    try:
        with session.begin_nested():
            before = session.scalar(text("SELECT current_setting('statement_timeout')"))
            _set_timeout(session, str(TIMEOUT_MS))
            gaps = session.execute(_GAPS, values).all()
            overlaps = session.execute(_OVERLAPS, values).all()
            grids = session.execute(_STAFFING, {"station_id": station_id}).all()
            _set_timeout(session, str(before))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _CANCELLED:
            raise
        raise CoverageTooSlow(retry_after=60) from None
    return _coverage(gaps, overlaps, grids)


def _set_timeout(session: Session, value: str) -> None:
    session.execute(text("SELECT set_config('statement_timeout', :value, true)"), {"value": value})


def _coverage(gaps: Any, overlaps: Any, grids: Any) -> Coverage:
    base = gaps[0]
    return Coverage(
        base=base.kind,
        base_m2=base.base_m2,
        covered_m2=base.covered_m2,
        gap_count=base.found,
        gaps=tuple(Gap(json.loads(row.area), row.m2, Point(row.lat, row.lon)) for row in gaps if row.m2 is not None),
        overlap_count=overlaps[0].found if overlaps else 0,
        overlaps=tuple(_overlap(row) for row in overlaps),
        without_outline=tuple(_ref(row) for row in grids if row.without_outline),
        without_active_members=tuple(_ref(row) for row in grids if row.nobody),
        without_owner=tuple(_ref(row) for row in grids if row.ownerless),
    )


def _overlap(row: Row[*tuple[Any, ...]]) -> Overlap:
    return Overlap(
        first=UnitRef(row.a_id, "grid", row.a_code, row.a_name),
        second=UnitRef(row.b_id, "grid", row.b_code, row.b_name),
        area_m2=row.m2,
        place=Point(row.lat, row.lon),
    )


def _ref(row: Row[*tuple[Any, ...]]) -> UnitRef:
    return UnitRef(row.id, row.kind, row.code, row.name)
