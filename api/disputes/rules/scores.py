"""The risk score: a sum of weights, each with the evidence that earned it. The weights are data."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from api.disputes.rules.standards import Weights
from api.disputes.types import Colour, Grade, Reason, Scale
from api.kernel.errors import Issue

HIGHEST = 1000
_SCALES = {Scale.GROUP: "group", Scale.MAJOR_GROUP: "major_group"}
KNOWN = frozenset(
    {
        "weapon", "injury", "domestic_violence", "threat", "alcohol", "repeat_call", "earlier_same_pair",
        "earlier_same_party", "earlier_same_address", "minor", "group", "major_group", "people", "amount",
    }
)  # fmt: skip


@dataclass(frozen=True)
class ScoreFacts:
    """What is known of a case when it is scored; counts are of earlier cases."""

    signs: frozenset[str] = frozenset()
    repeat_calls: int = 0
    people_count: int = 2
    scale: str = Scale.INDIVIDUAL
    amount: Decimal | None = None
    minor: bool = False
    same_pair: int = 0
    same_party: int = 0
    same_address: int = 0


def grade(facts: ScoreFacts, weights: Weights) -> Grade:
    """The score of a case, its colour, and the reasons, heaviest first. A reason without weight is left out."""
    counted = {
        **dict.fromkeys(sorted(facts.signs), 1),
        "repeat_call": facts.repeat_calls,
        "earlier_same_pair": facts.same_pair,
        # Whoever was here as a pair is not counted a second time each.
        "earlier_same_party": max(facts.same_party - facts.same_pair, 0),
        "earlier_same_address": facts.same_address,
        "minor": int(facts.minor),
        "people": max(facts.people_count - weights.people_from + 1, 0),
        **({_SCALES[Scale(facts.scale)]: 1} if facts.scale in set(_SCALES) else {}),
    }
    evidence = dict.fromkeys(facts.signs, "") | {"people": str(facts.people_count)}
    if facts.amount is not None and facts.amount >= weights.amount_from:
        # The bound, not the sum: reasons are shown to people who may not see the case's figures.
        counted["amount"], evidence["amount"] = 1, str(weights.amount_from)
    reasons = [
        Reason(name, points, evidence.get(name, str(count)))
        for name, count in counted.items()
        if (points := _points(name, count, weights))
    ]
    score = min(sum(reason.weight for reason in reasons), HIGHEST)
    return Grade(score, colour_of(score, weights), tuple(sorted(reasons, key=lambda each: (-each.weight, each.reason))))


def _points(name: str, count: int, weights: Weights) -> int:
    points = weights.weights.get(name, 0) * count
    return min(points, weights.most.get(name, points))


def colour_of(score: int, weights: Weights) -> Colour:
    """The gravest colour whose least score is reached; the mildest the standard knows below them all."""
    ranked = sorted(weights.colours.items(), key=lambda each: -each[1])
    return next((colour for colour, least in ranked if score >= least), ranked[-1][0])


def faults_in_weights(body: Mapping[str, Mapping[str, int]]) -> list[Issue]:
    """What is wrong with weights somebody wrote: unknown reasons, colours that do not rise with the score."""
    issues = [
        Issue(f"/body/{part}/{name}", "reason_unknown", "没有这一评分项。", "There is no such reason.")
        for part in ("weights", "most")
        for name in body.get(part, {})
        if name not in KNOWN
    ]
    least = [body["colours"].get(colour) for colour in Colour]
    if None in least:
        issues.append(Issue("/body/colours", "colour_missing", "五种颜色都须给出。", "Give all five colours."))
    elif any(lower >= upper for upper, lower in itertools.pairwise(least)):  # type: ignore[operator]
        issues.append(
            Issue("/body/colours", "colours_not_rising", "颜色越重分数须越高。", "A graver colour needs more points.")
        )
    return issues
