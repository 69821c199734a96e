"""F01: pushers are killed at random moments while messages drain; the provider's ledger says what became of each."""

import json
import random
import signal
import time
from collections import Counter

from api.notifications.service import queue_notices
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable
from tests.faults.conftest import LONG
from tests.pusher.conftest import Station, wait_until

PEOPLE, EACH, KILLS, SEED = (100, 100, 60, 1) if LONG else (50, 20, 4, 1)
OPEN = "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'delivered', 'read')"


def test_f01_killed_pushers_lose_nothing(station: Station, fcm) -> None:
    def queue(ctx) -> list:
        place = make_station(ctx)
        people = [make_reachable(ctx, place) for _ in range(PEOPLE)]
        return queue_notices(ctx, [make_notice(ctx, somebody) for somebody in people for _ in range(EACH)])

    ours = {str(message) for message in station.do(queue)}
    fcm.control(latency_ms=60)
    draw, short = random.Random(SEED), ("--lease-s", "3", "--deadline-s", "2", "--urgent-width", "16")
    for _ in range(KILLS):
        before = len(fcm.ledger())
        pusher = station.pusher_process(*short)
        # However long it takes to start: the kill comes while it is in the middle of sending.
        wait_until(lambda before=before: len(fcm.ledger()) > before, 30)
        time.sleep(draw.random() / 2)
        pusher.send_signal(signal.SIGKILL)
        pusher.wait()
    open_after = station.rows(OPEN)[0][0]
    fcm.reset()
    began = time.monotonic()
    with station.pusher():
        wait_until(lambda: station.rows(OPEN)[0][0] == 0, 60)
    calls = Counter(entry["msg_id"] for entry in fcm.ledger() if entry["msg_id"] in ours)
    line = {
        "test": "F01",
        "seed": SEED,
        "kills": KILLS,
        "A": len(ours),
        "P": len(calls),
        "open_after_kills": open_after,
    }
    line |= {"T": len(ours) - station.rows(OPEN)[0][0], "lost": len(ours - set(calls))}
    line |= {"extras": calls.total() - len(calls), "settle_s": round(time.monotonic() - began, 1)}
    print(json.dumps(line))
    assert line["lost"] == 0
    assert line["T"] == len(ours) == PEOPLE * EACH
    assert 0 < open_after < len(ours)
