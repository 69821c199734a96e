"""Reports that leave the building: counted like the others, and noted in the trail."""

from api.reporting.service.exports import export_disputes, export_incidents
from api.reporting.service.reach_exports import export_reachability, export_responses

__all__ = ["export_disputes", "export_incidents", "export_reachability", "export_responses"]
