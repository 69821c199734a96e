"""The counting: plain SQL over every area's tables, one statement per table of a report."""

from api.reporting.queries.coverage import coverage
from api.reporting.queries.disputes import dispute_report
from api.reporting.queries.incidents import incident_report
from api.reporting.queries.reach import reach_lines, reach_report
from api.reporting.queries.responses import response_curve, response_lines

__all__ = [
    "coverage",
    "dispute_report",
    "incident_report",
    "reach_lines",
    "reach_report",
    "response_curve",
    "response_lines",
]
