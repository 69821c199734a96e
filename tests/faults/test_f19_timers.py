"""F19: relays side by side fire each timer once."""

import json
import threading
from collections import Counter
from datetime import timedelta

import pytest

from api.plumbing.context import SYSTEM, unit_of_work
from api.plumbing.timers import TimerOrder, set_timers
from tests.faults.conftest import LONG
from workers import relay as relays
from workers import runtime
from workers.relay import Relay

TIMERS = 2_000 if LONG else 500


@pytest.fixture
def fired(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """How often the effect of each subject happened."""
    counts: Counter = Counter()
    monkeypatch.setattr(runtime, "resolve", lambda job: lambda ctx, timer: counts.update([timer.subject_id]))
    return counts


def order_many() -> list:
    with unit_of_work(SYSTEM) as ctx:
        subjects = [ctx.new_id() for _ in range(TIMERS)]
        due = ctx.now - timedelta(seconds=1)
        set_timers(ctx, [TimerOrder("workers.jobs.probe.work", subject, due) for subject in subjects])
    return subjects


@pytest.mark.parametrize("count", [2, 8])
def test_f19_relays_at_once_fire_each_timer_once(committed_app, fired: Counter, monkeypatch, count: int) -> None:
    monkeypatch.setattr(relays, "BATCH", 50)
    handed: Counter = Counter()
    with committed_app.app_context():
        subjects = order_many()
    barrier = threading.Barrier(count)

    def work() -> None:
        with committed_app.app_context():
            relay = Relay(committed_app)
            barrier.wait()
            while batch := relay.claim_due():
                handed.update(due.id for due in batch)
                for due in batch:
                    runtime.run_in_context(due.id)

    threads = [threading.Thread(target=work) for _ in range(count)]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    doubles = sum(fired[subject] - 1 for subject in subjects if fired[subject] > 1)
    missed = sum(fired[subject] == 0 for subject in subjects)
    twice = sum(times - 1 for times in handed.values())
    line = {"test": "F19", "relays": count, "timers": TIMERS, "handed twice": twice}
    print(json.dumps(line | {"doubles": doubles, "missed": missed}))
    assert (doubles, missed, twice) == (0, 0, 0)
