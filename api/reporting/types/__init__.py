"""Values of reports. Spans are seconds, shares are 0 to 1, days are the station's."""

from api.reporting.types.coverage import Coverage, CoverageLine
from api.reporting.types.disputes import CaseLine, DisputeReport, Grouping, Mediator, Spread, VisitLine
from api.reporting.types.incidents import IncidentGrouping, IncidentLine, IncidentReport
from api.reporting.types.periods import Period
from api.reporting.types.reach import (
    CurvePoint,
    ReachCount,
    ReachLine,
    ReachQuery,
    ReachReport,
    ResponseCurve,
    ResponseLine,
    ResponseQuery,
    Standing,
)

__all__ = [
    "CaseLine",
    "Coverage",
    "CoverageLine",
    "CurvePoint",
    "DisputeReport",
    "Grouping",
    "IncidentGrouping",
    "IncidentLine",
    "IncidentReport",
    "Mediator",
    "Period",
    "ReachCount",
    "ReachLine",
    "ReachQuery",
    "ReachReport",
    "ResponseCurve",
    "ResponseLine",
    "ResponseQuery",
    "Spread",
    "Standing",
    "VisitLine",
]
