"""The jobs around the clocks, and when they are ordered."""

from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select

from api.followups.models import VisitRow
from api.followups.service import Run
from api.plumbing.timers import Timer
from tests.builders.followups import at_time, morning, open_plan
from workers.cron import NOBODY, TABLE, order_due
from workers.jobs import followups as jobs


def timer_of(ctx, job: str, step: str = "20260310T000000") -> Timer:
    return Timer(id=ctx.new_id(), job=job, subject_id=NOBODY, step=step, due_at=ctx.now)


@pytest.mark.parametrize("job", ["morning_run", "keep_clocks"])
def test_a_job_runs_the_clocks(monday, town, job: str) -> None:
    open_plan(monday, town)
    getattr(jobs, job)(at_time(monday, morning(10)), timer_of(monday, f"workers.jobs.followups.{job}"))
    assert monday.session.scalars(select(VisitRow.state).order_by(VisitRow.number)).first() == "due"


def test_a_run_with_more_to_do_orders_the_next_one(monday, town, monkeypatch) -> None:
    open_plan(monday, town)
    open_plan(monday, town)
    monkeypatch.setattr(jobs, "Run", partial(Run, batch=1, batches=2))
    jobs.morning_run(at_time(monday, morning(10)), timer_of(monday, "workers.jobs.followups.morning_run"))
    follow = monday.session.scalars(select(Timer).where(Timer.job == "workers.jobs.followups.morning_run")).one()
    assert (follow.step, follow.due_at) == ("20260310T000000+", morning(10))


def test_dating_again_is_harmless(monday) -> None:
    jobs.redate(monday, timer_of(monday, "workers.jobs.followups.redate"))


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (datetime(2026, 3, 9, 23, 29, tzinfo=UTC), datetime(2026, 3, 8, 23, 30, tzinfo=UTC)),
        (datetime(2026, 3, 9, 23, 30, tzinfo=UTC), datetime(2026, 3, 9, 23, 30, tzinfo=UTC)),
        # A night and a morning without a relay: the slot is ordered when it is back, already due.
        (datetime(2026, 3, 10, 5, 0, tzinfo=UTC), datetime(2026, 3, 9, 23, 30, tzinfo=UTC)),
    ],
)
def test_the_morning_run_is_ordered_for_half_past_seven_and_caught_up(ctx, now: datetime, slot: datetime) -> None:
    order_due(at_time(ctx, now))
    order_due(at_time(ctx, now))
    due = ctx.session.scalars(select(Timer.due_at).where(Timer.job == "workers.jobs.followups.morning_run")).all()
    assert due == [slot]
    assert len(TABLE) == len({row.job for row in TABLE})
