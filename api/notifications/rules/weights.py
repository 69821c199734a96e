"""How much each of several providers carries: less where calls fail or texts come late, drifting back when quiet.

Ten points move at a time, so that a bad minute is felt at once and a bad provider is not dropped by one accident; what
moved drifts back, because a provider that gets nothing can prove nothing. A provider that is down altogether is the
breaker's business: it gets nothing at once, whatever its weight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from api.notifications.types import Health, Provider, Route

WINDOW = timedelta(minutes=10)  # what is judged
SLOW_AFTER = timedelta(minutes=3)  # a text reported delivered later than this, or not at all by then, was slow
FEWEST = 10  # of fewer calls nothing is concluded
MOST_ERRORS, MOST_SLOW = 0.10, 0.15
STEP, DRIFT = 10, 5
SHIFT_EVERY, DRIFT_AFTER = timedelta(minutes=1), timedelta(minutes=10)


def is_poor(health: Health) -> bool:
    """Whether a provider did badly: too many calls failed, or too many texts were late."""
    failing = health.calls >= FEWEST and health.errors > MOST_ERRORS * health.calls
    return failing or (health.told >= FEWEST and health.slow > MOST_SLOW * health.told)


def move_weights(routes: Sequence[Route], healths: Mapping[Provider, Health], now: datetime) -> list[Route]:
    """The routes of one country with their weights moved; the sum stays as it is."""
    poor = [route for route in routes if (seen := healths.get(route.provider)) and is_poor(seen)]
    good = [route for route in routes if route not in poor]
    quiet = now - max((route.changed_at for route in routes), default=now)
    if poor and good and quiet >= SHIFT_EVERY:
        return _shift(routes, poor, good, now)
    if not poor and quiet >= DRIFT_AFTER:
        return _drift(routes, now)
    return list(routes)


def pick_route(routes: Sequence[Route], draw: float) -> Route:
    """One of the routes, in proportion to their weights (`draw` in 0..1); evenly when all weights are gone."""
    weights = [route.weight for route in routes]
    if not any(weights):
        weights = [1] * len(routes)
    place = draw * sum(weights)
    for route, weight in zip(routes, weights, strict=True):
        if place < weight:
            return route
        place -= weight
    return max(routes, key=lambda route: route.weight)


def _shift(routes: Sequence[Route], poor: Sequence[Route], good: Sequence[Route], now: datetime) -> list[Route]:
    taken = {route.provider: min(STEP, route.weight) for route in poor}
    given = dict(zip((route.provider for route in good), _shares(sum(taken.values()), len(good)), strict=True))
    return _moved(routes, {p: given.get(p, 0) - taken.get(p, 0) for p in (*taken, *given)}, now)


def _drift(routes: Sequence[Route], now: datetime) -> list[Route]:
    # What the ones above their configured weight give up is just what the ones below it may take.
    over = {r.provider: min(DRIFT, r.weight - r.configured) for r in routes if r.weight > r.configured}
    left, moves = sum(over.values()), {provider: -points for provider, points in over.items()}
    for route in routes:
        if route.weight < route.configured:
            points = min(left, route.configured - route.weight)
            left, moves[route.provider] = left - points, points
    for provider in over:
        moves[provider], left = moves[provider] + left, 0
    return _moved(routes, moves, now)


def _shares(points: int, count: int) -> Iterable[int]:
    return [points // count + (1 if place < points % count else 0) for place in range(count)]


def _moved(routes: Sequence[Route], moves: Mapping[Provider, int], now: datetime) -> list[Route]:
    return [
        replace(route, weight=route.weight + moves[route.provider], changed_at=now)
        if moves.get(route.provider)
        else route
        for route in routes
    ]
