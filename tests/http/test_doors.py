"""A fifth of the connections is nobody's but the short requests'; few wait for one of the others."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.http import doors as doors_module
from api.http.doors import Doors
from api.kernel.errors import Unavailable

pytestmark = pytest.mark.unit


def occupy(doors: Doors, count: int, release: threading.Event) -> list[threading.Thread]:
    """So many common requests that stay inside until told."""
    inside = threading.Barrier(count + 1)

    def stay() -> None:
        with doors.enter(vital=False):
            inside.wait(30)
            release.wait(30)

    threads = [threading.Thread(target=stay) for _ in range(count)]
    [thread.start() for thread in threads]
    inside.wait(30)
    return threads


def test_with_every_common_place_taken_the_short_ones_get_in() -> None:
    doors, release = Doors(10, 0.05), threading.Event()
    threads = occupy(doors, 8, release)
    with doors.enter(vital=True):
        pass
    with pytest.raises(Unavailable) as refusal, doors.enter(vital=False):
        pass
    assert refusal.value.retry_after == 1
    release.set()
    [thread.join(30) for thread in threads]
    with doors.enter(vital=False):
        pass


def test_few_wait_and_the_others_are_told_at_once() -> None:
    doors, release = Doors(10, 60.0), threading.Event()
    threads = occupy(doors, 8, release)
    outcomes: list[str] = []

    def ask() -> None:
        try:
            with doors.enter(vital=False):
                outcomes.append("in")
        except Unavailable:
            outcomes.append("refused")

    crowd = [threading.Thread(target=ask) for _ in range(20)]
    [thread.start() for thread in crowd]
    deadline = time.monotonic() + 30
    while outcomes.count("refused") < 15 and time.monotonic() < deadline:
        time.sleep(0.01)
    # Refused while nobody has left; those who wait get in as soon as somebody does.
    assert outcomes == ["refused"] * 15
    release.set()
    [thread.join(30) for thread in (*threads, *crowd)]
    assert outcomes.count("in") == 5


def test_a_place_is_given_back_whatever_happened_inside() -> None:
    doors = Doors(1, 0.01)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), doors.enter(vital=False):
            raise ZeroDivisionError


def test_while_places_change_hands_a_crowd_gets_in(monkeypatch) -> None:
    monkeypatch.setattr(doors_module, "MOMENT_S", 60.0)  # the machine may be slow
    doors = Doors(10, 60.0)

    def ask(_: int) -> str:
        with doors.enter(vital=False):
            time.sleep(0.001)
        return "in"

    with ThreadPoolExecutor(16) as threads:
        # No more at once than a server has threads: all of them wait their moment.
        assert list(threads.map(ask, range(500))).count("in") == 500
