"""A timer fires once, whoever runs it how often, and a failing one comes back and in the end is laid out dead."""

import os
import signal
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.app import create_app
from api.audit.service import record
from api.plumbing.context import SYSTEM, unit_of_work
from api.plumbing.db import db
from api.plumbing.timers import Timer, TimerOrder, set_timer
from workers import cron, runtime
from workers.relay import Relay


@pytest.fixture
def ran(monkeypatch) -> list[str]:
    """The subjects of jobs that ran; `workers.jobs.probe.*` resolve to probes."""
    calls: list[str] = []

    def work(ctx, timer) -> None:
        calls.append(str(timer.subject_id))
        record(ctx, "probe", "timer", timer.subject_id)

    def fail(ctx, timer) -> None:
        work(ctx, timer)
        raise RuntimeError("13812345678")

    def crash(ctx, timer) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    probes = {"workers.jobs.probe.work": work, "workers.jobs.probe.fail": fail, "workers.jobs.probe.crash": crash}
    monkeypatch.setattr(runtime, "resolve", lambda job: probes.get(job, lambda ctx, timer: None))
    return calls


def order(job: str, due_in: int = -1):
    with unit_of_work(SYSTEM) as ctx:
        subject = ctx.new_id()
        set_timer(ctx, TimerOrder(f"workers.jobs.probe.{job}", subject, ctx.now + timedelta(seconds=due_in)))
        return ctx.session.scalars(select(Timer.id).where(Timer.subject_id == subject)).one()


def row(timer_id) -> Timer:
    with unit_of_work(SYSTEM) as ctx:
        return ctx.session.get_one(Timer, timer_id)


def test_a_timer_run_twice_fires_once(app, ran) -> None:
    timer = order("work")
    assert [runtime.run_in_context(timer), runtime.run_in_context(timer)] == ["fired", "skipped"]
    assert len(ran) == 1
    assert row(timer).state == "fired"


def test_a_timer_moved_into_the_future_waits(app, ran) -> None:
    assert runtime.run_in_context(order("work", due_in=60)) == "skipped"
    assert ran == []


def test_a_failing_timer_undoes_its_effect_and_comes_back(app, ran) -> None:
    timer = order("fail")
    assert runtime.run_in_context(timer) == "failed"
    after = row(timer)
    assert (after.state, after.attempts, after.last_error) == ("waiting", 1, "RuntimeError")
    assert after.due_at > after.created_at
    with unit_of_work(SYSTEM) as ctx:
        assert ctx.session.execute(db.text("SELECT count(*) FROM audit_entries")).scalar_one() == 0


def test_after_too_many_failures_it_is_dead(app, ran) -> None:
    timer = order("fail")
    for _ in range(runtime.MAX_ATTEMPTS):
        with unit_of_work(SYSTEM) as ctx:
            ctx.session.get_one(Timer, timer).due_at = ctx.now
        last = runtime.run_in_context(timer)
    assert (last, row(timer).state) == ("dead", "dead")


def test_a_claimed_timer_is_not_claimed_again_at_once(committed_app, ran) -> None:
    with committed_app.app_context():
        order("work")
        first, second = Relay(committed_app), Relay(committed_app)
        assert len(first.claim_due()) == 1
        assert second.claim_due() == []


def test_a_hint_that_led_nowhere_is_given_again(committed_app, ran) -> None:
    with committed_app.app_context():
        timer = order("work")
        relay = Relay(committed_app)
        relay.claim_due()
        with unit_of_work(SYSTEM) as ctx:
            ctx.session.get_one(Timer, timer).hinted_at = ctx.now - timedelta(seconds=16)
        assert [due.id for due in relay.claim_due()] == [timer]


def test_without_redis_the_relay_runs_the_timers_itself(clone_database, make_settings, ran) -> None:
    app = create_app(make_settings(clone_database(), redis_url="redis://127.0.0.1:1/0"))
    with app.app_context():
        timer = order("work")
        Relay(app).run_once()
        assert row(timer).state == "fired"
        db.engine.dispose()


def test_without_redis_a_job_that_ends_its_process_leaves_the_relay_and_the_others_alone(
    clone_database, make_settings, ran
) -> None:
    app = create_app(make_settings(clone_database(), redis_url="redis://127.0.0.1:1/0"))
    with app.app_context():
        timers = [order("work", -3), order("crash", -2), order("work", -1)]
        Relay(app).run_once()
        assert [row(timer).state for timer in timers] == ["fired", "waiting", "fired"]
        assert (row(timers[1]).last_error, row(timers[1]).attempts) == ("ProcessDied", 1)
        db.engine.dispose()


def test_a_periodic_slot_is_ordered_once(app) -> None:
    with unit_of_work(SYSTEM) as ctx:
        cron.order_due(ctx)
        cron.order_due(ctx)
        assert len(ctx.session.scalars(select(Timer.id)).all()) == len(cron.TABLE)


def test_a_job_that_waits_for_a_lock_in_vain_is_counted(committed_app, monkeypatch) -> None:
    """Else it would come back every quarter of a minute for ever, and nobody would hear of it."""

    def wait(ctx, timer) -> None:
        ctx.session.execute(db.text("SET LOCAL lock_timeout = '50ms'"))
        ctx.session.execute(db.text("SELECT 1 FROM timers WHERE id = :id FOR UPDATE"), {"id": other})

    monkeypatch.setattr(runtime, "resolve", lambda job: wait)
    with committed_app.app_context():
        other, timer = order("held"), order("work")
        with db.engine.begin() as holder:
            holder.execute(db.text("SELECT 1 FROM timers WHERE id = :id FOR UPDATE"), {"id": other})
            assert runtime.run_in_context(timer) == "failed"
        after = row(timer)
    assert (after.state, after.attempts, after.last_error) == ("waiting", 1, "OperationalError")


def test_a_timer_that_is_running_elsewhere_is_not_counted(committed_app, ran) -> None:
    with committed_app.app_context():
        timer = order("work")
        with db.engine.begin() as holder:
            holder.execute(db.text("SELECT 1 FROM timers WHERE id = :id FOR UPDATE"), {"id": timer})
            assert runtime.run_in_context(timer) == "skipped"
        assert (row(timer).attempts, ran) == (0, [])


def test_a_run_whose_process_died_is_counted_unless_it_had_fired(committed_app, ran, monkeypatch) -> None:
    monkeypatch.setattr(runtime, "worker_app", lambda: committed_app)
    with committed_app.app_context():
        died, fired = order("work"), order("work")
        runtime.run_in_context(fired)
    assert [runtime.note_death(str(died)), runtime.note_death(str(fired))] == ["failed", "skipped"]
    with committed_app.app_context():
        assert [(row(x).attempts, row(x).last_error) for x in (died, fired)] == [(1, "ProcessDied"), (0, None)]
