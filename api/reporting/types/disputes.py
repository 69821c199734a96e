"""What is reported of disputes."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from api.reporting.types.periods import Period


class Grouping(StrEnum):
    """What the lines of a report are."""

    CATEGORY = "category"
    COLOUR = "colour"
    GRID = "grid"
    MONTH = "month"


@dataclass(frozen=True)
class Spread:
    """How long something took: of `count` cases, half within `median_s` and nine in ten within `p90_s`."""

    count: int
    median_s: float | None
    p90_s: float | None


@dataclass(frozen=True)
class CaseLine:
    """The cases of one group that were reported in the period, by what became of them until now.

    `open`, `settled`, `closed`, `failed`, `elsewhere` and `dropped` are all of them, each once. `relapsed`, `overdue`
    and `repeat` count some of them again: mediation began anew, the next step is late, a party had an earlier case.
    """

    key: str | None
    label: str | None
    reported: int
    open: int
    settled: int
    closed: int
    failed: int
    elsewhere: int
    dropped: int
    relapsed: int
    overdue: int
    repeat: int
    accepting: Spread
    settling: Spread
    closing: Spread


@dataclass(frozen=True)
class VisitLine:
    """The visits of one group whose window opened in the period. `completion`: done, of those that had to be made."""

    key: str | None
    label: str | None
    visits: int
    done: int
    open: int
    overdue: int
    missed: int
    waived: int
    doubtful: int
    completion: float | None


@dataclass(frozen=True)
class Mediator:
    """What one person has in hand now, and brought to an end in the period."""

    person_id: UUID
    name: str
    leading: int
    in_teams: int
    settled: int
    closed: int
    visits_open: int
    visits_overdue: int


@dataclass(frozen=True)
class DisputeReport:
    """Lines by group, and all of them together."""

    period: Period
    by: Grouping
    cases: tuple[CaseLine, ...]
    all_cases: CaseLine
    visits: tuple[VisitLine, ...]
    all_visits: VisitLine
    mediators: tuple[Mediator, ...]
