"""Values that incidents' rules and services pass around. Distances are metres, spans are seconds, places WGS-84."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from api.grids.types import Area
from api.incidents.types.forecasts import Estimate
from api.incidents.types.ranking import Ring
from api.incidents.types.states import NeedState, OfferState
from api.incidents.types.words import (
    CallBackOutcome,
    CancelReason,
    Category,
    Colour,
    Decision,
    DeclineReason,
    How,
    IncidentKind,
    LinkKind,
    Outcome,
    Source,
    Verdict,
)
from api.kernel.geo import Datum, Point


@dataclass(frozen=True)
class NeedOrder:
    """So many people of one force (None: any) who have all the skills."""

    wanted: int
    force: str | None = None
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Requester:
    """Who asked for help; the phone is E.164."""

    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class NewIncident:
    """A report as it is filed. `duplicate_checked`: the caller saw the incidents nearby, and this is another one.

    `drill`: nothing has happened; whoever is asked is told so.
    """

    kind: IncidentKind
    category: Category
    colour: Colour
    source: Source
    place: Point
    datum: Datum
    description: str
    address: str | None = None
    requester: Requester = field(default_factory=Requester)
    needs: tuple[NeedOrder, ...] = ()
    duplicate_checked: bool = False
    drill: bool = False


@dataclass(frozen=True)
class IncidentEdit:
    """What an edit changes, by column name; the version is the one the editor saw."""

    incident_id: UUID
    version: int
    changes: Mapping[str, object]


@dataclass(frozen=True)
class Target:
    """Ground to ask on instead of a circle: an outline drawn by hand, or units of the station with all below them."""

    area: Area | None = None
    unit_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class DispatchOrder:
    """One click: whom the incident needs (none given: those named in the report), and where to look.

    `exclude`: members the dispatcher leaves out of this dispatch. `drill`: nothing has happened, and everybody is told.
    `seen`: how many dispatches of the incident the dispatcher knew of, if they say so.
    """

    incident_id: UUID
    needs: tuple[NeedOrder, ...] = ()
    radius_m: float | None = None
    exclude: frozenset[UUID] = frozenset()
    target: Target | None = None
    drill: bool = False
    seen: int | None = None


@dataclass(frozen=True)
class Ask:
    """Whom one need still has to ask, and until when it goes on asking.

    At most `places` more; fewer, once those asked and those `waiting` (their chances of a yes) give the chance `hope`
    that `free` of them say yes. Never fewer than cover the free places, nor than `at_least`.
    """

    need_id: UUID
    places: int
    force: str | None = None
    skills: frozenset[str] = frozenset()
    free: int = 0
    waiting: tuple[float, ...] = ()
    hope: float = 1.0
    at_least: int = 0


class NeedCount(NamedTuple):
    """A need and how many open (unanswered, not silent) offers it has, with the chance of a yes of each."""

    need_id: UUID
    state: NeedState
    wanted: int
    got: int
    waiting: int
    chances: tuple[float, ...] = ()


class Past(NamedTuple):
    """What a member's earlier offer in this incident came to.

    `reserve`: said yes when it was full. `left_out`: the dispatcher took the offer back. `last`: said yes and did not
    move, so anybody else is asked first.
    """

    state: OfferState
    reserve: bool
    left_out: bool = False
    last: bool = False


class Considered(NamedTuple):
    """One member looked at in one wave, and why they were picked or not.

    `cost_s`: how far behind their travel time they were ranked, for what was asked of them of late.
    """

    member_id: UUID
    need_id: UUID
    picked: bool
    reason: Verdict
    distance_m: int
    force: str
    eta_s: int
    ring: Ring = Ring.OWN
    owner: bool = False
    cost_s: int = 0
    estimate: Estimate | None = None


class Pick(NamedTuple):
    """One member to ask."""

    member_id: UUID
    person_id: UUID
    need_id: UUID
    distance_m: float
    eta_s: int
    force: str = ""
    chance: float | None = None


@dataclass(frozen=True)
class WavePlan:
    """Whom one wave asks, everybody looked at, and the needs for which nobody more was found."""

    picks: tuple[Pick, ...]
    considered: tuple[Considered, ...]
    short: frozenset[UUID]


class Part(NamedTuple):
    """One offer and its author's newest report, as the end of an incident is judged by."""

    state: OfferState
    outcome: Outcome | None
    returned: bool


@dataclass(frozen=True)
class Answered:
    """What a phone is told after an answer: where its offer stands now, and why, if it ended."""

    id: UUID
    state: OfferState
    reason: str | None


@dataclass(frozen=True)
class Move:
    """A phone's word that it left, arrived or finished: when, by its own clock, and where it was."""

    offer_id: UUID
    occurred_at: datetime | None = None
    place: Point | None = None
    how: How = How.HAND


@dataclass(frozen=True)
class Refusal:
    """A decline or a drop-out."""

    offer_id: UUID
    reason: DeclineReason = DeclineReason.OTHER


@dataclass(frozen=True)
class NewFeedback:
    """What somebody who went reports."""

    offer_id: UUID
    outcome: Outcome
    text: str
    occurred_at: datetime | None = None
    photos: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class NewReview:
    """A reviewer's decision. `returned`: the feedbacks that go back (none named: all)."""

    incident_id: UUID
    decision: Decision
    note: str | None = None
    returned: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class NewCallBack:
    """One attempt to tell the requester; `rating` is theirs, 1 to 5."""

    incident_id: UUID
    outcome: CallBackOutcome
    rating: int | None = None
    note: str | None = None


@dataclass(frozen=True)
class Cancellation:
    """Why an incident is called off."""

    incident_id: UUID
    reason: CancelReason
    note: str | None = None


@dataclass(frozen=True)
class NewLink:
    """A later call about an incident that is already filed, or another incident of the same event."""

    incident_id: UUID
    kind: LinkKind
    other_id: UUID | None = None
    note: str | None = None


@dataclass(frozen=True)
class NearbyQuery:
    """Where to look for incidents that may be the same one."""

    place: Point
    kind: IncidentKind
    radius_m: float = 300.0
    within_s: int = 7200
    phone: str | None = None


class Nearby(NamedTuple):
    """An incident that may be the same one. `same_requester`: the same number called."""

    id: UUID
    ref: str
    kind: str
    state: str
    reported_at: datetime
    distance_m: int
    same_requester: bool


@dataclass(frozen=True)
class ListQuery:
    """Filters of the desk's list; newest first, `before` is the last id of the page before."""

    states: tuple[str, ...] = ()
    colour: str | None = None
    kind: str | None = None
    before: UUID | None = None
    limit: int = 50
    drill: bool | None = None
