"""The counting: plain SQL over every area's tables, one statement per table of a report."""

from api.reporting.queries.disputes import dispute_report

__all__ = ["dispute_report"]
