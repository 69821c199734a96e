"""F33: whoever should be working has stopped, without an error anywhere; the deep health answer turns red in time."""

import json
import signal
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
# So far the short form moves all signs of life into the past instead of waiting; those who live go on giving new ones.
MOVED_S = 0.0 if LONG else 45.0
AGE = "UPDATE heartbeats SET beat_at = beat_at - make_interval(secs => :moved)"


def look(client: httpx.Client) -> tuple[int, list[str]]:
    """The status of the deep health answer, and who it says is silent."""
    answer = client.get("/healthz/deep")
    return answer.status_code, answer.json()["silent"]


@pytest.mark.slow
def test_f33_a_stopped_process_is_noticed_within_a_minute(house: House) -> None:
    """Each is stopped, not ended: it is still in the list of processes and holds its connections."""
    house.start()
    client = house.caller()
    eventually(lambda: look(client) == (200, []), within=30, what="health to be green")
    noticed: dict[str, float] = {}
    for name, beat in BEATS.items():
        # Still and silent before the clock is moved, or a beat under way would be moved with the others.
        house.system.send_signal(name, signal.SIGSTOP)
        began = time.monotonic()
        time.sleep(0.5)
        house.do(lambda ctx: ctx.session.execute(text(AGE), {"moved": MOVED_S}))
        eventually(lambda beat=beat: beat in look(client)[1], within=BAR_S + SLACK_S, what=f"{name} to be missed")
        noticed[name] = MOVED_S + time.monotonic() - began
        assert look(client) == (503, [beat])
        house.system.send_signal(name, signal.SIGCONT)
        eventually(lambda: look(client) == (200, []), within=30, what="health to be green again")
    print(json.dumps({"test": "F33", "of which moved": MOVED_S} | {n: round(s, 1) for n, s in noticed.items()}))
    assert max(noticed.values()) <= BAR_S + 1.0
