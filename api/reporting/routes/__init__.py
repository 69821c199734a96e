"""HTTP of reporting."""

from api.reporting.routes import disputes, reach
from api.reporting.routes.blueprint import blp

__all__ = ["blp", "disputes", "reach"]
