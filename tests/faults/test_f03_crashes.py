"""F03: the API is killed between the steps of a request; no 2xx without a row, and a retry finds what was done."""

import json
import threading
from collections import Counter

import httpx
import pytest

from tests.faults.conftest import LONG
from tests.faults.points import AFTER_COMMIT, BEFORE_ANSWER, BEFORE_COMMIT, HEADER, POINTS
from tests.faults.running import REPORT, House, post_until
from tests.journey.system import eventually

ROUNDS, PATH = (200 if LONG else 1), "/v1/incidents"


def post_and_die(client: httpx.Client, key: str, point: str) -> httpx.Response | None:
    """A request that kills who works on it; the answer, if there was one after all."""
    try:
        return client.post(PATH, json=REPORT, headers={"Idempotency-Key": key, HEADER: point})
    except httpx.TransportError:
        return None


class Neighbour(threading.Thread):
    """Another console, filing one report after the other meanwhile, as a careful client does."""

    def __init__(self, house: House) -> None:
        super().__init__(daemon=True)
        self._client, self._stop_now = house.caller(), threading.Event()
        self.filed: dict[str, str] = {}
        self.failed = 0

    def run(self) -> None:
        while not self._stop_now.is_set():
            key = f"neighbour-{len(self.filed)}"
            answer, failed = post_until(self._client, PATH, REPORT, key)
            self.filed[key] = answer.json()["id"]
            self.failed += failed
            self._stop_now.wait(0.1)

    def stop(self) -> None:
        self._stop_now.set()
        self.join(70)


def committed(house: House, key: str) -> int:
    return house.count("SELECT count(*) FROM idempotency_keys WHERE key = :key AND status = 201", key=key)


@pytest.fixture
def dying(house: House) -> House:
    house.system.commands["api"][-1] = "tests.faults.failpoints:app"
    house.system.start("api")
    return house


@pytest.mark.outage
def test_f03_an_api_killed_between_steps_answers_nothing_that_is_not_so(dying: House) -> None:
    client, neighbour = dying.caller(), Neighbour(dying)
    counts: Counter[str] = Counter()
    known: dict[str, str] = {}
    neighbour.start()
    try:
        for number in range(ROUNDS):
            for point in POINTS:
                key = f"f03-{point}-{number}"
                counts["answered though killed"] += post_and_die(client, key, point) is not None
                # The backend of a process that is gone may still be at its rollback or its commit.
                was_done = eventually(
                    lambda key=key, point=point: committed(dying, key) == (point != BEFORE_COMMIT), within=5, what=key
                )
                dying.system.restart("api")
                first, _ = post_until(client, PATH, REPORT, key)
                second, _ = post_until(client, PATH, REPORT, key)
                known[key] = first.json()["id"]
                counts[f"{point}: as expected"] += was_done and first.status_code == 201
                counts["another answer to the retry"] += first.content != second.content
                counts["done before, done again"] += point != BEFORE_COMMIT and "Idempotent-Replay" not in first.headers
    finally:
        neighbour.stop()
    answered = known | neighbour.filed
    there = {str(row.id) for row in dying.rows("SELECT id FROM incidents")}
    counts["lost"] = len(set(answered.values()) - there)
    counts["doubled"] = len(there) - len(answered)
    counts["neighbour's tries that failed"] = neighbour.failed
    line = {"test": "F03", "kills": ROUNDS * len(POINTS), "A": len(answered)}
    print(json.dumps(line | counts))
    assert not any(counts[bad] for bad in ("answered though killed", "lost", "doubled", "done before, done again"))
    assert counts["another answer to the retry"] == 0
    assert [counts[f"{point}: as expected"] for point in (BEFORE_COMMIT, AFTER_COMMIT, BEFORE_ANSWER)] == [ROUNDS] * 3
