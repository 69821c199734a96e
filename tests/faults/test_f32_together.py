"""F32: faults of several kinds at once: killed processes, a forgetful Redis, a crashing database, lost replies.

The long form is 100,000 messages and five minutes; GRIDLOOP_F32="messages,seconds" runs any other size.
"""

import json
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from psycopg import Error as PsycopgError
from sqlalchemy.exc import SQLAlchemyError

from api.notifications.service import queue_notices
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timers
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_notice, make_reachable
from tests.faults.conftest import LONG
from tests.faults.crashing import Crashing, crashing_cluster
from tests.faults.running import House, open_house, own_redis
from tests.faults.test_f06_postgres import Console
from tests.journey.system import System, eventually

MESSAGES, LASTS_S = (
    (int(part) for part in os.environ["GRIDLOOP_F32"].split(","))
    if "GRIDLOOP_F32" in os.environ
    else (100_000, 300)
    if LONG
    else (400, 15)
)
PEOPLE, BATCH, TIMERS, CONSOLES, SEED = 200, 200, 60, 2, 32
NAMES = ("api", "relay", "worker-urgent", "worker-normal", "pusher", "pusher-2")
PROBE = "workers.jobs.probe.work"
OPEN = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'leased', 'unknown') AND expires_at > now()"
FIRED = "SELECT count(*) FROM timers WHERE job = :job AND state = 'fired'"
STATES = """
    SELECT channel || coalesce(' ' || error_code, '') AS channel, state, count(*)::int AS n FROM outbox
    GROUP BY 1, 2 ORDER BY 1, 2
"""
RANKS = "SELECT id, rank FROM outbox WHERE channel = 'push' ORDER BY id LIMIT 500"


@pytest.fixture
def crashing() -> Iterator[Crashing]:
    with crashing_cluster() as cluster:
        yield cluster


@pytest.fixture
def house(crashing: Crashing, tmp_path: Path, make_settings, fcm, twilio) -> Iterator[House]:
    with own_redis() as redis:
        system = System(tmp_path, crashing.url, redis.url, fcm, twilio)
        system.env["GRIDLOOP_LOG_LEVEL"] = "ERROR"
        quick = ["--lease-s", "6", "--deadline-s", "3", "--sweep-s", "1"]
        system.commands["pusher"] = [sys.executable, "-m", "workers.pusher", *quick]
        system.commands["pusher-2"] = system.commands["pusher"]
        system.commands["worker-normal"] = [sys.executable, "-m", "tests.faults.probe", "normal"]
        with open_house(system, make_settings(crashing.url, redis_url=redis.url), redis, volunteers=12) as house:
            try:
                yield house
            finally:
                system.stop()


class Chaos(threading.Thread):
    """One fault after the other, drawn with a seed, until told to stop; and whoever died is started again."""

    def __init__(self, house: House, crashing: Crashing) -> None:
        super().__init__(daemon=True)
        self._house, self._crashing, self._draw = house, crashing, random.Random(SEED)
        self.stopping = threading.Event()
        self.done: Counter[str] = Counter()

    def run(self) -> None:
        # Each kind at least once, then as drawn; processes die most often.
        plan = ["kill", "flush", "crash", "kill", "forget", "kill", "restart"]
        while not self.stopping.wait(0.5 + self._draw.random()):
            fault = plan.pop(0) if plan else self._draw.choice(["kill"] * 12 + ["flush", "forget", "crash", "restart"])
            self.done[fault] += 1
            getattr(self, fault)()
            self.supervise()

    def kill(self) -> None:
        name = self._draw.choice(NAMES[1:])
        if self._house.system.is_alive(name):
            self._house.system.send_signal(name, signal.SIGKILL)

    def flush(self) -> None:
        self._house.redis.flush()

    def forget(self) -> None:
        self._house.redis.kill()
        time.sleep(1)
        self._house.redis.start()

    def crash(self) -> None:
        try:
            self._crashing.kill_backend()
        except (PsycopgError, ProcessLookupError):
            self.done["crash missed"] += 1

    def restart(self) -> None:
        self._crashing.restart_at_once()

    def supervise(self) -> None:
        gone = [name for name in NAMES if not self._house.system.is_alive(name)]
        self.done["started again"] += len(gone)
        for name in gone:
            self._house.system.begin(name)


def insist(work: Callable[[], None]) -> None:
    """Until it was committed; what is repeated has the same keys and one effect."""
    while True:
        try:
            return work()
        except SQLAlchemyError:
            time.sleep(0.2)


