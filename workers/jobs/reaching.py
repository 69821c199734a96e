"""Letting go of what was kept back, and testing who can be reached. Periodic; the subject is nobody."""

from api.notifications.service.reachability import enrol_for_tests, test_reachability
from api.notifications.service.releasing import release_held
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer, TimerOrder, set_timer


def release(ctx: Ctx, timer: Timer) -> None:
    """Mornings and summaries: whoever has something waiting that is due gets it now."""
    if release_held(ctx).more:
        set_timer(ctx, TimerOrder("workers.jobs.reaching.release", timer.subject_id, ctx.now, step=f"{timer.step}+"))


def test(ctx: Ctx, timer: Timer) -> None:
    """A little of the station's reachability test, all day long."""
    if test_reachability(ctx).more:
        set_timer(ctx, TimerOrder("workers.jobs.reaching.test", timer.subject_id, ctx.now, step=f"{timer.step}+"))


def enrol(ctx: Ctx, timer: Timer) -> None:
    """Take in who is new and leave out who is gone."""
    if enrol_for_tests(ctx):
        set_timer(ctx, TimerOrder("workers.jobs.reaching.enrol", timer.subject_id, ctx.now, step=f"{timer.step}+"))
