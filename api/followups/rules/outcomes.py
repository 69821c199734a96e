"""What the outcome of a contact means: whether the visit is done, which colour follows, whether all starts again."""

from collections.abc import Sequence
from itertools import takewhile

from api.followups.types import Outcome, OutcomeRule, Scale

# How grave an outcome is; a second report of one visit has an effect only when it is graver than the first.
GRAVITY = {
    Outcome.CALM: 0,
    Outcome.MOVED_AWAY: 1,
    Outcome.UNREACHABLE: 2,
    Outcome.STRAINED: 3,
    Outcome.RELAPSED: 4,
}
_NOTHING = OutcomeRule()


def rule_for(scale: Scale, outcome: Outcome) -> OutcomeRule:
    """The scale's rule; an outcome without one changes nothing."""
    return scale.rules.get(outcome, _NOTHING)


def is_graver(scale: Scale, colour: str, than: str) -> bool:
    """Whether `colour` stands before `than` on the scale; a colour the scale has dropped is compared with nothing."""
    known = scale.colours
    return colour in known and than in known and known.index(colour) < known.index(than)


def colour_after(scale: Scale, colour: str, outcomes: Sequence[Outcome]) -> str:
    """The colour after the newest of `outcomes` (newest first), by the scale's rule for it."""
    newest = outcomes[0]
    rule = rule_for(scale, newest)
    streak = len(list(takewhile(lambda outcome: outcome is newest, outcomes)))
    if rule.to is not None:
        return rule.to
    # Every full streak moves once: with a streak of two, the second and the fourth calm contact, not the third.
    if not rule.shift or streak % rule.streak or colour not in scale.colours:
        return colour
    place = scale.colours.index(colour) - rule.shift
    return scale.colours[min(max(place, 0), len(scale.colours) - 1)]


def finishes_visit(scale: Scale, outcome: Outcome, tries_before: int) -> bool:
    """Whether this report makes the visit done, after `tries_before` reports of it that did not."""
    return tries_before + 1 >= rule_for(scale, outcome).tries


def has_new_effect(first: Outcome | None, outcome: Outcome) -> bool:
    """Whether a further report of a visit says something graver than the one that counted."""
    return first is None or GRAVITY[outcome] > GRAVITY[first]