def queue_all(house: House, people: list[Reachable]) -> int:
    """Queue everything over the time the faults last; returns how many were committed."""
    began, queued = time.monotonic(), 0
    while queued < MESSAGES:
        subjects = [UUID(int=(SEED << 96) + queued + number) for number in range(min(BATCH, MESSAGES - queued))]

        def queue(ctx: Ctx, subjects: list[UUID] = subjects) -> None:
            expires = ctx.now + timedelta(hours=6)
            some = [make_notice(ctx, people[s.int % PEOPLE], subject_id=s, expires_at=expires) for s in subjects]
            queue_notices(ctx, some)
            timers = [TimerOrder(PROBE, s, ctx.now) for s in subjects[: max(1, TIMERS * BATCH // MESSAGES)]]
            set_timers(ctx, timers)

        insist(lambda queue=queue: house.do(queue))
        queued += len(subjects)
        time.sleep(max(0.0, began + LASTS_S * queued / MESSAGES - time.monotonic()))
    return queued


class Watch(threading.Thread):
    """Looks again and again whether the rank of a message has gone down."""

    def __init__(self, house: House) -> None:
        super().__init__(daemon=True)
        self._house, self._known = house, {}
        self.stopping = threading.Event()
        self.lowered = 0

    def run(self) -> None:
        while not self.stopping.wait(0.5):
            try:
                ranks = {row.id: row.rank for row in self._house.rows(RANKS)}
            except SQLAlchemyError:
                continue
            self.lowered += sum(rank < self._known.get(message, 0) for message, rank in ranks.items())
            self._known = ranks


@pytest.mark.outage
def test_f32_faults_of_every_kind_at_once_lose_nothing(house: House, crashing: Crashing) -> None:
    house.start(*NAMES)
    people = house.do(lambda ctx: [make_reachable(ctx, place) for place in [make_station(ctx)] for _ in range(PEOPLE)])
    house.system.fcm.control(drop_reply=0.05, late_reply=0.02, late_s=5.0, seed=SEED)
    chaos, watch = Chaos(house, crashing), Watch(house)
    consoles = [Console(house, f"console-{number}") for number in range(CONSOLES)]
    began = time.monotonic()
    [thread.start() for thread in (chaos, watch, *consoles)]
    queued = queue_all(house, people)
    chaos.stopping.set()
    chaos.join(60)
    ended = time.monotonic()
    [console.stopping.set() for console in consoles]
    [console.join(30) for console in consoles]
    house.system.fcm.reset()
    left = house.count(OPEN)

    def settled() -> bool:
        chaos.supervise()
        return house.count(OPEN) == 0

    eventually(settled, within=120 + MESSAGES / 100, what="every message to be settled")
    settle_s = time.monotonic() - ended
    timers = house.count("SELECT count(*) FROM timers WHERE job = :job", job=PROBE)
    eventually(lambda: house.count(FIRED, job=PROBE) == timers, within=120 + timers, what="every timer to fire")
    watch.stopping.set()
    watch.join(10)
    line = judge(house, people, consoles, queued) | {
        "timers": timers,
        "lowered": watch.lowered, "faults": dict(chaos.done), "lasted_s": round(ended - began), "left": left,
        "settle_s": round(settle_s, 1), "seed": SEED,
    }  # fmt: skip
    print(json.dumps(line))
    assert (line["lost"], line["ghosts"], line["untrue"], line["visible"], line["lowered"]) == (0, 0, 0, 0, 0)
    assert line["incidents lost"] == 0
    assert line["timers"] == line["effects"]
    assert set(line["answers"]) <= {"201", "409", "503", "no answer"}


def judge(house: House, people: list[Reachable], consoles: list[Console], queued: int) -> dict[str, Any]:
    """A, P and T, and what they say of one another."""
    rows = {str(row.id): row for row in house.rows("SELECT id, state, subject_id, person_id, channel FROM outbox")}
    pushes = {message: row for message, row in rows.items() if row.channel == "push"}
    ours = {message for message, row in pushes.items() if row.subject_id and row.subject_id.int >> 96 == SEED}
    tokens = {token for somebody in people for token in somebody.tokens}
    entries = [e for e in house.system.fcm.ledger() if e["to"] in tokens or e["msg_id"] in pushes]
    calls = Counter(entry["msg_id"] for entry in entries)
    # A phone drops what it has shown; two ids about one thing it would show both.
    things = Counter((pushes[message].person_id, pushes[message].subject_id) for message in ours & calls.keys())
    # Where push was in trouble a text took over: taken is what some provider took for the person, over any channel.
    texts = {row.subject_id for row in rows.values() if row.channel == "sms" and row.state in ("sent", "delivered")}
    taken = {pushes[message].subject_id for message in ours & calls.keys()} | texts
    reached = {pushes[message].subject_id for message in ours} & taken
    filed = {incident for console in consoles for incident in console.filed}
    there = {str(row.id) for row in house.rows("SELECT id FROM incidents")}
    claimed = {message for message, row in pushes.items() if row.state in ("sent", "delivered", "read")}
    return {
        "test": "F32", "A": queued, "P": len(ours & calls.keys()), "T": len(ours & claimed),
        "lost": queued - len(reached), "by text": len(reached & texts), "ghosts": len(calls.keys() - pushes.keys()),
        "untrue": len(claimed - calls.keys()), "extras": calls.total() - len(calls),
        "visible": things.total() - len(things),
        "incidents": len(filed), "incidents lost": len(filed - there),
        "effects": house.count("SELECT count(*) FROM audit_entries WHERE action = 'probe'"),
        "states": {f"{row.channel} {row.state}": row.n for row in house.rows(STATES)},
        "answers": dict(sum((console.statuses for console in consoles), Counter())),
    }  # fmt: skip
