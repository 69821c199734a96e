"""Duty's timers: shifts begin, duty ends, profiles are copied, the trail's days come and go."""

from api.duty import service
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer


def start_shift(ctx: Ctx, timer: Timer) -> None:
    """Put the member of this shift on duty; the fence is the version of the shift the timer was set for."""
    service.begin_shift(ctx, timer.subject_id, timer.fence)


def end_duty(ctx: Ctx, timer: Timer) -> None:
    """End this period of duty if its time has come."""
    service.end_due_period(ctx, timer.subject_id)


def refresh_member(ctx: Ctx, timer: Timer) -> None:
    """Copy what grids knows of this member."""
    service.refresh_profiles(ctx, [timer.subject_id])


def refresh_on_duty(ctx: Ctx, timer: Timer) -> None:
    """Copy what grids knows of everybody on duty; daily after midnight, when certificates lapse."""
    service.refresh_on_duty(ctx)


def keep_partitions(ctx: Ctx, timer: Timer) -> None:
    """Make the trail's next days, drop those past retention; daily."""
    service.keep_partitions(ctx)
