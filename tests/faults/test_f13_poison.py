"""F13: jobs that always raise or end their process harm nobody else, and are laid out dead with a reason."""

import json
import math
import sys
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timers
from tests.faults.conftest import LONG
from tests.faults.running import House
from tests.journey.system import eventually

GOOD, GAP_S = (2_000 if LONG else 50), 0.1
POISON = ("fail", "crash", "starve") * (10 if LONG else 1)
REASONS = {"fail": "RuntimeError", "crash": "ProcessDied", "starve": "ProcessDied"}
BAR_S = 1.0
# The waits between the tries add up to twenty minutes; here the next try comes at once.
HURRY = text(
    "UPDATE timers SET due_at = now(), hinted_at = NULL WHERE state = 'waiting' AND attempts > 0 AND due_at > now()"
)
LATE = """
    SELECT extract(epoch FROM fired_at - due_at)::float8 AS late FROM timers
    WHERE job = 'workers.jobs.probe.work' AND step = :step AND state = 'fired' ORDER BY 1
"""


def order_good(ctx: Ctx, step: str, count: int = GOOD) -> None:
    """Work that is due at a steady pace."""
    first = ctx.now + timedelta(seconds=1)
    due = [first + timedelta(seconds=GAP_S * number) for number in range(count)]
    set_timers(ctx, [TimerOrder("workers.jobs.probe.work", ctx.new_id(), at, step=step) for at in due])


def order_poison(ctx: Ctx) -> dict[UUID, str]:
    """Poison that is due now."""
    jobs = {ctx.new_id(): job for job in POISON}
    set_timers(ctx, [TimerOrder(f"workers.jobs.probe.{job}", subject, ctx.now) for subject, job in jobs.items()])
    return jobs


def bring_forward(house: House) -> None:
    """Have what failed tried again now."""
    house.do(lambda ctx: ctx.session.execute(HURRY))


def lateness(house: House, step: str, count: int = GOOD) -> tuple[float, float]:
    """The 95th percentile and the worst lateness of the good ones, once all have fired."""

    def all_fired() -> bool:
        bring_forward(house)
        return len(house.rows(LATE, step=step)) == count

    eventually(all_fired, within=GOOD * GAP_S + 40, what="the good ones to fire")
    late = [row.late for row in house.rows(LATE, step=step)]
    return late[math.ceil(len(late) * 0.95) - 1], late[-1]


def all_dead(house: House) -> bool:
    bring_forward(house)
    return house.count("SELECT count(*) FROM timers WHERE state = 'dead'") == len(POISON)


@pytest.mark.outage
def test_f13_poison_is_laid_out_dead_and_delays_nobody(house: House) -> None:
    house.system.commands["worker-normal"] = [sys.executable, "-m", "tests.faults.probe", "normal"]
    house.start("relay", "worker-normal")
    # The worker gives its first sign of life before it takes its first job.
    house.do(lambda ctx: order_good(ctx, "first", 1))
    lateness(house, "first", 1)
    house.do(lambda ctx: order_good(ctx, "alone"))
    p95_alone, worst_alone = lateness(house, "alone")
    house.do(lambda ctx: order_good(ctx, "beside"))
    poison = house.do(order_poison)
    p95, worst = lateness(house, "beside")
    eventually(lambda: all_dead(house), within=60, what="the poison to be dead")
    dead = house.rows("SELECT subject_id, last_error, attempts FROM timers WHERE state = 'dead'")
    wrong = sum(REASONS[poison[row.subject_id]] != row.last_error for row in dead if row.subject_id in poison)
    traces = {row.subject_id for row in house.rows("SELECT subject_id FROM audit_entries WHERE action = 'probe'")}
    line = {
        "test": "F13", "good": 2 * GOOD, "poison": len(poison), "dead": len(dead),
        "dead but no poison": len({row.subject_id for row in dead} - set(poison)), "wrong reason": wrong,
        "attempts": sum(row.attempts for row in dead), "effects of poison": len(traces & set(poison)),
        "p95_s": round(p95, 2), "worst_s": round(worst, 2),
        "p95_s alone": round(p95_alone, 2), "worst_s alone": round(worst_alone, 2),
    }  # fmt: skip
    print(json.dumps(line))
    assert {row.subject_id for row in dead} == set(poison)
    assert (wrong, line["effects of poison"], len(traces)) == (0, 0, 2 * GOOD + 1)
    if LONG:  # a busy machine is late with everything; the long form has one to itself
        assert p95 - p95_alone < BAR_S


@pytest.mark.outage
def test_f13_without_redis_poison_ends_no_relay(house: House) -> None:
    """The relay runs what is due itself while Redis is away; then it is the relay that a job could end."""
    house.system.commands["relay"] = [sys.executable, "-m", "tests.faults.probe", "relay"]
    house.redis.kill()
    house.start("relay")
    house.do(lambda ctx: order_good(ctx, "away", 20))
    poison = house.do(order_poison)
    eventually(lambda: all_dead(house), within=60, what="the poison to be dead")
    eventually(lambda: len(house.rows(LATE, step="away")) == 20, within=60, what="the good ones to fire")
    dead = house.rows("SELECT subject_id, last_error, attempts FROM timers WHERE state = 'dead'")
    wrong = sum(REASONS[poison[row.subject_id]] != row.last_error for row in dead if row.subject_id in poison)
    alive = house.system.is_alive("relay")
    house.redis.start()
    traces = {row.subject_id for row in house.rows("SELECT subject_id FROM audit_entries WHERE action = 'probe'")}
    line = {"test": "F13 without Redis", "good": 20, "poison": len(poison), "dead": len(dead), "wrong reason": wrong}
    print(json.dumps(line | {"relay alive": alive, "effects of poison": len(traces & set(poison))}))
    assert alive
    assert {row.subject_id for row in dead} == set(poison)
    assert (wrong, len(traces & set(poison))) == (0, 0)
