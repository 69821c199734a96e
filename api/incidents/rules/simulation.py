"""What a policy does before anybody is disturbed by it: a simulated night, driven by the rule that asks in earnest.

The world is DOMAIN's reference model: people uniform in a disc, everybody answers by chance after a delay, and walks in
a straight line. Only the asking is ours: every event leads to `ask_for` and `count_to_ask`, nothing else decides.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from random import Random
from uuid import UUID

from api.incidents.rules.forecast import ACCEPT_PRIOR
from api.incidents.rules.targeting import Bounds, ask_for, count_to_ask
from api.incidents.types import NeedCount, NeedState

_NEED = UUID(int=1)


@dataclass(frozen=True)
class World:
    """The reference model: chances of accepting and refusing, reply delay (shift + gamma, s), pace (m/s), disc (m)."""

    accept: float = 0.362
    refuse: float = 0.439
    delay_shift_s: float = 15.0
    delay_shape: float = 1.97
    delay_scale_s: float = 15.4
    pace_mps: float = 2.3
    radius_m: float = 1_000.0


@dataclass(frozen=True)
class Asking:
    """What of a policy the simulation needs: people asked beyond the need, and when silence is replaced (s).

    `late_refusal_replaced`: a refusal that comes after the silence was replaced asks yet another one. We do not; the
    published comparison did, so it can be reproduced. `hope`: the chance of enough at which no more are asked; 1 asks
    for all the spare ones, as the published comparison does.
    """

    spare: int
    silence_s: float = math.inf
    late_refusal_replaced: bool = False
    hope: float = 1.0


@dataclass(frozen=True)
class Night:
    """One simulated dispatch: how many were asked, and when the first of those who accepted arrived (inf: nobody)."""

    alerts: int
    first_arrival_s: float


@dataclass(frozen=True)
class Summary:
    """Many nights. Means and percentiles are over the nights in which somebody came."""

    alerts: float
    mean_s: float
    p90_s: float
    within_5_min: float
    failed: float


def simulate_night(asking: Asking, world: World, people: int, rng: Random, *, wanted: int = 1) -> Night:
    """One dispatch for `wanted` people among `people` on duty."""
    # Uniform in a disc; sorted, because the nearest are asked first.
    waiting_room = sorted(world.radius_m * math.sqrt(rng.random()) for _ in range(people))
    events: list[tuple[float, int, str, float]] = []
    asked, open_offers, got = 0, 0, 0
    spare = asking.spare
    silent: set[int] = set()
    first = math.inf

    def ask(now: float, lost: int = 0) -> None:
        nonlocal asked, open_offers
        count = _more(wanted, got, open_offers, spare, asking.hope, lost)
        for distance in waiting_room[asked : asked + count]:
            answer, delay = _reply(world, rng)
            if answer:
                heapq.heappush(events, (now + delay, asked, answer, distance))
            if asking.silence_s < delay:
                heapq.heappush(events, (now + asking.silence_s, asked, "silent", distance))
            asked += 1
            open_offers += 1

    ask(0.0)
    while events:
        now, person, what, distance = heapq.heappop(events)
        late, lost = person in silent, 0
        open_offers -= 0 if late else 1
        if what == "silent":
            silent.add(person)
        elif what == "accept":
            got += 1
            first = min(first, now + distance / world.pace_mps)
        elif late and asking.late_refusal_replaced:
            spare += 1
        if what != "accept" and not late:
            lost = 1
        ask(now, lost)
    return Night(asked, first)


def first_wave(asking: Asking, wanted: int = 1) -> int:
    """How many are asked at first, while nothing was learnt and there is no end of people."""
    return _more(wanted, 0, 0, asking.spare, asking.hope, 0)


def summarise(nights: Sequence[Night]) -> Summary:
    """The figures of the reference table."""
    came = sorted(night.first_arrival_s for night in nights if night.first_arrival_s < math.inf)
    return Summary(
        alerts=sum(night.alerts for night in nights) / len(nights),
        mean_s=sum(came) / len(came),
        p90_s=came[int(0.9 * len(came))],
        within_5_min=sum(arrival <= 300 for arrival in came) / len(nights),
        failed=1 - len(came) / len(nights),
    )


def nobody_near(people: int, accept: float, share_of_radius: float) -> float:
    """The closed form: the chance that nobody who would accept stands within this share of the radius."""
    return (1.0 - accept * share_of_radius**2) ** people


# Everybody here is as likely to say yes as anybody, so the same question comes up in every night.
@cache
def _more(wanted: int, got: int, waiting: int, spare: int, hope: float, lost: int) -> int:
    state = NeedState.OPEN if got < wanted else NeedState.FILLED
    need = NeedCount(_NEED, state, wanted, got, waiting, (ACCEPT_PRIOR,) * waiting)
    ask = ask_for(need, Bounds(spare, hope), force=None, skills=frozenset(), lost=lost)
    return count_to_ask(ask, repeat(ACCEPT_PRIOR))


def _reply(world: World, rng: Random) -> tuple[str, float]:
    draw = rng.random()
    delay = world.delay_shift_s + rng.gammavariate(world.delay_shape, world.delay_scale_s)
    if draw < world.accept:
        return "accept", delay
    if draw < world.accept + world.refuse:
        return "refuse", delay
    return "", math.inf
