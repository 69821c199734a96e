"""Values of reports. Spans are seconds, shares are 0 to 1, days are the station's."""

from api.reporting.types.disputes import CaseLine, DisputeReport, Grouping, Mediator, Spread, VisitLine
from api.reporting.types.periods import Period

__all__ = ["CaseLine", "DisputeReport", "Grouping", "Mediator", "Period", "Spread", "VisitLine"]
