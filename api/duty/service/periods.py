"""The stretches of duty behind the live row: how one begins, is prolonged, and ends."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from api.duty.models import DutyLive, DutyPeriod
from api.duty.types import Cause
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timer

END_JOB = "workers.jobs.duty.end_duty"


@dataclass(frozen=True)
class Start:
    """How a period begins: why, until when, and for which shift."""

    cause: Cause
    due: datetime
    shift_id: UUID | None = None


def lock_live(ctx: Ctx, member_id: UUID) -> DutyLive | None:
    """The member's live row, locked until the end of the transaction and read anew."""
    return ctx.session.get(DutyLive, member_id, with_for_update=True, populate_existing=True)


def begin_period(ctx: Ctx, live: DutyLive, start: Start) -> None:
    """Put a locked, active member that is off duty on duty."""
    period = DutyPeriod(
        id=ctx.new_id(), station_id=live.station_id, member_id=live.member_id, shift_id=start.shift_id,
        started_at=ctx.now, start_cause=start.cause,
    )  # fmt: skip
    ctx.session.add(period)
    live.on_duty, live.on_duty_since, live.period_id = True, ctx.now, period.id
    set_due(ctx, live, start.due)


def set_due(ctx: Ctx, live: DutyLive, due: datetime) -> None:
    """Say when the running period ends by itself, instead of what was said before."""
    live.off_duty_due = due
    ctx.session.flush()
    # A timer set before is left to fire and find that nothing is due. Cancelling it would wait for a worker that holds
    # it and itself waits for this live row.
    set_timer(ctx, TimerOrder(END_JOB, _running(live), due, step=str(ctx.new_id())))


def end_period(ctx: Ctx, live: DutyLive, cause: Cause) -> None:
    """Take a locked member off duty. Who is on a task stays on it, and stays located for its sake."""
    ctx.session.execute(
        update(DutyPeriod).where(DutyPeriod.id == _running(live)).values(ended_at=ctx.now, end_cause=cause)
    )
    live.on_duty, live.on_duty_since, live.off_duty_due, live.period_id = False, None, None, None
    if live.engaged_with is None:
        live.position, live.fix_at = None, None
    ctx.session.flush()


def end_due_period(ctx: Ctx, period_id: UUID) -> None:
    """End this period if it still runs and its time has come."""
    member_id = ctx.session.scalar(select(DutyPeriod.member_id).where(DutyPeriod.id == period_id))
    live = lock_live(ctx, member_id) if member_id else None
    if live is None or live.period_id != period_id or live.off_duty_due is None or live.off_duty_due > ctx.now:
        return
    end_period(ctx, live, Cause.DUE)


def _running(live: DutyLive) -> UUID:
    if live.period_id is None:
        raise LookupError("the member is off duty: no period runs")
    return live.period_id
