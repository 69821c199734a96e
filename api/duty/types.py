"""Values of duty."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from api.kernel.geo import Datum, Point


class Cause(StrEnum):
    """Why a duty period began or ended."""

    SELF = "self"
    SHIFT = "shift"
    DUE = "due"  # the time named when it began has come
    SHIFT_CANCELLED = "shift_cancelled"
    INACTIVE = "inactive"  # the member was suspended or left


class Verdict(StrEnum):
    """What became of one fix."""

    USED = "used"
    LATE = "late"
    DUPLICATE = "duplicate"
    FUTURE = "future"
    INACCURATE = "inaccurate"
    IMPOSSIBLE = "impossible"
    OFF_DUTY = "off_duty"


class TrailReason(StrEnum):
    """Why somebody reads another person's trail; a code, because the audit holds no free text."""

    TASK_REVIEW = "task_review"
    MEMBER_SAFETY = "member_safety"
    COMPLAINT = "complaint"
    LEGAL_REQUEST = "legal_request"


@dataclass(frozen=True)
class CandidateQuery:
    """Whom to look for: at most `limit` members on duty within `radius_m` metres, of `force` and with all `skills`.

    `inside`: an outline in EWKT to keep to; the radius must then reach all of it.
    """

    station_id: UUID
    point: Point
    radius_m: float
    limit: int
    fresh_after: datetime
    force: str | None = None
    skills: frozenset[str] = frozenset()
    inside: str | None = None


class Candidate(NamedTuple):
    """Somebody on duty nearby. Stale and engaged ones are included: who is passed over, and why, is the caller's."""

    member_id: UUID
    person_id: UUID
    force: str
    skills: tuple[str, ...]
    on_duty: bool
    position: Point
    distance_m: float
    fix_at: datetime
    engaged_with: UUID | None
    fresh: bool
    engaged_drill: bool = False
    grid_id: UUID | None = None


class LastPosition(NamedTuple):
    """The newest believed position of a member."""

    member_id: UUID
    position: Point
    fix_at: datetime
    accuracy_m: float


@dataclass(frozen=True)
class DutyState:
    """A member's own view of their duty."""

    member_id: UUID
    on_duty: bool = False
    since: datetime | None = None
    until: datetime | None = None
    engaged_with: UUID | None = None
    fix_at: datetime | None = None


class ReadyCount(NamedTuple):
    """Of one force: members on duty, on a task, and free with a fresh position."""

    force: str
    on_duty: int
    engaged: int
    ready: int


class Fix(NamedTuple):
    """One position as a phone measured it, already in WGS-84. Metres, metres a second, degrees clockwise from north."""

    point: Point
    accuracy_m: float
    captured_at: datetime
    speed_mps: float | None = None
    heading: float | None = None


class Mark(NamedTuple):
    """What is remembered of an earlier fix: enough to judge the next one."""

    point: Point
    accuracy_m: float
    captured_at: datetime


@dataclass(frozen=True)
class Track:
    """What a batch of fixes is judged against.

    `opened_at`: when duty or the task began. `last`: the newest used fix. `doubted`: fixes called impossible since
    then, oldest first. `known`: capture times already in the trail.
    """

    opened_at: datetime
    now: datetime
    last: Mark | None = None
    doubted: tuple[Mark, ...] = ()
    known: frozenset[datetime] = frozenset()


@dataclass(frozen=True)
class FixBatch:
    """The fixes of one upload and the datum the phone measured them in."""

    datum: Datum
    fixes: tuple[Fix, ...]


@dataclass(frozen=True)
class Shift:
    """A planned stretch of duty. Half-open: [starts_at, ends_at)."""

    id: UUID
    station_id: UUID
    member_id: UUID
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    version: int


@dataclass(frozen=True)
class Box:
    """A map window in WGS-84 degrees; it does not cross the date line."""

    south_west: Point
    north_east: Point


class LiveMember(NamedTuple):
    """A row of the desk's board; the position is coarse unless the member is on a task."""

    member_id: UUID
    force: str
    skills: tuple[str, ...]
    since: datetime
    until: datetime | None
    position: Point | None
    fix_at: datetime | None
    engaged_with: UUID | None


@dataclass(frozen=True)
class PeopleBoard:
    """Everybody on duty, as one list for each property, all in one order.

    `members`: their ids, 16 bytes each, in base64. `force`, `engaged`: places in `forces` and `incidents`; -1 for
    nobody's task. `age_s`: seconds since they were last seen, at `now`; none like the place for who never was.
    """

    now: datetime
    members: str
    lat: list[float | None]
    lon: list[float | None]
    force: list[int]
    engaged: list[int]
    age_s: list[int | None]
    forces: list[str]
    incidents: list[UUID]


class TrailFix(NamedTuple):
    """One kept fix of a trail."""

    captured_at: datetime
    received_at: datetime
    point: Point
    accuracy_m: float
    verdict: str
