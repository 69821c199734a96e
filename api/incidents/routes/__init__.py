"""HTTP of incidents.

`desk`, `loop` and `hands` for the console, `phone` and `scene` for members, `policies` for how dispatches ask.
"""

from api.incidents.routes import costs, desk, handing_over, hands, loop, phone, policies, reaching, scene
from api.incidents.routes.blueprint import blp

__all__ = ["blp", "costs", "desk", "handing_over", "hands", "loop", "phone", "policies", "reaching", "scene"]
