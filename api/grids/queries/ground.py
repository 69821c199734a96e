"""Who belongs to some ground, as statements for work over many people at once."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from api.grids.models import Member, Unit
from api.grids.queries.units import VALID
from api.grids.types import Area, MemberStatus, UnitKind
from api.plumbing.db import among


def members_to_reach(station_id: UUID) -> Select[*tuple[Any, ...]]:
    """(person_id, grid_id, force) of the station's active members."""
    return select(Member.person_id, Member.grid_id, Member.force).where(
        Member.station_id == station_id, Member.status == MemberStatus.ACTIVE
    )


def units_within(station_id: UUID, unit_ids: Collection[UUID]) -> Select[*tuple[Any, ...]]:
    """(id) of these units of the station and of everything valid below them."""
    top = select(Unit.id).where(among(Unit.id, unit_ids), Unit.station_id == station_id, VALID)
    tree = top.cte("units_within", recursive=True)
    return select(tree.union(select(Unit.id).where(Unit.parent_id == tree.c.id, VALID)).c.id)


def grids_touched(station_id: UUID, area: Area) -> Select[*tuple[Any, ...]]:
    """(id) of the station's valid grids an area reaches into; sharing a border is not reaching into."""
    drawn = func.ST_GeomFromEWKT(area.ewkt)
    return select(Unit.id).where(
        Unit.station_id == station_id,
        Unit.kind == UnitKind.GRID,
        VALID,
        func.ST_Intersects(Unit.area, drawn),
        ~func.ST_Touches(Unit.area, drawn),
    )


def known_units(session: Session, station_id: UUID, unit_ids: Collection[UUID]) -> set[UUID]:
    """Those of these ids that are valid units of the station."""
    statement = select(Unit.id).where(among(Unit.id, unit_ids), Unit.station_id == station_id, VALID)
    return set(session.scalars(statement))


def unit_labels(session: Session, unit_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Code and name of these units, valid today or not."""
    rows = session.execute(select(Unit.id, Unit.code, Unit.name).where(among(Unit.id, unit_ids)))
    return {row.id: (row.code, row.name) for row in rows}
