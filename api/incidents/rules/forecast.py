"""Who will say yes: learnt from the station's own offers, and how many to ask so that enough do.

The estimate of a cell (force, distance, hour) is its own share of yeses, drawn towards that of the wider cell with the
weight of STRENGTH people: (yes + STRENGTH x wider) / (asked + STRENGTH). The widest leans on the prior. So a cell that
was asked twice says nearly what its force says, and one that was asked a thousand times speaks for itself. Nothing is
learnt about a single person: whoever often says no is neither punished nor left alone for it.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import exp, fsum, lgamma, log

from api.incidents.types.forecasts import Answers, Band, Cell, Estimate, Hours

# Share of alerted volunteers who accepted in the reference model that `rules.simulation` reproduces (36.2 % accept,
# 43.9 % refuse, 19.9 % silent); published rates lie between 17 and 50 %.
ACCEPT_PRIOR = 0.362
STRENGTH = 20.0
INTERVAL = 0.80
ANYBODY = Cell()
# The bands in order, and the metres that part them.
BANDS = tuple(Band)
BORDERS = (300.0, 800.0, 2_000.0)
NIGHT_FROM, DAY_FROM, EVENING_FROM = 22, 6, 18


def band_of(distance_m: float) -> Band:
    """The band a distance lies in; a border belongs to the nearer one."""
    return BANDS[sum(distance_m > border for border in BORDERS)]


def hours_of(hour: int) -> Hours:
    """The part of the station's day an hour belongs to."""
    if hour >= NIGHT_FROM or hour < DAY_FROM:
        return Hours.NIGHT
    return Hours.DAY if hour < EVENING_FROM else Hours.EVENING


def lean(own: Answers, wider: float, cell: Cell = ANYBODY) -> Estimate:
    """The estimate of a cell from its own answers and the wider cell's mean."""
    yes = own.accepted + STRENGTH * wider
    no = own.asked - own.accepted + STRENGTH * (1.0 - wider)
    mean, tail = yes / (yes + no), (1.0 - INTERVAL) / 2.0
    low, high = beta_quantile(tail, yes, no), beta_quantile(1.0 - tail, yes, no)
    return Estimate(mean, min(low, mean), max(high, mean), cell, own)


def learn(counts: Mapping[Cell, Answers]) -> dict[Cell, Estimate]:
    """Every cell's estimate and every wider one's, from the counts of the finest cells.

    Answers of an unknown force or band count in the widest only.
    """
    sums: dict[Cell, list[int]] = {}
    for cell, answers in counts.items():
        for wider in (cell, *_wider(cell)):
            total = sums.setdefault(wider, [0, 0])
            total[0] += answers.asked
            total[1] += answers.accepted
    found: dict[Cell, Estimate] = {}
    for cell in sorted(sums, key=lambda cell: sum(map(bool, cell))):  # the wide ones first: others lean on them
        mean = next((found[each].mean for each in _wider(cell) if each in found), ACCEPT_PRIOR)
        found[cell] = lean(Answers(*sums[cell]), mean, cell)
    return found


def _wider(cell: Cell) -> list[Cell]:
    """The cells this one leans on, the nearest relation first."""
    chain = [Cell(cell.force, cell.band), Cell(cell.force), Cell()] if cell.force else [Cell()]
    return [each for each in chain if each != cell]


def estimate_for(learnt: Mapping[Cell, Estimate], force: str, distance_m: float, hours: Hours) -> Estimate:
    """The narrowest estimate there is: force, band and hours; force and band; force; the station; the prior."""
    cell = Cell(force, band_of(distance_m), hours)
    return next((learnt[each] for each in (cell, *_wider(cell)) if each in learnt), PRIOR)


class Tally:
    """The chance of exactly 0, 1, ... wanted-1 yeses among those counted so far (Poisson binomial).

    Everybody answers for themselves. Counting one more costs `wanted` multiplications, so that a wave is sized by
    adding people until it is enough.
    """

    def __init__(self, wanted: int, chances: Iterable[float] = ()) -> None:
        self._too_few = [1.0] + [0.0] * (wanted - 1) if wanted > 0 else []
        for chance in chances:
            self.add(chance)

    def add(self, chance: float) -> None:
        """Count one more person."""
        for yes in range(len(self._too_few) - 1, -1, -1):
            less = self._too_few[yes - 1] * chance if yes else 0.0
            self._too_few[yes] = self._too_few[yes] * (1.0 - chance) + less

    @property
    def enough(self) -> float:
        """The chance that at least `wanted` say yes."""
        return min(1.0, max(0.0, 1.0 - fsum(self._too_few)))


def chance_of(wanted: int, chances: Sequence[float]) -> float:
    """The chance that at least `wanted` of these people say yes."""
    return Tally(wanted, chances).enough


def beta_quantile(share: float, yes: float, no: float) -> float:
    """The point below which a Beta(yes, no) lies with this probability, to four decimals, by halving."""
    low, high = 0.0, 1.0
    while high - low > 1e-5:
        middle = (low + high) / 2.0
        low, high = (middle, high) if beta_below(middle, yes, no) < share else (low, middle)
    return (low + high) / 2.0


def beta_below(point: float, yes: float, no: float) -> float:
    """The probability that a Beta(yes, no) lies below `point`: the regularised incomplete beta function."""
    if point <= 0.0 or point >= 1.0:
        return float(point >= 1.0)
    if point > (yes + 1.0) / (yes + no + 2.0):  # the fraction converges fast on this side only
        return 1.0 - beta_below(1.0 - point, no, yes)
    front = exp(lgamma(yes + no) - lgamma(yes) - lgamma(no) + yes * log(point) + no * log(1.0 - point)) / yes
    return front / _fraction(point, yes, no)


def _fraction(point: float, yes: float, no: float) -> float:
    """The continued fraction of the incomplete beta function, from the bottom up; 200 terms are ample below 1e6."""
    value = 1.0
    for term in range(200, 0, -1):
        half, odd = divmod(term, 2)
        if odd:
            part = -(yes + half) * (yes + no + half) * point / ((yes + 2 * half) * (yes + 2 * half + 1))
        else:
            part = half * (no - half) * point / ((yes + 2 * half - 1) * (yes + 2 * half))
        value = 1.0 + part / value
    return value


# What is said where nothing was learnt yet; its interval is honest about that.
PRIOR = lean(Answers(), ACCEPT_PRIOR)
