"""What a dispatch would do, before anybody is disturbed by it. Distances are metres, spans are seconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from api.incidents.types.states import DispatchState
from api.incidents.types.values import Considered


class LearntFrom(NamedTuple):
    """What the chances of some of those asked rest on: offers of this force, distance and time of day (empty: any).

    `people`: how many of those asked it is about. Nothing asked before: a prior, taken from what was published.
    """

    people: int
    force: str
    band: str
    hours: str
    asked: int
    accepted: int
    mean: float
    low: float
    high: float


class Outlook(NamedTuple):
    """The chance that at least `wanted` of `asked` say yes, when each does with their own chance; `accept` is the mean.

    `low` and `high`: the same, if everybody's chance lay at the end of its 80 % interval.
    """

    wanted: int
    asked: int
    accept: float
    chance: float
    low: float
    high: float
    learnt_from: tuple[LearntFrom, ...] = ()


@dataclass(frozen=True)
class Missing:
    """What a need lacks.

    `short`: how many fewer would be asked than the policy wants; `unfilled`: places that stay free even if everybody
    asked says yes; `reasons`: how many of those looked at are not asked, by verdict.
    """

    short: int
    unfilled: int
    reasons: Mapping[str, int]


@dataclass(frozen=True)
class NeedPreview:
    """One need: who would be asked, in that order, everybody looked at, what is missing, and what to hope for."""

    force: str | None
    skills: list[str]
    wanted: int
    places: int
    asked: list[Considered]
    considered: list[Considered]
    missing: Missing
    outlook: Outlook


@dataclass(frozen=True)
class MessageEstimate:
    """Messages a first wave sends. `sms_segments`: what the texts are billed as; `unreachable`: people with neither."""

    push: int
    sms: int
    sms_segments: int
    unreachable: int


@dataclass(frozen=True)
class DispatchPreview:
    """A dispatch as it would begin now; `chance`: that every need is filled by those asked first."""

    incident_id: UUID
    state: DispatchState
    policy: Mapping[str, Any]
    radius_m: float | None
    target: Mapping[str, Any]
    drill: bool
    needs: list[NeedPreview]
    messages: MessageEstimate
    chance: float
