"""F06: PostgreSQL crashes in the middle of transactions; the API says 503 meanwhile, and nothing answered is lost."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.conftest import LONG
from tests.faults.crashing import Crashing, crashing_cluster
from tests.faults.running import REPORT, House, open_house, own_redis
from tests.journey.system import System, eventually

CRASHES, CONSOLES, BAR_S = (10 if LONG else 2), 3, 10.0
UNSENT = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'leased', 'unknown') AND channel = 'push'"


@pytest.fixture
def crashing() -> Iterator[Crashing]:
    with crashing_cluster() as cluster:
        yield cluster


@pytest.fixture
def fragile(crashing: Crashing, tmp_path: Path, make_settings, fcm, twilio) -> Iterator[House]:
    """A system on that cluster."""
    with own_redis() as redis:
        system = System(tmp_path, crashing.url, redis.url, fcm, twilio)
        settings = make_settings(crashing.url, redis_url=redis.url)
        with open_house(system, settings, redis, volunteers=12) as house:
            try:
                yield house
            finally:
                system.stop()


class Console(threading.Thread):
    """Files an incident and sends people, again and again; repeats under the same key what was not answered."""

    def __init__(self, house: House, name: str) -> None:
        super().__init__(daemon=True, name=name)
        self._client, self.stopping = house.caller(), threading.Event()
        self.statuses: Counter[str] = Counter()
        self.filed: list[str] = []
        self.answered: list[float] = []

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            filed = self.insist("/v1/incidents", REPORT, f"{self.name}-{number}")
            if filed is not None:
                self.filed.append(filed["id"])
                self.insist(f"/v1/incidents/{filed['id']}/dispatches", {}, f"{self.name}-{number}-send")

    def insist(self, path: str, body: dict, key: str) -> dict | None:
        while not self.stopping.is_set():
            try:
                answer = self._client.post(path, json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                self.statuses["no answer"] += 1
            else:
                self.statuses[str(answer.status_code)] += 1
                if answer.status_code == 201:
                    self.answered.append(time.monotonic())
                    return answer.json()
                if answer.status_code not in (409, 503):
                    return None
            time.sleep(0.05)
        return None


@pytest.mark.outage
def test_f06_a_crashed_database_loses_nothing_that_was_answered(fragile: House, crashing: Crashing) -> None:
    fragile.start("api", "pusher", "relay", "worker-urgent")
    consoles = [Console(fragile, f"console-{number}") for number in range(CONSOLES)]
    [console.start() for console in consoles]
    recovered: list[float] = []
    for number in range(CRASHES):
        time.sleep(2)
        crash = crashing.restart_at_once if number % 2 else crashing.kill_backend
        began = time.monotonic()
        crash()
        # Answered again by the API for each console: what came before the crash had its effect does not count.
        settled = time.monotonic()
        eventually(
            lambda settled=settled: all(c.answered and c.answered[-1] > settled + 0.3 for c in consoles), within=30
        )
        recovered.append(min(at for c in consoles for at in c.answered if at > settled + 0.3) - began)
    [console.stopping.set() for console in consoles]
    [console.join(25) for console in consoles]
    eventually(lambda: fragile.count(UNSENT) == 0, within=40, what="messages to be settled")
    statuses = sum((console.statuses for console in consoles), Counter())
    there = {str(row.id) for row in fragile.rows("SELECT id FROM incidents")}
    filed = [incident for console in consoles for incident in console.filed]
    known = {str(row.id) for row in fragile.rows("SELECT id FROM outbox")}
    people = {str(row.id): row.state for row in fragile.rows("SELECT id, state FROM outbox WHERE channel = 'push'")}
    taken = [entry["msg_id"] for entry in fragile.system.fcm.ledger() if entry["msg_id"] in known]
    line = {
        "test": "F06", "crashes": CRASHES, **statuses, "A": len(filed), "lost": len(set(filed) - there),
        "doubled": len(there) - len(set(filed)), "messages": len(people), "extras": len(taken) - len(set(taken)),
        "messages lost": sum(state in ("sent", "delivered") and one not in taken for one, state in people.items()),
        "recovered_s": [round(seconds, 1) for seconds in recovered],
    }  # fmt: skip
    print(json.dumps(line))
    assert statuses["500"] == 0
    assert (line["lost"], line["messages lost"]) == (0, 0)
    # A request may have been cut off by the end of the test after it had its effect.
    assert 0 <= line["doubled"] <= CONSOLES
    assert max(recovered) < BAR_S
