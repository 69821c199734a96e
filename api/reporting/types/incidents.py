"""Incidents in numbers."""

from dataclasses import dataclass
from enum import StrEnum

from api.reporting.types.disputes import Spread
from api.reporting.types.periods import Period


class IncidentGrouping(StrEnum):
    """What a line of the report is about."""

    KIND = "kind"
    COLOUR = "colour"
    GRID = "grid"
    MONTH = "month"


@dataclass(frozen=True)
class IncidentLine:
    """The incidents of one group that were reported in the period.

    `open`, `closed` and `cancelled` are all of them, each once; `unfilled` of them were dispatched and nobody said yes.
    Offers are counted over all of them. Spans in seconds, per incident: from the report to the first person asked,
    from there to the first yes and to the first arrival, and from the report to the end.
    """

    key: str | None
    label: str | None
    reported: int
    open: int
    closed: int
    cancelled: int
    unfilled: int
    asked: int
    accepted: int
    arrived: int
    to_ask: Spread
    to_accept: Spread
    to_arrive: Spread
    to_close: Spread


@dataclass(frozen=True)
class IncidentReport:
    """Lines by group, and their total from the same statement."""

    period: Period
    by: IncidentGrouping
    lines: tuple[IncidentLine, ...]
    total: IncidentLine
