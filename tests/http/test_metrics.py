"""What one scrape tells: counted here, and read from the database for everybody."""

from datetime import timedelta

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from api.plumbing.heartbeats import beat
from api.plumbing.timers import TimerOrder, set_timer


def scrape(client, **environ) -> dict[tuple[str, tuple], float]:
    answer = client.get("/metrics", **environ)
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.get_data(as_text=True))
        for sample in family.samples
    }


def test_work_that_waits_and_processes_that_live_are_told(client, ctx) -> None:
    set_timer(ctx, TimerOrder("workers.jobs.probe.work", ctx.new_id(), ctx.now - timedelta(seconds=90)))
    dead = ctx.new_id()
    set_timer(ctx, TimerOrder("workers.jobs.probe.work", dead, ctx.now))
    ctx.session.execute(text("UPDATE timers SET state = 'dead' WHERE subject_id = :id"), {"id": dead})
    beat(ctx.session, "relay")
    told = scrape(client)
    assert told["gridloop_timer_oldest_due_seconds", ()] >= 89
    assert told["gridloop_timers_due", ()] >= 1
    assert told["gridloop_timers_dead", ()] == 1
    assert ("gridloop_heartbeat_age_seconds", (("process", "relay"),)) in told


def test_only_this_machine_or_the_token_may_scrape(client) -> None:
    assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer wrong"])
def test_with_a_token_set_loopback_is_not_enough(app: Flask, client, monkeypatch, sent: str) -> None:
    settings = app.extensions["gridloop.settings"].model_copy(
        update={"metrics_token": type(app.extensions["gridloop.settings"].metrics_token)("right")}
    )
    monkeypatch.setitem(app.extensions, "gridloop.settings", settings)
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer right"}).status_code == 200
