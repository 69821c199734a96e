"""Reading stored standards; a field added since a version was written has its default."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any
from uuid import UUID

from api.disputes.rules.states import OPEN
from api.disputes.types import CaseState, Colour
from api.kernel.errors import Issue

# Every state that is no end has a clock.
TIMED = frozenset(OPEN)


@dataclass(frozen=True)
class Deadlines:
    """Working days in which each state is left, how overdue steps climb, and how far back matching looks (days)."""

    states: Mapping[CaseState, int]
    climbs: tuple[int, ...]
    pair_days: int
    history_days: int
    reopen_days: int


@dataclass(frozen=True)
class Weights:
    """Points per reason, what a counted reason adds at most, and the least score of each colour."""

    id: UUID
    version: int
    weights: Mapping[str, int]
    most: Mapping[str, int]
    people_from: int
    amount_from: int
    colours: Mapping[Colour, int]


def thaw_deadlines(body: Mapping[str, Any]) -> Deadlines:
    """The deadlines of a stored version."""
    return Deadlines(
        states={CaseState(state): int(days) for state, days in body["states"].items()},
        climbs=tuple(body.get("climbs", (1, 2, 4))),
        pair_days=body.get("pair_days", 60),
        history_days=body.get("history_days", 730),
        reopen_days=body.get("reopen_days", 180),
    )


def thaw_weights(id_: UUID, version: int, body: Mapping[str, Any]) -> Weights:
    """The weights of a stored version."""
    return Weights(
        id=id_,
        version=version,
        weights=body["weights"],
        most=body.get("most", {}),
        people_from=body.get("people_from", 6),
        amount_from=body.get("amount_from", 100_000),
        colours={Colour(colour): least for colour, least in body["colours"].items()},
    )


def faults_in_deadlines(body: Mapping[str, Any]) -> list[Issue]:
    """What is wrong with deadlines somebody wrote: a state without one would be a case nobody hears of again."""
    missing = [state for state in TIMED if state not in body["states"]]
    issues = [
        Issue(f"/body/states/{state}", "deadline_missing", "须给出期限。", "This state needs a deadline.")
        for state in missing
    ]
    issues += [
        Issue(f"/body/states/{state}", "state_unknown", "没有这一状态，或它没有期限。", "No clock runs in this state.")
        for state in body["states"]
        if state not in TIMED
    ]
    climbs = body["climbs"]
    if any(later <= earlier for earlier, later in pairwise((0, *climbs))):
        issues.append(Issue("/body/climbs", "climbs", "上报时间须逐级递增。", "Each rung comes after the last."))
    return issues
