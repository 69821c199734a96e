"""Checking an outline against itself and its neighbours, in the database."""

from uuid import UUID

from sqlalchemy import bindparam, text

from api.grids.errors import AreaInvalid, AreaOverlaps
from api.grids.rules.areas import describe_fault, describe_overlap, name_places
from api.grids.types import Area, UnitKind
from api.plumbing.context import Ctx

# Borders drawn by hand side by side never match exactly: what is below both is a sliver, not a claim to the ground.
SLIVER_M2 = 50.0
SLIVER_SHARE = 0.005
MAX_OVERLAPS_NAMED = 10

# Communities and villages divide the ground between them, so they are one level.
LEVELS: dict[UnitKind, tuple[str, ...]] = {
    UnitKind.STATION: (),
    UnitKind.COMMUNITY: (UnitKind.COMMUNITY, UnitKind.VILLAGE),
    UnitKind.VILLAGE: (UnitKind.COMMUNITY, UnitKind.VILLAGE),
    UnitKind.GRID: (UnitKind.GRID,),
}


def check_area(ctx: Ctx, *, unit_id: UUID, kind: UnitKind, area: Area | None) -> None:
    """Raise AreaInvalid for rings that cross, AreaOverlaps for ground of another valid unit of the same level.

    Without `area` the unit's stored outline is checked, as before a reopening.
    """
    if area is not None:
        check_outline(ctx, area)
    if LEVELS[kind]:
        _check_neighbours(ctx, unit_id, kind, area)


def check_outline(ctx: Ctx, area: Area) -> None:
    """Raise AreaInvalid for rings that cross; whatever else lies there is no concern."""
    detail = ctx.session.execute(
        text(
            "SELECT d.valid, d.reason, ST_Y(d.location) AS lat, ST_X(d.location) AS lon"
            " FROM ST_IsValidDetail(ST_GeomFromEWKT(:area)) AS d"
        ),
        {"area": area.ewkt},
    ).one()
    if not detail.valid:
        raise AreaInvalid(issues=[describe_fault(detail.reason, detail.lat or 0.0, detail.lon or 0.0)])


# Only ever run on outlines that are valid: their intersection is then cheap and cannot fail.
_OVERLAPS = text("""
    WITH drawn AS (
        SELECT coalesce(ST_GeomFromEWKT(:area), (SELECT area FROM units WHERE id = :unit_id)) AS area
    ), shared AS (
        SELECT u.code, u.area AS theirs, drawn.area AS ours, ST_Intersection(u.area, drawn.area) AS common
        FROM units u, drawn
        WHERE u.station_id = :station_id AND u.id <> :unit_id AND u.kind IN :kinds
          AND (u.valid_to IS NULL OR u.valid_to > (now() AT TIME ZONE 'Asia/Shanghai')::date)
          AND ST_Intersects(u.area, drawn.area)
    ), measured AS (
        SELECT code, common, ST_Area(common::geography) AS m2,
               least(ST_Area(theirs::geography), ST_Area(ours::geography)) AS smaller_m2
        FROM shared
    )
    SELECT code, m2, ST_Y(place) AS lat, ST_X(place) AS lon
    FROM measured, ST_PointOnSurface(common) AS place
    WHERE m2 > greatest(:sliver_m2, smaller_m2 * :sliver_share) OR m2 > smaller_m2 * 0.5
    ORDER BY m2 DESC, code
    LIMIT :most
""").bindparams(bindparam("kinds", expanding=True))


def _check_neighbours(ctx: Ctx, unit_id: UUID, kind: UnitKind, area: Area | None) -> None:
    overlaps = ctx.session.execute(
        _OVERLAPS,
        {
            "area": area.ewkt if area else None,
            "unit_id": unit_id,
            "station_id": ctx.actor.station,
            "kinds": list(LEVELS[kind]),
            "sliver_m2": SLIVER_M2,
            "sliver_share": SLIVER_SHARE,
            "most": MAX_OVERLAPS_NAMED,
        },
    ).all()
    if overlaps:
        issues = [describe_overlap(row.code, row.m2, row.lat, row.lon) for row in overlaps]
        raise AreaOverlaps(issues=issues, places=name_places((row.code, row.m2, row.lat, row.lon) for row in overlaps))
