"""HTTP of reporting."""

from api.reporting.routes import coverage, disputes, incidents, reach
from api.reporting.routes.blueprint import blp

__all__ = ["blp", "coverage", "disputes", "incidents", "reach"]
