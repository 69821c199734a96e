"""HTTP of reporting."""

from api.reporting.routes import disputes
from api.reporting.routes.blueprint import blp

__all__ = ["blp", "disputes"]
