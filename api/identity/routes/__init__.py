"""HTTP of identity. Importing the other modules is what adds their routes to the blueprint."""

from api.identity.routes import devices, people, sessions, sign_in, trackers
from api.identity.routes.blueprint import blp

__all__ = ["blp", "devices", "people", "sessions", "sign_in", "trackers"]
