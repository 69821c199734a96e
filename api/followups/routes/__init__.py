"""HTTP of followups. Importing the other modules is what adds their routes to the blueprint."""

from api.followups.routes import contacts, feeds, plans, scales, templates, visits
from api.followups.routes.blueprint import blp

__all__ = ["blp", "contacts", "feeds", "plans", "scales", "templates", "visits"]
