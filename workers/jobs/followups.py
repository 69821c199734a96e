"""Jobs of followups: moving the clocks of visits, and dating those whose year has been published."""

from api.followups.service import Run, redate_visits, run_clocks
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer, TimerOrder, set_timer


def morning_run(ctx: Ctx, timer: Timer) -> None:
    """The day's first run: what came due or overdue overnight, one summary per person."""
    _run(ctx, timer, "workers.jobs.followups.morning_run")


def keep_clocks(ctx: Ctx, timer: Timer) -> None:
    """The rest of the day: plans in hours, rows the morning had to skip, and a morning on which nothing ran."""
    _run(ctx, timer, "workers.jobs.followups.keep_clocks")


def redate(ctx: Ctx, timer: Timer) -> None:
    """Date provisional visits; does nothing until a release brings another year's arrangement."""
    redate_visits(ctx)


def _run(ctx: Ctx, timer: Timer, job: str) -> None:
    label = timer.step.partition("+")[0]
    if run_clocks(ctx, Run(label)).more:
        # In a transaction of its own, so that none outgrows the job's time. The summaries share the label.
        set_timer(ctx, TimerOrder(job, timer.subject_id, ctx.now, step=f"{timer.step}+"))
