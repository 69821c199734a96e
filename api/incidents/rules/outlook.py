"""What to hope for when so many are asked: the chance that enough of them say yes."""

from math import comb, fsum

from api.incidents.types import Outlook

# Share of alerted volunteers who accepted in the reference model that `rules.simulation` reproduces (36.2 % accept,
# 43.9 % refuse, 19.9 % silent); published rates lie between 17 and 50 %. A prior, until a station's own log says more.
ACCEPT_PRIOR = 0.362


def chance_of_enough(wanted: int, asked: int, *, accept: float = ACCEPT_PRIOR) -> float:
    """The chance that at least `wanted` of `asked` accept, each independently of the others (binomial).

    Of these people only: whoever replaces a refusal or a silence makes the real chance better.
    """
    if wanted > asked:
        return 0.0
    too_few = fsum(comb(asked, yes) * accept**yes * (1.0 - accept) ** (asked - yes) for yes in range(wanted))
    return min(1.0, max(0.0, 1.0 - too_few))


def outlook_of(wanted: int, asked: int, *, accept: float = ACCEPT_PRIOR) -> Outlook:
    """The chance with what it was reckoned from, so that a reader can check it."""
    return Outlook(wanted, asked, accept, chance_of_enough(wanted, asked, accept=accept))
