"""F33: whoever should be working has stopped, without an error anywhere; the deep health answer turns red in time."""

import json
import signal
import sys
import time

import httpx
import pytest
from sqlalchemy import text

from tests.faults.conftest import LONG
from tests.faults.running import BEATS, House
from tests.journey.system import eventually

BAR_S = 60.0
# A process beats every ten seconds at the slowest, so its last sign may be that old when it stops.
SLACK_S = 10.0
# The short form moves all signs of life into the past instead of waiting, and stops all processes at once; those that
# live give new ones.
MOVED_S = 0.0 if LONG else 45.0
WATCHED = BEATS | {"stream": "stream"}
ROUNDS = [[name] for name in WATCHED] if LONG else [list(WATCHED)]
AGE = "UPDATE heartbeats SET beat_at = beat_at - make_interval(secs => :moved)"


def look(client: httpx.Client) -> tuple[int, list[str]]:
    """The status of the deep health answer, and who it says is silent."""
    answer = client.get("/healthz/deep")
    return answer.status_code, answer.json()["silent"]


@pytest.mark.outage
def test_f33_a_stopped_process_is_noticed_within_a_minute(house: House) -> None:
    """Each is stopped, not ended: it is still in the list of processes and holds its connections."""
    house.system.commands["stream"] = [sys.executable, "-m", "workers.stream", "--port", "0"]
    house.start()
    client = house.caller()
    eventually(lambda: look(client) == (200, []), within=30, what="health to be green")
    noticed: dict[str, float] = {}
    for stopped in ROUNDS:
        for name in stopped:
            # Before the clock is moved, or a sign of life under way would be moved with the others.
            house.system.send_signal(name, signal.SIGSTOP)
        began = time.monotonic()
        time.sleep(0.5)
        house.do(lambda ctx: ctx.session.execute(text(AGE), {"moved": MOVED_S}))
        while len(noticed) < sum(map(len, ROUNDS[: ROUNDS.index(stopped) + 1])):
            status, silent = look(client)
            for name in stopped:
                if WATCHED[name] in silent:
                    assert status == 503
                    noticed.setdefault(name, MOVED_S + time.monotonic() - began)
            assert time.monotonic() - began < BAR_S + SLACK_S, f"only {sorted(noticed)} were missed"
            time.sleep(0.2)
        assert set(look(client)[1]) == {WATCHED[name] for name in stopped}
        for name in stopped:
            house.system.send_signal(name, signal.SIGCONT)
        eventually(lambda: look(client) == (200, []), within=30, what="health to be green again")
    print(json.dumps({"test": "F33", "of which moved": MOVED_S} | {n: round(s, 1) for n, s in noticed.items()}))
    assert max(noticed.values()) <= BAR_S + 1.0
