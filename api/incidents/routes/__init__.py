"""HTTP of incidents.

`boards`, `desk`, `loop`, `hands` for the console, `phone` and `scene` for members, `policies` for how dispatches ask.
"""

from api.incidents.routes import boards, costs, desk, handing_over, hands, loop, phone, policies, reaching, scene
from api.incidents.routes.blueprint import blp

__all__ = ["blp", "boards", "costs", "desk", "handing_over", "hands", "loop", "phone", "policies", "reaching", "scene"]
