"""Shifts: planned by the desk, begun by a timer, ended by the end of the period they began."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from api.audit.service import record
from api.duty.errors import MemberInactive, ShiftOver, ShiftOverlap, ShiftStarted
from api.duty.models import DutyLive, DutyPeriod, ShiftRow
from api.duty.queries import shift_value
from api.duty.rules import check_shift, later_of
from api.duty.service.periods import Start, begin_period, end_period, lock_live, set_due
from api.duty.service.profiles import refresh_profiles
from api.duty.types import Cause, Shift
from api.grids.queries import profiles_of
from api.grids.types import MemberStatus
from api.kernel.errors import NotFound, StaleVersion
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timer

START_JOB = "workers.jobs.duty.start_shift"


@dataclass(frozen=True)
class NewShift:
    """A shift to be."""

    member_id: UUID
    starts_at: datetime
    ends_at: datetime


def create_shift(ctx: Ctx, order: NewShift) -> Shift:
    """Plan a shift for a member of the actor's station.

    Raises NotFound, MemberInactive (of a member who left), ShiftTimes, ShiftOverlap.
    """
    check_shift(order.starts_at, order.ends_at, ctx.now)
    profile = profiles_of(ctx.session, [order.member_id]).get(order.member_id)
    if profile is None or profile.station_id != ctx.actor.station:
        raise NotFound
    if profile.status == MemberStatus.LEFT:
        raise MemberInactive
    row = ShiftRow(
        id=ctx.new_id(), station_id=profile.station_id, member_id=profile.member_id, starts_at=order.starts_at,
        ends_at=order.ends_at, created_by=ctx.actor.person_id, created_at=ctx.now, version=1,
    )  # fmt: skip
    _write(ctx, row)
    record(ctx, "shift.created", "shift", row.id, member_id=str(row.member_id))
    return shift_value(row)


def edit_shift(ctx: Ctx, shift_id: UUID, version: int, *, starts_at: datetime, ends_at: datetime) -> Shift:
    """Move a shift. Of a running one only the end moves, and duty with it.

    Raises NotFound, StaleVersion, ShiftOver, ShiftStarted, ShiftTimes, ShiftOverlap.
    """
    row = _lock_shift(ctx, shift_id, version)
    check_shift(starts_at, ends_at, ctx.now)
    if row.starts_at <= ctx.now and starts_at != row.starts_at:
        raise ShiftStarted
    live = _on_duty_for(ctx, row)
    row.starts_at, row.ends_at, row.version = starts_at, ends_at, row.version + 1
    _write(ctx, row)
    if live is not None:
        set_due(ctx, live, ends_at)
    record(ctx, "shift.edited", "shift", row.id, version=row.version)
    return shift_value(row)


def cancel_shift(ctx: Ctx, shift_id: UUID, version: int) -> Shift:
    """Cancel a shift; whom it had put on duty goes off. Raises NotFound, StaleVersion, ShiftOver."""
    row = _lock_shift(ctx, shift_id, version)
    live = _on_duty_for(ctx, row)
    row.cancelled_at, row.version = ctx.now, row.version + 1
    ctx.session.flush()
    if live is not None:
        end_period(ctx, live, Cause.SHIFT_CANCELLED)
    record(ctx, "shift.cancelled", "shift", row.id)
    return shift_value(row)


def begin_shift(ctx: Ctx, shift_id: UUID, version: int) -> None:
    """Put the member on duty, if the shift still is what it was when its timer was set and the member still active."""
    row = ctx.session.scalar(select(ShiftRow).where(ShiftRow.id == shift_id).with_for_update())
    if row is None or row.version != version:  # a move and a cancellation both made a new version
        return
    if not row.starts_at <= ctx.now < row.ends_at:
        return
    refresh_profiles(ctx, [row.member_id])
    live = lock_live(ctx, row.member_id)
    if live is None or not live.active:
        return
    if live.on_duty:
        _adopt_period(ctx, live, row)
    else:
        begin_period(ctx, live, Start(Cause.SHIFT, row.ends_at, row.id))


def _adopt_period(ctx: Ctx, live: DutyLive, row: ShiftRow) -> None:
    # On duty already, by hand or because the shift before runs into this one: the period goes on as this shift's.
    ctx.session.execute(update(DutyPeriod).where(DutyPeriod.id == live.period_id).values(shift_id=row.id))
    set_due(ctx, live, later_of(live.off_duty_due, row.ends_at))


def _on_duty_for(ctx: Ctx, row: ShiftRow) -> DutyLive | None:
    live = lock_live(ctx, row.member_id)
    if live is None or live.period_id is None:
        return None
    shift_id = ctx.session.scalar(select(DutyPeriod.shift_id).where(DutyPeriod.id == live.period_id))
    return live if shift_id == row.id else None


def _lock_shift(ctx: Ctx, shift_id: UUID, version: int) -> ShiftRow:
    row = ctx.session.scalar(
        select(ShiftRow).where(ShiftRow.id == shift_id, ShiftRow.station_id == ctx.actor.station).with_for_update()
    )
    if row is None:
        raise NotFound
    if row.version != version:
        raise StaleVersion
    if row.cancelled_at is not None or row.ends_at <= ctx.now:
        raise ShiftOver
    return row


def _write(ctx: Ctx, row: ShiftRow) -> None:
    try:
        # A savepoint, so that the refusal leaves the caller's transaction usable.
        with ctx.session.begin_nested():
            ctx.session.add(row)
    except IntegrityError as error:
        if "ex_shifts_overlap" in str(error.orig):
            raise ShiftOverlap from None
        raise
    # One step per version: a timer of an older version that still fires finds another version and does nothing.
    set_timer(ctx, TimerOrder(START_JOB, row.id, row.starts_at, step=f"v{row.version}", fence=row.version))
