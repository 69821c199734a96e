"""F02: a parent is killed and its child goes on; a pusher sleeps past its lease; who comes late changes nothing."""

import json
import signal
import sys
import time
from collections import Counter

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from api.plumbing.context import Ctx
from api.plumbing.timers import Timer, TimerOrder, set_timers
from tests.faults.conftest import LONG
from tests.faults.running import House
from tests.faults.sending import doubles, reached, tell, tell_counts, wait_for_end
from tests.journey.system import eventually
from tests.pusher.conftest import Station, wait_until
from workers.relay import Due, _job_data

ROUNDS, PEOPLE, SEED = (10, 2_000, 2) if LONG else (1, 60, 2)
LINGER, LINGER_S = "workers.jobs.probe.linger", 3
AT_WORK = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND datname = current_database()"
FIRED = "SELECT count(*) FROM timers WHERE job = :job AND state = 'fired'"
END_THEM = AT_WORK.replace("count(*)", "count(pg_terminate_backend(pid))")


def order_one(ctx: Ctx) -> str:
    subject = ctx.new_id()
    set_timers(ctx, [TimerOrder(LINGER, subject, ctx.now, args={"seconds": LINGER_S})])
    return str(ctx.session.query(Timer.id).filter(Timer.subject_id == subject).scalar())


def hand_over_again(house: House, timer: str) -> None:
    """A second hint, as a relay gives when the first one led nowhere."""
    with Redis.from_url(house.redis.url) as redis:
        queue = Queue("normal", connection=redis, serializer=JSONSerializer)
        queue.enqueue_many([_job_data(Due(timer, LINGER))])


def effects(house: House) -> int:
    return house.count("SELECT count(*) FROM audit_entries WHERE action = 'probe'")


@pytest.mark.outage
@pytest.mark.parametrize("horse", ["survives", "loses its connection"])
def test_f02_a_horse_that_outlives_its_parent_has_its_effect_once(house: House, horse: str) -> None:
    house.system.commands["worker-normal"] = [sys.executable, "-m", "tests.faults.probe", "normal"]
    for number in range(ROUNDS):
        house.start("worker-normal")
        timer = house.do(order_one)
        hand_over_again(house, timer)
        eventually(lambda: house.count(AT_WORK) == 1, what="the horse to be at work")
        house.system.kill("worker-normal")  # the parent alone
        if horse != "survives":
            house.count(END_THEM)
        house.start("worker-normal")

        def has_fired(timer: str = timer, number: int = number) -> bool:
            # The relay would hint again after 15 s, and comes back to what failed.
            hand_over_again(house, timer)
            return house.count(FIRED, job=LINGER) == number + 1

        eventually(has_fired, within=60, what="it to fire")
        # The other one finds the row done, and has no effect of its own.
        eventually(lambda: house.count(AT_WORK) == 0, what="everybody to be through")
        house.system.send_signal("worker-normal", signal.SIGTERM)
        eventually(lambda: not house.system.is_alive("worker-normal"), what="the worker to end")
    line = {"test": "F02", "horse": horse, "kills": ROUNDS, "timers": ROUNDS, "effects": effects(house)}
    print(json.dumps(line))
    assert effects(house) == ROUNDS


@pytest.mark.outage
def test_f02_a_pusher_that_slept_past_its_lease_writes_over_nobody(station: Station, fcm) -> None:
    people = tell(station, PEOPLE, phones=1)
    fcm.control(latency_ms=400)
    sleeper = station.pusher_process("--lease-s", "3", "--deadline-s", "2", "--urgent-width", "16")
    try:
        wait_until(lambda: len(reached(people, fcm)) > 0, 30)
        sleeper.send_signal(signal.SIGSTOP)
        held = station.rows("SELECT count(*)::int AS n FROM outbox WHERE state = 'leased'")[0].n
        with station.pusher(lease_s=3.0, deadline_s=2.0):
            wait_for_end(station, 60)
        before = {row.id: (row.state, row.rank) for row in station.rows("SELECT id, state, rank FROM outbox")}
        sleeper.send_signal(signal.SIGCONT)
        # Awake again, it settles what it had in hand, or finds that it is nobody's any more.
        time.sleep(1.0)
        sleeper.send_signal(signal.SIGTERM)
        sleeper.wait(60)
    finally:
        sleeper.kill()
        sleeper.wait()
    after = {row.id: (row.state, row.rank) for row in station.rows("SELECT id, state, rank FROM outbox")}
    lower = [message for message, (_, rank) in before.items() if after[message][1] < rank]
    lost = len(people) - len(reached(people, fcm))
    tell_counts(
        "F02", seed=SEED, A=len(people), lost=lost, held_when_stopped=held, extras=doubles(people, fcm),
        lowered=len(lower), states=dict(Counter(state for state, _ in after.values())),
    )  # fmt: skip
    assert held > 0
    assert (lost, lower) == (0, [])
    assert {state for state, _ in after.values()} <= {"sent", "delivered", "read"}
    # Each call it had under way when it was stopped may have been made a second time by its successor.
    assert doubles(people, fcm) <= 2 * held
