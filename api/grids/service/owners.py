"""Who answers for a unit: from a day, until a day."""

from datetime import date
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from api.audit.service import record
from api.grids.errors import OwnerTwice, PeriodUnfit
from api.grids.models import Member, Unit, UnitOwner
from api.grids.queries.units import unit_in
from api.grids.rules import station_day
from api.grids.types import UnitView
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx


def name_owner(ctx: Ctx, *, unit_id: UUID, member_id: UUID, since: date | None) -> UnitView:
    """Make a member of the station an owner of one of its units, from a day on (default today)."""
    _require_own(ctx, unit_id, member_id)
    owner = UnitOwner(id=ctx.new_id(), unit_id=unit_id, member_id=member_id, since=since or station_day(ctx.now))
    try:
        with ctx.session.begin_nested():
            ctx.session.add(owner)
    except IntegrityError:  # both ids were seen just now, so it is the key over open ownerships
        raise OwnerTwice from None
    record(ctx, "unit.owner_named", "unit", unit_id, member_id=str(member_id), owner_id=str(owner.id))
    return unit_in(ctx.session, ctx.actor.station, unit_id)


def end_ownership(ctx: Ctx, *, unit_id: UUID, owner_id: UUID, until: date | None) -> UnitView:
    """End an ownership on a day (default today), the first it no longer holds; a second time changes the day."""
    station = ctx.actor.station
    day = until or station_day(ctx.now)
    mine = select(Unit.id).where(Unit.id == unit_id, Unit.station_id == station).scalar_subquery()
    since = ctx.session.scalar(select(UnitOwner.since).where(UnitOwner.id == owner_id, UnitOwner.unit_id == mine))
    if since is None:
        raise NotFound
    if day < since:
        raise PeriodUnfit
    ctx.session.execute(update(UnitOwner).where(UnitOwner.id == owner_id).values(until=day))
    record(ctx, "unit.owner_ended", "unit", unit_id, owner_id=str(owner_id), until=day.isoformat())
    return unit_in(ctx.session, station, unit_id)


def _require_own(ctx: Ctx, unit_id: UUID, member_id: UUID) -> None:
    station = ctx.actor.station
    unit = ctx.session.scalar(select(Unit.id).where(Unit.id == unit_id, Unit.station_id == station))
    member = ctx.session.scalar(select(Member.id).where(Member.id == member_id, Member.station_id == station))
    if unit is None or member is None:
        raise NotFound
