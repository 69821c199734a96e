"""F05: Redis forgets everything while timers and messages are pending; what is to happen stands in the database."""

import json
import sys
import time

import pytest

from api.notifications.service import queue_notices
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timers
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable
from tests.faults.conftest import LONG
from tests.faults.running import House
from tests.journey.system import eventually

TIMERS, MESSAGES = (10_000, 10_000) if LONG else (120, 120)
PER_S = 8
WAITING = "SELECT count(*) FROM timers WHERE job = 'workers.jobs.probe.work' AND state = 'waiting'"
UNHANDED = WAITING + " AND hinted_at IS NULL"
UNSENT = "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'delivered', 'read')"


def order_all(ctx: Ctx) -> list[str]:
    """Timers that are due, and messages nobody sends yet."""
    set_timers(ctx, [TimerOrder("workers.jobs.probe.work", ctx.new_id(), ctx.now) for _ in range(TIMERS)])
    place = make_station(ctx)
    people = [make_reachable(ctx, place) for _ in range(20)]
    notices = [make_notice(ctx, people[number % len(people)]) for number in range(MESSAGES)]
    return [str(message) for message in queue_notices(ctx, notices)]


@pytest.mark.outage
def test_f05_a_redis_that_forgot_everything_loses_nothing(house: House) -> None:
    house.system.commands["worker-normal"] = [sys.executable, "-m", "tests.faults.probe", "normal"]
    messages = house.do(order_all)
    house.system.start("relay")
    eventually(lambda: house.count(UNHANDED) == 0, within=30, what="all timers to be handed over")
    held = house.redis.size()
    house.redis.flush()
    house.redis.kill()
    house.redis.start()
    left = (house.count(WAITING), house.redis.size())
    began = time.monotonic()
    house.system.start("worker-normal", "pusher")
    within = 40 + TIMERS / PER_S
    eventually(lambda: house.count(WAITING) == 0 and house.count(UNSENT) == 0, within=within, what="all to be done")
    took = time.monotonic() - began
    sent = {entry["msg_id"] for entry in house.system.fcm.ledger()}
    effects = house.count("SELECT count(*) FROM audit_entries WHERE action = 'probe'")
    line = {
        "test": "F05", "timers": TIMERS, "messages": MESSAGES, "keys in Redis": held, "keys after": left[1],
        "timers lost": TIMERS - effects, "messages lost": len(set(messages) - sent), "settled_s": round(took, 1),
    }  # fmt: skip
    print(json.dumps(line))
    assert held >= TIMERS > 0
    assert left[0] == TIMERS, "the timers fired before Redis forgot them: the test says nothing"
    assert (effects, line["messages lost"]) == (TIMERS, 0)
