"""F25: a release replaces another one: everything gets SIGTERM with work in hand, and the next one takes over."""

import json
import signal
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import text

from api.plumbing.context import Ctx
from api.plumbing.crypto import keyring
from api.plumbing.timers import TimerOrder, set_timers
from tests.builders.grids import make_station
from tests.builders.notifications import make_reachable
from tests.faults.conftest import LONG
from tests.faults.running import House
from tests.faults.test_f06_postgres import Console
from tests.journey.system import eventually

RELEASES, CONSOLES, JOBS, BEFORE_S = (10, 6, 60, 5.0) if LONG else (1, 3, 6, 1.5)
BAR_S = 20.0
NAMES = ("api", "pusher", "relay", "worker-urgent", "worker-normal")
LINGER = "workers.jobs.probe.linger"
UNSENT = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'leased', 'unknown') AND channel = 'push'"
FIRED = "SELECT count(*) FROM timers WHERE job = :job AND state = 'fired'"
# In the words of the first schema: what a release before this one wrote, which knew no newer column and no newer key.
OLD_MESSAGE = text("""
    INSERT INTO outbox (id, station_id, dedupe_key, urgency, channel, person_id, device_id, subject_kind, subject_id,
        template, step, variables, next_at, expires_at, request_id, created_at)
    SELECT :id, people.station_id, CAST(:id AS text), 'alert', 'push', people.id, devices.id, 'offer', :id,
        'offer', 'offer', :variables, now(), now() + interval '10 minutes', 'old', now()
    FROM people JOIN devices ON devices.person_id = people.id WHERE people.id = :person
""")
OLD_TIMER = text("""
    INSERT INTO timers (id, job, subject_id, due_at, request_id, created_at)
    VALUES (:id, 'workers.jobs.probe.work', :id, now(), 'old', now())
""")


def order_jobs(ctx: Ctx) -> None:
    """Jobs that are under way when the signal comes."""
    orders = [TimerOrder(LINGER, ctx.new_id(), ctx.now, args={"seconds": 1.5}) for _ in range(JOBS)]
    set_timers(ctx, orders)


def write_as_before(ctx: Ctx) -> str:
    """A message and a timer as an older release wrote them; the message's id."""
    somebody = make_reachable(ctx, make_station(ctx))
    message, timer = ctx.new_id(), ctx.new_id()
    sealed = keyring.seal(b"{}", "outbox.variables")
    ctx.session.execute(OLD_MESSAGE, {"id": message, "person": somebody.id, "variables": sealed})
    ctx.session.execute(OLD_TIMER, {"id": timer})
    return str(message)


def end_all(house: House) -> dict[str, float]:
    """SIGTERM to everything; after how many seconds each had ended by itself."""
    began, took = time.monotonic(), {}
    for name in NAMES:
        house.system.send_signal(name, signal.SIGTERM)

    def ended() -> bool:
        for name in NAMES:
            if name not in took and not house.system.is_alive(name):
                took[name] = round(time.monotonic() - began, 1)
        return len(took) == len(NAMES)

    eventually(ended, within=60, what="everybody to end by themselves")
    return took


@pytest.mark.outage
def test_f25_a_release_loses_nothing_and_fails_nothing(house: House) -> None:
    house.system.commands["worker-normal"] = [sys.executable, "-m", "tests.faults.probe", "normal"]
    house.system.fcm.control(latency_ms=300)
    house.start()
    consoles = [Console(house, f"console-{number}") for number in range(CONSOLES)]
    [console.start() for console in consoles]
    drained: list[dict[str, float]] = []
    old: list[str] = []
    for _ in range(RELEASES):
        house.do(order_jobs)
        time.sleep(BEFORE_S)
        drained.append(end_all(house))
        old.append(house.do(write_as_before))
        house.start()
    eventually(lambda: house.count(FIRED, job=LINGER) == JOBS * RELEASES, within=60 + 3 * JOBS, what="all jobs to fire")
    [console.stopping.set() for console in consoles]
    [console.join(25) for console in consoles]
    eventually(lambda: house.count(UNSENT) == 0, within=60, what="messages to be settled")
    eventually(lambda: house.count(FIRED, job="workers.jobs.probe.work") == RELEASES, within=60, what="old timers")
    statuses = sum((console.statuses for console in consoles), Counter())
    filed = [incident for console in consoles for incident in console.filed]
    there = {str(row.id) for row in house.rows("SELECT id FROM incidents")}
    messages = {str(row.id): row.state for row in house.rows("SELECT id, state FROM outbox WHERE channel = 'push'")}
    taken = Counter(entry["msg_id"] for entry in house.system.fcm.ledger() if entry["msg_id"] in messages)
    effects = house.count("SELECT count(*) FROM audit_entries WHERE action = 'probe'")
    lost = [message for message, state in messages.items() if state == "sent" and not taken[message]]
    line = {
        "test": "F25", "releases": RELEASES, **statuses, "A": len(filed), "lost": len(set(filed) - there),
        "messages": len(messages), "messages lost": len(lost),
        "extras": taken.total() - len(taken), "jobs": JOBS * RELEASES, "effects": effects - RELEASES,
        "old messages sent": sum(messages[m] == "sent" for m in old), "drained_s": drained[-1],
    }  # fmt: skip
    print(json.dumps(line))
    assert set(statuses) <= {"201", "409", "503", "no answer"}
    assert (line["lost"], line["messages lost"], line["extras"]) == (0, 0, 0)
    assert line["effects"] == JOBS * RELEASES
    assert line["old messages sent"] == RELEASES
    if LONG:  # the short form shares its machine
        assert max(max(took.values()) for took in drained) <= BAR_S
