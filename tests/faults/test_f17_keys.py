"""F17: the same request many times at once, with another body, and after a crash has one effect and one answer."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.faults.conftest import LONG
from tests.faults.running import REPORT, House, post_until

KEYS, AT_ONCE, PATH = (200 if LONG else 8), 20, "/v1/incidents"


def test_f17_a_key_has_one_effect_and_one_answer(house: House) -> None:
    house.system.start("api")
    counts: Counter[str] = Counter()
    answers: dict[str, set[bytes]] = {}
    clients = [house.caller() for _ in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for number in range(KEYS):
            key, barrier = f"f17-{number}", threading.Barrier(AT_ONCE)

            def ask(client: httpx.Client, key=key, barrier=barrier) -> tuple[httpx.Response, int]:
                barrier.wait()
                return post_until(client, PATH, REPORT, key)

            replies = list(threads.map(ask, clients))
            answers[key] = {reply.content for reply, _ in replies if reply.status_code == 201}
            counts["asked"] += len(replies)
            counts["refused"] += sum(reply.status_code != 201 for reply, _ in replies)
            counts["first"] += sum("Idempotent-Replay" not in reply.headers for reply, _ in replies)
            counts["asked again"] += sum(failed for _, failed in replies)
    for key in answers:
        other, _ = post_until(clients[0], PATH, REPORT | {"colour": "red"}, key)
        counts[f"other body {other.status_code}"] += 1
    house.system.restart("api")
    for key, known in answers.items():
        again, _ = post_until(clients[0], PATH, REPORT, key)
        counts["differing"] += len(known) - 1 + ({again.content} != known)
        counts["replayed after the crash"] += "Idempotent-Replay" in again.headers
    counts["incidents"] = house.count("SELECT count(*) FROM incidents")
    print(json.dumps({"test": "F17", "keys": KEYS, "at once": AT_ONCE} | counts))
    assert (counts["incidents"], counts["first"], counts["refused"], counts["differing"]) == (KEYS, KEYS, 0, 0)
    assert counts["other body 422"] == KEYS
    assert counts["replayed after the crash"] == KEYS
