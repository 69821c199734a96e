"""Reports that leave the building: counted like the others, and noted in the trail."""

from api.reporting.service.exports import export_disputes

__all__ = ["export_disputes"]
