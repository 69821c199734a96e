"""A whole station's ground at once: the same rules as one by one, in a few statements."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from api.audit.service import record
from api.grids.errors import AreaInvalid, AreaOverlaps, CodeTaken, ParentUnfit
from api.grids.models import Enterprise, Unit, UnitOwner
from api.grids.queries.units import VALID
from api.grids.rules import check_code, check_parent, station_day
from api.grids.rules.areas import describe_fault, describe_overlap, name_places
from api.grids.service.areas import MAX_OVERLAPS_NAMED, SLIVER_M2, SLIVER_SHARE
from api.grids.service.units import lock_station
from api.grids.types import NewEnterprise, NewUnit, UnitKind
from api.plumbing.context import Ctx


def add_units(ctx: Ctx, *, units: Sequence[NewUnit]) -> dict[str, UUID]:
    """Add units of one level below valid units of the actor's station; returns their ids by code.

    Raises CodeUnfit, ParentUnfit, CodeTaken, AreaInvalid or AreaOverlaps, and then nothing is added.
    """
    lock_station(ctx)
    _check_parents(ctx, units)
    ids = {unit.code: ctx.new_id() for unit in units}
    rows = [_row(ctx, ids[unit.code], unit) for unit in units]
    statement = insert(Unit).values(area=func.ST_GeomFromEWKT(bindparam("outline")))
    try:
        with ctx.session.begin_nested():
            ctx.session.connection().execute(statement, rows)
            _check_outlines(ctx, list(ids.values()))
    except IntegrityError:
        raise CodeTaken from None
    record(ctx, "units.added", "station", ctx.actor.station, count=len(rows))
    return ids


def name_owners(ctx: Ctx, *, owners: Sequence[tuple[UUID, UUID]]) -> None:
    """Make members owners of units, from today: pairs (unit id, member id), all of the actor's station."""
    today = station_day(ctx.now)
    rows = [{"id": ctx.new_id(), "unit_id": unit, "member_id": member, "since": today} for unit, member in owners]
    ctx.session.execute(insert(UnitOwner), rows)
    record(ctx, "units.owners_named", "station", ctx.actor.station, count=len(rows))


def add_enterprises(ctx: Ctx, *, enterprises: Sequence[NewEnterprise]) -> None:
    """Add companies and shops on the ground of units of the actor's station."""
    rows = [
        {
            "id": ctx.new_id(),
            "station_id": ctx.actor.station,
            "unit_id": enterprise.unit_id,
            "name": enterprise.name,
            "kind": enterprise.kind,
            "point": enterprise.point.ewkt,
            "synthetic": enterprise.synthetic,
        }
        for enterprise in enterprises
    ]
    ctx.session.execute(insert(Enterprise), rows)
    record(ctx, "enterprises.added", "station", ctx.actor.station, count=len(rows))


def _check_parents(ctx: Ctx, units: Sequence[NewUnit]) -> None:
    wanted = {unit.parent_id for unit in units}
    mine = select(Unit.id, Unit.kind, Unit.code).where(Unit.station_id == ctx.actor.station, VALID)
    parents = {row.id: row for row in ctx.session.execute(mine) if row.id in wanted}
    for unit in units:
        if unit.parent_id not in parents:
            raise ParentUnfit
        parent = parents[unit.parent_id]
        check_parent(unit.kind, UnitKind(parent.kind))
        check_code(unit.kind, unit.code, parent.code)


def _row(ctx: Ctx, unit_id: UUID, unit: NewUnit) -> dict[str, Any]:
    return {
        "id": unit_id,
        "kind": unit.kind.value,
        "parent_id": unit.parent_id,
        "station_id": ctx.actor.station,
        "code": unit.code,
        "name": unit.name,
        "outline": unit.area.ewkt if unit.area else None,
        "source": unit.source.value,
        "valid_from": unit.valid_from or station_day(ctx.now),
        "created_at": ctx.now,
    }


_INVALID = text("""
    SELECT d.reason, ST_Y(d.location) AS lat, ST_X(d.location) AS lon
    FROM units u, ST_IsValidDetail(u.area) AS d
    WHERE u.id = ANY(:ids) AND u.area IS NOT NULL AND NOT d.valid
    ORDER BY u.code LIMIT :most
""")
_SHARED = text("""
    WITH shared AS (
        SELECT theirs.code, ST_Intersection(theirs.area, ours.area) AS common,
               least(ST_Area(theirs.area::geography), ST_Area(ours.area::geography)) AS smaller_m2
        FROM units ours
        JOIN valid_units theirs ON theirs.station_id = ours.station_id AND theirs.id <> ours.id
            AND (theirs.kind = 'grid') = (ours.kind = 'grid') AND theirs.kind <> 'station'
            AND ST_Intersects(theirs.area, ours.area)
        WHERE ours.id = ANY(:ids)
    ),
    measured AS (SELECT *, ST_Area(common::geography) AS m2 FROM shared)
    SELECT code, m2, ST_Y(ST_PointOnSurface(common)) AS lat, ST_X(ST_PointOnSurface(common)) AS lon
    FROM measured WHERE m2 > greatest(:sliver_m2, smaller_m2 * :sliver_share) OR m2 > smaller_m2 * 0.5
    ORDER BY m2 DESC, code LIMIT :most
""")


def _check_outlines(ctx: Ctx, ids: list[UUID]) -> None:
    values: dict[str, Any] = {"ids": ids, "most": MAX_OVERLAPS_NAMED}
    invalid = ctx.session.execute(_INVALID, values).all()
    if invalid:
        raise AreaInvalid(issues=[describe_fault(row.reason, row.lat or 0.0, row.lon or 0.0) for row in invalid])
    shared = ctx.session.execute(_SHARED, values | {"sliver_m2": SLIVER_M2, "sliver_share": SLIVER_SHARE}).all()
    if shared:
        issues = [describe_overlap(row.code, row.m2, row.lat, row.lon) for row in shared]
        raise AreaOverlaps(issues=issues, places=name_places((row.code, row.m2, row.lat, row.lon) for row in shared))
