"""HTTP of notifications: the phone's inbox and its acknowledgements, the desk's view of deliveries."""

from api.notifications.routes import costs, failures, messages, reach, registry
from api.notifications.routes.blueprint import blp

__all__ = ["blp", "costs", "failures", "messages", "reach", "registry"]
