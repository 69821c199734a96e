"""Who can be reached, and who answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from api.reporting.types.disputes import Spread


class Standing(StrEnum):
    """What is known of reaching somebody, best first. `lost`: once proved, and failed since."""

    PROVED = "proved"
    LOST = "lost"
    NEVER = "never"
    UNTESTED = "untested"


@dataclass(frozen=True)
class ReachQuery:
    """Which members: by standing, grid or force."""

    standing: Standing | None = None
    grid_id: UUID | None = None
    force: str | None = None


@dataclass(frozen=True)
class ReachLine:
    """One member: the best standing over all channels, and each channel's own with its last proof."""

    member_id: UUID
    name: str
    force: str
    grid_code: str | None
    standing: str
    push: str
    push_proved_at: datetime | None
    push_failure: str | None
    sms: str
    sms_proved_at: datetime | None
    sms_failure: str | None
    phones: int


@dataclass(frozen=True)
class ReachCount:
    """The members of one grid by standing; without a grid: those of none, and in the total all."""

    grid_id: UUID | None
    grid_code: str | None
    grid_name: str | None
    members: int
    proved: int
    lost: int
    never: int
    untested: int
    share: float | None


@dataclass(frozen=True)
class ReachReport:
    """Reachability, grid by grid and in all."""

    grids: tuple[ReachCount, ...]
    total: ReachCount


@dataclass(frozen=True)
class ResponseQuery:
    """Whose answers: by force or grid; `silent`: only of those who never answered; drills apart from the real thing."""

    force: str | None = None
    grid_id: UUID | None = None
    silent: bool = False
    drills: bool = False


@dataclass(frozen=True)
class ResponseLine:
    """How often one member was asked and what came of it; `silent`: asked, and the time to answer ran out."""

    member_id: UUID
    name: str
    force: str | None
    grid_code: str | None
    asked: int
    accepted: int
    declined: int
    silent: int
    arrived: int
    last_asked_at: datetime
    last_answered_at: datetime | None


@dataclass(frozen=True)
class CurvePoint:
    """The share of those asked who had accepted within so many seconds."""

    within_s: int
    share: float


@dataclass(frozen=True)
class ResponseCurve:
    """From asking to arriving; shares are of those asked."""

    asked: int
    accepted: int
    declined: int
    silent: int
    to_accept: Spread
    to_leave: Spread
    to_arrive: Spread
    curve: tuple[CurvePoint, ...]
