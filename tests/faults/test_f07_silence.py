"""F07: the network to PostgreSQL goes silent; everybody who waits finds out, also those who wait for an answer."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url

from tests.faults.conftest import LONG
from tests.faults.proxy import Proxy, proxied
from tests.faults.running import REPORT, House, open_house, own_redis
from tests.journey.system import System, eventually

CONSOLES, ROUNDS = (16, 3) if LONG else (6, 1)
STUCK_S = 10.0
UNSENT = "SELECT count(*) FROM outbox WHERE state IN ('queued', 'leased', 'unknown') AND channel = 'push'"


@pytest.fixture
def faraway(tmp_path: Path, sending_settings, fcm, twilio) -> Iterator[tuple[House, Proxy]]:
    """A system whose database is across a network; the test itself reaches it directly."""
    url = make_url(sending_settings.database_url)
    with own_redis() as redis, proxied(f"{url.query['host']}/.s.PGSQL.{url.query['port']}") as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port, query={}).render_as_string(hide_password=False)
        system = System(tmp_path, through, redis.url, fcm, twilio)
        settings = sending_settings.model_copy(update={"redis_url": redis.url})
        with open_house(system, settings, redis, volunteers=6) as house:
            try:
                yield house, proxy
            finally:
                proxy.speak()
                system.stop()


class Asker(threading.Thread):
    """Files incidents one after the other, and notes how long each answer took, whatever it was."""

    def __init__(self, house: House, name: str) -> None:
        super().__init__(daemon=True, name=name)
        self._client, self.stopping = house.caller(), threading.Event()
        self._client.timeout = httpx.Timeout(120)
        self.answers: list[tuple[float, float, int]] = []
        self.filed: set[str] = set()

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            key, began = f"{self.name}-{number}", time.monotonic()
            try:
                answer = self._client.post("/v1/incidents", json=REPORT, headers={"Idempotency-Key": key})
                status = answer.status_code
            except httpx.TransportError:
                status = 0
            self.answers.append((began, time.monotonic(), status))
            if status == 201:
                self.filed.add(answer.json()["id"])
                number += 1
            self.stopping.wait(0.1)

    def answered_since(self, moment: float) -> int:
        return sum(began > moment for began, _, _ in self.answers)


@pytest.mark.outage
def test_f07_nobody_waits_for_a_silent_database(faraway: tuple[House, Proxy]) -> None:
    house, proxy = faraway
    house.start("api", "pusher", "relay", "worker-urgent")
    askers = [Asker(house, f"asker-{number}") for number in range(CONSOLES)]
    [asker.start() for asker in askers]
    longest: list[float] = []
    for _ in range(ROUNDS):
        time.sleep(2)
        proxy.silence()
        began = time.monotonic()
        # The hole stays open until everybody has been answered twice within it: no wait depends on its end.
        eventually(lambda began=began: all(a.answered_since(began) >= 2 for a in askers), within=120, what="answers")
        closed = time.monotonic()
        proxy.speak()
        within = [ended - start for a in askers for start, ended, _ in a.answers if ended > began and start < closed]
        longest.append(max(within))

        def well(closed: float = closed) -> bool:
            return all(any(s == 201 and b > closed for b, _, s in asker.answers) for asker in askers)

        eventually(well, within=60, what="everybody to be served again")
    [asker.stopping.set() for asker in askers]
    [asker.join(120) for asker in askers]
    seen = "SELECT min(beat_at) > clock_timestamp() - interval '15 seconds' FROM heartbeats"
    eventually(lambda: house.rows(seen)[0][0], within=60, what="everybody to give signs of life again")
    eventually(lambda: house.count(UNSENT) == 0, within=60, what="messages to be settled")
    statuses = Counter(str(status) for asker in askers for *_, status in asker.answers)
    there = {str(row.id) for row in house.rows("SELECT id FROM incidents")}
    lost = set().union(*(asker.filed for asker in askers)) - there
    alive = all(house.system.is_alive(name) for name in ("api", "pusher", "relay", "worker-urgent"))
    print(json.dumps({
        "test": "F07", "silences": ROUNDS, **statuses, "A": sum(len(asker.filed) for asker in askers),
        "lost": len(lost), "longest wait_s": [round(seconds, 1) for seconds in longest], "alive": alive,
    }))  # fmt: skip
    assert set(statuses) <= {"201", "409", "503"}
    assert (lost, alive) == (set(), True)
    if LONG:  # the short form shares its machine
        assert max(longest) <= STUCK_S + 1.0
