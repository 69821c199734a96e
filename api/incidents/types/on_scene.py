"""Values of the way there and of the scene. Distances are metres, spans are seconds, places WGS-84."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from api.duty.types import Mark
from api.incidents.types.states import OfferState
from api.incidents.types.values import NeedOrder
from api.kernel.geo import Point


class WelfareState(StrEnum):
    """Whether all is well with somebody on scene. `missed`: no answer in time; `help`: they said it is not."""

    CALM = "calm"
    ASKED = "asked"
    MISSED = "missed"
    HELP = "help"
    ENDED = "ended"


class WelfareStep(StrEnum):
    """What can happen to the watch over somebody on scene."""

    ASK = "ask"
    MISS = "miss"
    ANSWER = "answer"
    CALL_FOR_HELP = "call_for_help"
    END = "end"


class ReinforcementState(StrEnum):
    """What became of a request for more people."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class ReinforcementStep(StrEnum):
    """What the desk, or the policy, does with it."""

    GRANT = "grant"
    REFUSE = "refuse"


class ReinforcementReason(StrEnum):
    """Why more people are needed; a code, because the timeline holds no free text."""

    TOO_MANY_PEOPLE = "too_many_people"
    DANGEROUS = "dangerous"
    INJURED = "injured"
    SEARCH_WIDER = "search_wider"
    SKILL_MISSING = "skill_missing"
    OTHER = "other"


class Lead(StrEnum):
    """How somebody came to lead a dispatch."""

    FIRST = "first"  # the first to arrive
    NAMED = "named"  # by the desk
    PASSED = "passed"  # by the lead
    TOOK_OVER = "took_over"  # the lead left, and this is the next one


class Still(StrEnum):
    """What the positions since the yes say. `blind`: there are none, so they say nothing."""

    MOVING = "moving"
    STILL = "still"
    BLIND = "blind"


class StillStep(StrEnum):
    """What to do about somebody who said yes, when a window is over."""

    NOTHING = "nothing"
    ASK = "ask"
    TELL_DESK = "tell_desk"
    REOPEN = "reopen"


@dataclass(frozen=True)
class Fence:
    """Two circles around a place: inside `arrive_m` for `dwell_s` is there, beyond `leave_m` is gone."""

    place: Point
    arrive_m: float
    leave_m: float
    dwell_s: int


class Course(NamedTuple):
    """What the positions since the yes show.

    `moved_at`: first away from where they stood then. `arrived_at`: when they came in for good, once they have stayed.
    `gone_at`: when they left after that. `last`: the newest believed fix, `left_m` metres from the place.
    """

    moved_at: datetime | None = None
    arrived_at: datetime | None = None
    arrived_m: float | None = None
    gone_at: datetime | None = None
    last: Mark | None = None
    left_m: float | None = None


class GoingTask(NamedTuple):
    """A task somebody goes to, with what is needed to follow them. `eta_s` and `distance_m` are as when asked."""

    offer_id: UUID
    station_id: UUID
    incident_id: UUID
    dispatch_id: UUID
    member_id: UUID
    person_id: UUID
    state: OfferState
    accepted_at: datetime
    force: str
    eta_s: int
    distance_m: float
    place: Point


@dataclass(frozen=True)
class HandAdd:
    """The dispatcher adds somebody. `agreed`: they have said yes, by telephone say, and are going."""

    dispatch_id: UUID
    member_id: UUID
    need_id: UUID | None = None
    agreed: bool = False


@dataclass(frozen=True)
class NewReinforcement:
    """So many more, wanted from the scene."""

    offer_id: UUID
    needs: tuple[NeedOrder, ...]
    reason: ReinforcementReason
    note: str | None = None


@dataclass(frozen=True)
class Photo:
    """A picture as it came in a form."""

    content: bytes
    declared_type: str
