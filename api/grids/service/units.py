"""Units: made, edited, closed and reopened; never deleted."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from api.audit.service import record
from api.grids.errors import AlreadyClosed, CodeTaken, HasValidUnits, NotClosed, ParentUnfit, PeriodUnfit
from api.grids.models import Unit
from api.grids.queries.units import unit_in
from api.grids.rules import check_code, check_parent, station_day
from api.grids.service.areas import check_area
from api.grids.types import Area, Keep, NewUnit, UnitEdit, UnitKind, UnitView
from api.kernel.errors import NotFound, StaleVersion
from api.plumbing.context import Ctx


def create_unit(ctx: Ctx, *, unit: NewUnit) -> UnitView:
    """Add a community, village or grid below a valid unit of the actor's station."""
    lock_station(ctx)
    today = station_day(ctx.now)
    parent = _fit_parent(ctx, unit, today)
    check_code(unit.kind, unit.code, parent.code)
    unit_id = ctx.new_id()
    if unit.area is not None:
        check_area(ctx, unit_id=unit_id, kind=unit.kind, area=unit.area)
    _insert(ctx, unit_id, unit, today)
    record(ctx, "unit.created", "unit", unit_id, kind=unit.kind, code=unit.code, source=unit.source)
    return unit_in(ctx.session, ctx.actor.station, unit_id)


def edit_unit(ctx: Ctx, *, unit_id: UUID, version: int, edit: UnitEdit) -> UnitView:
    """Change name, outline or source of a unit of the station, seen at `version`."""
    lock_station(ctx)
    kind = UnitKind(_get(ctx, unit_id).kind)
    values: dict[str, Any] = {}
    if edit.name is not None:
        values["name"] = edit.name
    if edit.source is not None:
        values["source"] = edit.source.value
    if not isinstance(edit.area, Keep):
        if edit.area is not None:
            check_area(ctx, unit_id=unit_id, kind=kind, area=edit.area)
        values["area"] = _column(edit.area)
    _update(ctx, unit_id, version, values)
    record(ctx, "unit.edited", "unit", unit_id, fields=sorted(values))
    return unit_in(ctx.session, ctx.actor.station, unit_id)


def close_unit(ctx: Ctx, *, unit_id: UUID, version: int, valid_to: date | None) -> UnitView:
    """End a unit's validity on a day (default today), which is the first it is no longer valid on."""
    lock_station(ctx)
    unit = _get(ctx, unit_id)
    ends = valid_to or station_day(ctx.now)
    if unit.valid_to is not None:
        raise AlreadyClosed
    if unit.kind == UnitKind.STATION:
        raise ParentUnfit  # a station is opened and closed by the operator, not by its own administrator
    if ends < unit.valid_from:
        raise PeriodUnfit
    if _has_units_after(ctx, unit_id, ends):
        raise HasValidUnits
    _update(ctx, unit_id, version, {"valid_to": ends})
    record(ctx, "unit.closed", "unit", unit_id, valid_to=ends.isoformat())
    return unit_in(ctx.session, ctx.actor.station, unit_id)


def reopen_unit(ctx: Ctx, *, unit_id: UUID, version: int) -> UnitView:
    """Take a closing back, where the parent is valid and neither code nor ground went to somebody else meanwhile."""
    lock_station(ctx)
    unit = _get(ctx, unit_id)
    if unit.valid_to is None:
        raise NotClosed
    if not _is_open(ctx, unit.parent_id):
        raise ParentUnfit
    check_area(ctx, unit_id=unit_id, kind=UnitKind(unit.kind), area=None)
    _update(ctx, unit_id, version, {"valid_to": None})
    record(ctx, "unit.reopened", "unit", unit_id)
    return unit_in(ctx.session, ctx.actor.station, unit_id)


def lock_station(ctx: Ctx) -> None:
    """Let one change of the station's ground or roster happen at a time.

    FOR NO KEY UPDATE: two outlines drawn at once would each see the other's ground as free; rows that only point to
    the station (people, members, incidents) are not held up.
    """
    statement = select(Unit.id).where(Unit.id == ctx.actor.station).with_for_update(key_share=True)
    if ctx.session.scalar(statement) is None:
        raise NotFound


def _fit_parent(ctx: Ctx, unit: NewUnit, today: date) -> Row[*tuple[Any, ...]]:
    parent = ctx.session.execute(
        select(Unit.kind, Unit.code, Unit.valid_to).where(_own(ctx, unit.parent_id))
    ).one_or_none()
    if parent is None or (parent.valid_to is not None and parent.valid_to <= today):
        raise ParentUnfit
    check_parent(unit.kind, UnitKind(parent.kind))
    return parent


def _insert(ctx: Ctx, unit_id: UUID, unit: NewUnit, today: date) -> None:
    row = Unit(
        id=unit_id,
        kind=unit.kind,
        parent_id=unit.parent_id,
        station_id=ctx.actor.station,
        code=unit.code,
        name=unit.name,
        area=_column(unit.area),
        source=unit.source,
        valid_from=unit.valid_from or today,
        created_at=ctx.now,
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError:  # what the checks above leave over is the code's exclusion constraint
        raise CodeTaken from None


def _update(ctx: Ctx, unit_id: UUID, version: int, values: dict[str, Any]) -> None:
    statement = (
        update(Unit)
        .where(_own(ctx, unit_id), Unit.version == version)
        .values(**values, version=Unit.version + 1)
        .returning(Unit.id)
        .execution_options(synchronize_session=False)
    )
    try:
        with ctx.session.begin_nested():
            changed = ctx.session.scalar(statement)
    except IntegrityError:
        raise CodeTaken from None
    if changed is None:
        raise StaleVersion


def _get(ctx: Ctx, unit_id: UUID) -> Row[*tuple[Any, ...]]:
    statement = select(Unit.kind, Unit.parent_id, Unit.valid_from, Unit.valid_to).where(_own(ctx, unit_id))
    row = ctx.session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return row


def _own(ctx: Ctx, unit_id: UUID) -> ColumnElement[bool]:
    return (Unit.id == unit_id) & (Unit.station_id == ctx.actor.station)


def _is_open(ctx: Ctx, unit_id: UUID | None) -> bool:
    statement = select(Unit.id).where(Unit.id == unit_id, Unit.valid_to.is_(None))
    return ctx.session.scalar(statement) is not None


def _has_units_after(ctx: Ctx, unit_id: UUID, day: date) -> bool:
    below = select(Unit.id).where(Unit.parent_id == unit_id, or_(Unit.valid_to.is_(None), Unit.valid_to > day))
    return ctx.session.scalar(below.limit(1)) is not None


def _column(area: Area | None) -> Any:
    return None if area is None else func.ST_GeomFromEWKT(area.ewkt)
