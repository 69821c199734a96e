"""The checker calls possible histories possible, and finds each kind of lie."""

import random
import time

import pytest

from tests.faults.checker import ACCEPT, GRANTED, MAYBE, READ, REFUSED, RELEASE, RELEASED, Event, find_violations

pytestmark = pytest.mark.unit


def grant(client: int, start: float, end: float, result: str = GRANTED) -> Event:
    return Event(client, ACCEPT, start, end, result)


def release(client: int, start: float, end: float, result: str = RELEASED) -> Event:
    return Event(client, RELEASE, start, end, result)


FULL = [grant(1, 0, 1), grant(2, 0, 2)]
HISTORIES = {
    "two grants for two": (FULL, ""),
    "three grants for two": ([*FULL, grant(3, 0, 3)], "over-granted"),
    "a place given back is granted again": ([*FULL, release(1, 3, 5), grant(3, 4, 4.5)], ""),
    "granted before anybody began to give back": ([*FULL, release(1, 5, 6), grant(3, 3, 4)], "over-granted"),
    "refused while full": ([*FULL, grant(3, 2, 3, REFUSED)], ""),
    "refused while the last place was being granted": ([*FULL, grant(3, 0, 0.5, REFUSED)], ""),
    "refused before anybody asked": ([grant(1, 2, 3), grant(2, 2, 3), grant(3, 0, 1, REFUSED)], "wrong refusal"),
    "refused after a place was given back": ([*FULL, release(1, 3, 4), grant(3, 5, 6, REFUSED)], "wrong refusal"),
    "refused while a place was being given back": ([*FULL, release(1, 3, 4), grant(3, 3, 6, REFUSED)], ""),
    "a grant that timed out may hold": ([grant(1, 0, 1), grant(2, 0, 1, MAYBE), grant(3, 2, 3, REFUSED)], ""),
    "a grant that timed out may not hold": ([*FULL, grant(3, 0, 1, MAYBE)], ""),
    "a release that timed out may have released": ([*FULL, release(1, 3, 4, MAYBE), grant(3, 5, 6)], ""),
    "a release that timed out may not have": ([*FULL, release(1, 3, 4, MAYBE), grant(3, 5, 6, REFUSED)], ""),
    "a read of all": ([*FULL, Event(9, READ, 3, 4, "", 2)], ""),
    "a read of less than was granted": ([*FULL, Event(9, READ, 3, 4, "", 1)], "stale read"),
    "a read while the second was granted": ([*FULL, Event(9, READ, 1.5, 4, "", 1)], ""),
}


@pytest.mark.parametrize(("events", "lie"), HISTORIES.values(), ids=HISTORIES)
def test_a_history_is_judged(events: list[Event], lie: str) -> None:
    found = find_violations(events, need=2)
    assert [words.split(":")[0] for words in found] == ([lie] if lie else [])


def test_fifty_thousand_operations_are_judged_in_seconds() -> None:
    draw = random.Random(1)
    events = [grant(n, at := draw.random() * 1e4, at + 1, REFUSED) for n in range(50_000)]
    began = time.monotonic()
    find_violations([grant(-1, -2, -1), *events], need=1)
    assert time.monotonic() - began < 10
