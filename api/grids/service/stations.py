"""Founding a station: the one thing nobody inside a station can do, so a command does it at the server."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.audit.service import record
from api.grids.errors import CodeTaken
from api.grids.models import Unit
from api.grids.queries.units import VALID
from api.grids.rules.units import check_code, station_day
from api.grids.types import NewStation, UnitKind, UnitSource
from api.plumbing.context import Ctx


def require_district(ctx: Ctx, *, code: str, name: str) -> UUID:
    """The id of the district with this code, added under this name when there is none; raises CodeUnfit."""
    check_code(UnitKind.DISTRICT, code, "")
    known = ctx.session.scalar(select(Unit.id).where(Unit.kind == UnitKind.DISTRICT, Unit.code == code, VALID))
    if known is not None:
        return known
    row = Unit(
        id=ctx.new_id(),
        kind=UnitKind.DISTRICT,
        code=code,
        name=name,
        source=UnitSource.OFFICIAL,
        valid_from=station_day(ctx.now),
        created_at=ctx.now,
    )
    ctx.session.add(row)
    ctx.session.flush()
    record(ctx, "district.added", "unit", row.id, code=code)
    return row.id


def found_station(ctx: Ctx, *, station: NewStation) -> UUID:
    """Add a station (below no district, or below the one given) and return its id; raises CodeTaken, CodeUnfit."""
    check_code(UnitKind.STATION, station.code, "")
    station_id = ctx.new_id()
    row = Unit(
        id=station_id,
        kind=UnitKind.STATION,
        parent_id=station.district_id,
        station_id=station_id,
        code=station.code,
        name=station.name,
        area=station.outline,
        source=station.source,
        valid_from=station_day(ctx.now),
        created_at=ctx.now,
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:
        raise CodeTaken from None
    record(ctx, "station.founded", "unit", station_id)
    return station_id
