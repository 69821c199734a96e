"""HTTP of incidents: `desk` and `loop` for the console, `phone` for members."""

from api.incidents.routes import desk, loop, phone
from api.incidents.routes.blueprint import blp

__all__ = ["blp", "desk", "loop", "phone"]
