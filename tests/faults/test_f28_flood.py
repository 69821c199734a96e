"""F28: one station sends a flood of messages that can wait; another one's alert does not wait behind it."""

import json
import math
import time
from datetime import timedelta

from sqlalchemy import select

from api.identity.queries import people_to_reach
from api.notifications.service import queue_notices, queue_to_many
from api.notifications.types import BulkOrder
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_notice, make_reachable
from tests.faults.conftest import LONG
from tests.pusher.conftest import Station, wait_until

PEOPLE, NOTICES = (500, 100) if LONG else (100, 50)
ALERTS, ASKED, LATENCY_MS = 20, 7, 80
LIMIT_S = 2.0
OPEN = "SELECT count(*) FROM outbox WHERE urgency = 'normal' AND state IN ('queued', 'leased')"


def flood(ctx: Ctx) -> None:
    """Every person of one station is told of so many things."""
    place = make_station(ctx)
    for _ in range(PEOPLE):
        make_reachable(ctx, place)
    everybody = people_to_reach(place).subquery()
    for _ in range(NOTICES):
        order = BulkOrder(
            place, "notice", ctx.new_id(), "notice_general", "normal", "notice", ctx.now + timedelta(hours=1), False
        )
        queue_to_many(ctx, order, select(everybody.c.person_id))


def test_f28_an_alert_does_not_wait_behind_another_stations_flood(station: Station, fcm) -> None:
    volunteers: list[Reachable] = station.do(
        lambda ctx: [make_reachable(ctx, place) for place in [make_station(ctx)] for _ in range(ASKED)]
    )
    station.do(flood)
    fcm.control(latency_ms=LATENCY_MS)
    committed: dict[str, float] = {}
    waiting = [station.rows(OPEN)[0][0]]
    # Few calls at once, or the flood would be over before the alerts come.
    with station.pusher(bulk_width=64):
        wait_until(lambda: station.rows(OPEN)[0][0] < waiting[0], 20)
        for _ in range(ALERTS):
            ids = station.do(lambda ctx: queue_notices(ctx, [make_notice(ctx, one) for one in volunteers]))
            committed |= dict.fromkeys(map(str, ids), time.time())
            time.sleep(0.1)
        waiting.append(station.rows(OPEN)[0][0])
        wait_until(lambda: handed(fcm, committed) == len(committed), 30)
    took = sorted(entry["at"] - committed[entry["msg_id"]] for entry in fcm.ledger() if entry["msg_id"] in committed)
    line = {
        "test": "F28", "flood": PEOPLE * NOTICES, "left of it at the last alert": waiting[-1], "alerts": len(took),
        "p50_ms": round(took[len(took) // 2] * 1_000), "p95_ms": round(took[math.ceil(len(took) * 0.95) - 1] * 1_000),
        "worst_ms": round(took[-1] * 1_000),
    }  # fmt: skip
    print(json.dumps(line))
    assert waiting[-1] > 0, "the flood was over before the last alert: the test says nothing"
    assert len(took) == ALERTS * ASKED
    if LONG:  # the short form shares its machine
        assert line["p95_ms"] < LIMIT_S * 1_000


def handed(fcm, committed: dict[str, float]) -> int:
    """How many of these the provider has accepted."""
    return sum(entry["msg_id"] in committed for entry in fcm.ledger())
