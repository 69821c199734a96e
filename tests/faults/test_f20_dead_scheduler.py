"""F20: the relay was dead for ten minutes; when it is back nothing is missed, and nobody is flooded."""

import json
import time
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.notifications.service import queue_notices
from api.notifications.service.releasing import release_held
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from api.plumbing.timers import Timer, TimerOrder, set_timers
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_notice, make_reachable
from tests.faults.conftest import LONG
from workers import cron, runtime
from workers.relay import Relay

USERS, EACH, DEAD_S = 50, (100 if LONG else 20), 600
JOB = "workers.jobs.probe.remind"
DUE_NOW = """
    SELECT person_id, count(*) FROM outbox
    WHERE person_id IS NOT NULL AND state = 'queued' AND next_at <= clock_timestamp() GROUP BY person_id
"""


class Reminders:
    """A job that reminds one person of one case, as overdue steps do, and what became of its timers."""

    def __init__(self) -> None:
        self.users: dict[UUID, Reachable] = {}
        self.fired: list[UUID] = []

    def remind(self, ctx: Ctx, timer: Timer) -> None:
        self.fired.append(timer.subject_id)
        user = self.users[timer.subject_id]
        notice = make_notice(
            ctx, user, subject_id=timer.subject_id, template="step_overdue", urgency="normal",
            expires_at=ctx.now + timedelta(hours=12),
        )  # fmt: skip
        queue_notices(ctx, [notice])

    def prepare(self) -> list[UUID]:
        """One timer for each case of each user, due one after the other while nobody looked; returns their order."""
        with unit_of_work(SYSTEM) as ctx:
            station = make_station(ctx)
            users = [make_reachable(ctx, station) for _ in range(USERS)]
            cases = [ctx.new_id() for _ in range(USERS * EACH)]
            self.users = {case: users[number % USERS] for number, case in enumerate(cases)}
            gap = timedelta(seconds=DEAD_S / len(cases))
            first = ctx.now - timedelta(seconds=DEAD_S)
            orders = [TimerOrder(JOB, case, first + number * gap) for number, case in enumerate(cases)]
            set_timers(ctx, orders)
            # What was ordered again meanwhile moves, and does not come twice.
            set_timers(ctx, orders[:USERS])
        return cases


@pytest.fixture
def reminders(monkeypatch: pytest.MonkeyPatch) -> Reminders:
    made = Reminders()
    monkeypatch.setattr(runtime, "resolve", lambda job: made.remind)
    return made


def test_f20_a_relay_that_was_dead_catches_up_without_a_flood(committed_app, reminders: Reminders) -> None:
    with committed_app.app_context():
        cases = reminders.prepare()
        relay, began, handed = Relay(committed_app), time.monotonic(), 0
        while batch := relay.claim_due():
            handed = max(handed, len(batch))
            for due in batch:
                runtime.run_in_context(due.id)
        took = time.monotonic() - began
        with unit_of_work(SYSTEM) as ctx:
            at_once = dict(ctx.session.execute(text(DUE_NOW)).all())
            # A quarter of an hour later what was summed up goes out.
            ctx.session.execute(text("UPDATE outbox SET held_until = now() WHERE held_until IS NOT NULL"))
            released = release_held(ctx)
            later = Counter(dict(ctx.session.execute(text(DUE_NOW)).all())) - Counter(at_once)
    fired = Counter(reminders.fired)
    line = {
        "test": "F20", "overdue": len(cases), "users": USERS, "missed": len(set(cases) - set(fired)),
        "replayed": fired.total() - len(fired),
        "out of order": sum(a != b for a, b in zip(reminders.fired, cases, strict=True)),
        "at once per user": max(at_once.values()), "summaries per user": max(later.values()),
        "summed up": released.bundled, "largest batch": handed, "per second": round(len(cases) / took),
    }  # fmt: skip
    print(json.dumps(line))
    assert (line["missed"], line["replayed"], line["out of order"]) == (0, 0, 0)
    assert (line["at once per user"], line["summaries per user"]) == (1, 1)
    assert released.bundled == len(cases) - USERS
    assert handed <= 500


def test_f20_periodic_runs_that_were_missed_are_one_run(committed_app) -> None:
    """Sixty slots of a job of every ten seconds went by: the present one runs, the others are not replayed."""
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        cron.order_due(ctx)
        ctx.session.execute(text("UPDATE timers SET state = 'fired', fired_at = now()"))
        cron.order_due(Ctx(ctx.session, ctx.actor, ctx.now + timedelta(seconds=DEAD_S), ctx.request_id))
        waiting = Counter(
            ctx.session.scalars(text("SELECT job FROM timers WHERE state = 'waiting' AND due_at > now()")).all()
        )
    print(json.dumps({"test": "F20", "missed slots of ten seconds": DEAD_S // 10, "runs": max(waiting.values())}))
    assert waiting["workers.jobs.upkeep.seal_audit"] == 1
    assert set(waiting.values()) == {1}
