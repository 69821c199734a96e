"""Rounds and figures: things to compare are done in turn, one by one, so that a noisy moment hits all of them."""

import gc
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

LEAST_ROUNDS = 5
Act = Callable[[], float]
"""Does one thing and returns the seconds it took."""


@dataclass(frozen=True)
class Figure:
    """One measured thing: its value in every round."""

    label: str
    unit: str
    rounds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)

    @property
    def low(self) -> float:
        return min(self.rounds)

    @property
    def high(self) -> float:
        return max(self.rounds)


@dataclass(frozen=True)
class Check:
    """A target, what was reached, and whether that is enough."""

    target: str
    reached: str
    met: bool


@dataclass(frozen=True)
class Report:
    """What a row found."""

    figures: Sequence[Figure]
    checks: Sequence[Check]
    notes: Sequence[str] = field(default=())


def in_turn(acts: Mapping[str, Act], *, rounds: int, times: int) -> dict[str, list[list[float]]]:
    """Seconds by name, round by round: in each round every act is done `times` times, one after the other in turn."""
    found: dict[str, list[list[float]]] = {name: [] for name in acts}
    names = list(acts)
    for turn in range(rounds):
        gc.collect()
        for name in names:
            found[name].append([])
        for step in range(times):
            # Who goes first changes with every step: the second one finds caches warm that the first one filled.
            shift = (turn + step) % len(names)
            for name in names[shift:] + names[:shift]:
                found[name][-1].append(acts[name]())
    return found


def milliseconds(label: str, rounds: Sequence[Sequence[float]], quantile: float) -> Figure:
    """A quantile of each round, in milliseconds."""
    return Figure(label, "ms", tuple(percentile(times, quantile) * 1_000 for times in rounds))


def percentile(values: Sequence[float], quantile: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-len(ordered) * quantile // 1) - 1))]
