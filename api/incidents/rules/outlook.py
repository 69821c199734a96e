"""What to hope for when so many are asked: the chance that enough of them say yes, and what that rests on."""

from collections import Counter
from collections.abc import Sequence
from math import comb, fsum

from api.incidents.rules.forecast import ACCEPT_PRIOR, chance_of
from api.incidents.types import LearntFrom, Outlook
from api.incidents.types.forecasts import Estimate


def chance_of_enough(wanted: int, asked: int, *, accept: float = ACCEPT_PRIOR) -> float:
    """The chance that at least `wanted` of `asked` accept, when all are alike: the closed form (binomial).

    Of these people only: whoever replaces a refusal or a silence makes the real chance better.
    """
    if wanted > asked:
        return 0.0
    too_few = fsum(comb(asked, yes) * accept**yes * (1.0 - accept) ** (asked - yes) for yes in range(wanted))
    return min(1.0, max(0.0, 1.0 - too_few))


def outlook_of(wanted: int, asked: Sequence[Estimate]) -> Outlook:
    """The chance with what it was reckoned from, so that a reader can check it."""
    chance, low, high = (chance_of(wanted, [getattr(each, end) for each in asked]) for end in ("mean", "low", "high"))
    mean = fsum(each.mean for each in asked) / len(asked) if asked else 0.0
    return Outlook(wanted, len(asked), mean, chance, low, high, _sources(asked))


def _sources(asked: Sequence[Estimate]) -> tuple[LearntFrom, ...]:
    """The estimates behind it, those behind most people first."""
    return tuple(
        LearntFrom(people, *each.cell, *each.answers, each.mean, each.low, each.high)
        for each, people in Counter(asked).most_common()
    )
