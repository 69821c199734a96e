"""How a report reads as a workbook. Pure."""

from api.reporting.rules.dispute_sheets import dispute_sheets
from api.reporting.rules.incident_sheets import incident_sheets

__all__ = ["dispute_sheets", "incident_sheets"]
