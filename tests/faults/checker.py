"""The race checker: is what the clients saw possible for a counter that never grants more than `need` places?

Time is any number that only grows, read by the client before it asks and after it was answered. An operation took
effect somewhere between the two, so a grant surely holds from its end, and may hold from its start; a release may have
given the place back from its start, and surely has at its end. A `maybe` (timed out) grant or release proves nothing.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf

ACCEPT, RELEASE, READ = "accept", "release", "read"
GRANTED, REFUSED, RELEASED, MAYBE, NOTHING = "granted", "refused", "released", "maybe", "nothing"


@dataclass(frozen=True)
class Event:
    """What one client asked, when, and what it was told; `shown` is the count a read gave."""

    client: object
    op: str
    start: float
    end: float
    result: str
    shown: int = 0


@dataclass(frozen=True)
class Hold:
    """A place of one client: the widest span it may have been held in, and the one it surely was (if any)."""

    may: tuple[float, float]
    sure: tuple[float, float] | None


class Level:
    """How many spans cover an instant; both ends of a span belong to it when `closed`."""

    def __init__(self, spans: Iterable[tuple[float, float]], *, closed: bool) -> None:
        first, last = (0, 1) if closed else (1, 0)
        steps = sorted(step for a, b in spans for step in ((a, first, 1), (b, last, -1)))
        self._times = [step[0] for step in steps]
        self._after = list(accumulate(step[2] for step in steps))
        self._table = [self._after]
        while (width := 1 << len(self._table)) <= len(steps):
            below = self._table[-1]
            self._table.append([max(below[i], below[i + width // 2]) for i in range(len(steps) - width + 1)])

    def highest(self, start: float = -inf, end: float = inf) -> int:
        """The highest level at any instant from start to end."""
        low, high = bisect_left(self._times, start), bisect_right(self._times, end)
        before = self._after[low - 1] if low else 0
        if low == high:
            return before
        row = (high - low).bit_length() - 1
        return max(before, self._table[row][low], self._table[row][high - (1 << row)])

    def lowest(self, start: float, end: float) -> int:
        """The lowest level of an instant from start to end; short spans only, it looks at each step."""
        low, high = bisect_left(self._times, start), bisect_right(self._times, end)
        return min([self._after[low - 1] if low else 0, *self._after[low:high]])


def find_violations(events: Sequence[Event], need: int) -> list[str]:
    """Every way in which the history is impossible, in words; an empty list means it is possible."""
    holds = _holds(events)
    sure = Level((hold.sure for hold in holds if hold.sure), closed=False)
    may = Level((hold.may for hold in holds), closed=True)
    found = []
    if (most := sure.highest()) > need:
        found.append(f"over-granted: {most} held at once, need {need}")
    for event in events:
        if event.op == ACCEPT and event.result == REFUSED and may.highest(event.start, event.end) < need:
            found.append(f"wrong refusal: {event.client} at {event.start}-{event.end} while a place was free")
        if event.op == READ and event.shown < (least := sure.lowest(event.start, event.end)):
            found.append(f"stale read: {event.client} was shown {event.shown}, at least {least} were held")
    return found


def _holds(events: Sequence[Event]) -> list[Hold]:
    """Pair each client's grants with the releases that followed; a client does one thing at a time."""
    by_client: dict[object, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: (event.start, event.end)):
        if event.op != READ and event.result in (GRANTED, RELEASED, MAYBE):
            by_client[event.client].append(event)
    return [hold for own in by_client.values() for hold in _holds_of(own)]


def _holds_of(own: list[Event]) -> list[Hold]:
    holds: list[Hold] = []
    grant: Event | None = None
    sure_until = inf
    for event in own:
        if event.op == ACCEPT and (grant is None or grant.result == MAYBE or sure_until < inf):
            if grant is not None:
                holds.append(_hold(grant, event.start if event.result == GRANTED else inf, sure_until))
            grant, sure_until = event, inf
        elif event.op == RELEASE and grant is not None:
            sure_until = min(sure_until, event.start)
            if event.result == RELEASED:
                holds.append(_hold(grant, event.end, sure_until))
                grant, sure_until = None, inf
    if grant is not None:
        holds.append(_hold(grant, inf, sure_until))
    return holds


def _hold(grant: Event, may_until: float, sure_until: float) -> Hold:
    sure = (grant.end, sure_until) if grant.result == GRANTED and grant.end < sure_until else None
    return Hold((grant.start, may_until), sure)
