"""F16: the clocks of the processes are an hour ahead or behind, and step; only the database's clock decides."""

import json
import sys
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.notifications.service import queue_notices
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timers
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable
from tests.faults.conftest import LONG
from tests.faults.running import House
from tests.faults.sending import message_of
from tests.journey.system import eventually

TIMERS, MESSAGES, WITHIN_S = (2_000, 2_000, 120) if LONG else (60, 60, 10)
HOUR, LATE_S = 3_600, 10.0
PROBE = "workers.jobs.probe.work"
PROCESSES = {
    "relay": ["workers.relay"],
    "worker-normal": ["tests.faults.probe", "normal"],
    "pusher": ["workers.pusher", "--lease-s", "3", "--deadline-s", "2", "--sweep-s", "0.3"],
}
FIRED = "SELECT extract(epoch FROM fired_at - due_at)::float8 AS late FROM timers WHERE job = :job AND state = 'fired'"
ALONE = "SELECT count(*) FROM timers WHERE job = :job AND state <> 'waiting'"


def order_all(ctx: Ctx) -> dict[str, float]:
    """Timers and messages due over the next seconds, and timers that are due in forty minutes; when each message is."""
    due = [ctx.now + timedelta(seconds=2 + WITHIN_S * number / TIMERS) for number in range(TIMERS)]
    later = [ctx.now + timedelta(minutes=40)] * 20
    set_timers(ctx, [TimerOrder(PROBE, ctx.new_id(), at) for at in due + later])
    place = make_station(ctx)
    # Texts, because no clock is part of a text provider's sign-in; a push needs a token Google dates.
    people = [make_reachable(ctx, place, phones=0) for _ in range(MESSAGES)]
    expires = ctx.now + timedelta(minutes=30)
    notices = [make_notice(ctx, somebody, expires_at=expires) for somebody in people]
    starts = {}
    for number, message in enumerate(queue_notices(ctx, notices)):
        at = ctx.now + timedelta(seconds=2 + WITHIN_S * number / MESSAGES)
        ctx.session.execute(text("UPDATE outbox SET next_at = :at WHERE id = :id"), {"at": at, "id": message})
        starts[message.hex] = at.timestamp()
    return starts


def start_wrong(house: House, side: str, seconds: int) -> None:
    """One of each process, with a clock that is wrong by so much."""
    file = house.system.folder / f"{side}.shift"
    file.write_text(str(seconds))
    for name, command in PROCESSES.items():
        house.system.commands[f"{name} {side}"] = [
            sys.executable, "-m", "tests.faults.shifted", str(file), *command
        ]  # fmt: skip
    house.system.start(*(f"{name} {side}" for name in PROCESSES))


@pytest.mark.outage
def test_f16_only_the_clock_of_the_database_decides(house: House) -> None:
    house.system.twilio.control(latency_ms=400)
    start_wrong(house, "ahead", HOUR)
    start_wrong(house, "behind", -HOUR)
    beats = "SELECT count(*) FROM heartbeats WHERE name IN ('relay', 'pusher', 'worker:normal')"
    eventually(lambda: house.count(beats) == 3, within=120, what="signs of life")
    starts = house.do(order_all)
    eventually(lambda: len(house.rows(FIRED, job=PROBE)) >= TIMERS // 3, within=60, what="a third of the timers")
    for side, seconds in (("ahead", -HOUR), ("behind", HOUR)):
        (house.system.folder / f"{side}.shift").write_text(str(seconds))
    eventually(
        lambda: len(house.rows(FIRED, job=PROBE)) >= TIMERS
        and house.count("SELECT count(*) FROM outbox WHERE state IN ('queued', 'leased', 'unknown')") == 0,
        within=WITHIN_S + 40, what="all to be done",
    )  # fmt: skip
    late = [row.late for row in house.rows(FIRED, job=PROBE)]
    ledger = [(message_of(entry), entry["at"]) for entry in house.system.twilio.ledger() if entry.get("callback")]
    calls = Counter(message for message, _ in ledger if message in starts)
    first = {message: at for message, at in reversed(ledger) if message in starts}
    effects = house.count("SELECT count(*) FROM audit_entries WHERE action = 'probe'")
    states = {row.state for row in house.rows("SELECT DISTINCT state FROM outbox")}
    line = {
        "test": "F16", "timers": TIMERS, "fired": len(late), "early": sum(at < 0 for at in late),
        "doubles": effects - len(late), "not due for long, fired": house.count(ALONE, job=PROBE) - TIMERS,
        "latest_s": round(max(late), 1), "messages": MESSAGES, "sent early": sum(first[m] < starts[m] for m in first),
        "lost": MESSAGES - len(first), "extras": calls.total() - len(calls), "states": sorted(states),
    }  # fmt: skip
    print(json.dumps(line))
    assert (line["early"], line["doubles"], line["not due for long, fired"]) == (0, 0, 0)
    assert (line["sent early"], line["lost"], line["extras"]) == (0, 0, 0)
    assert states == {"sent"}
    assert max(late) < LATE_S
