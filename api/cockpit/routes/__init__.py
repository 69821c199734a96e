"""HTTP of the cockpit. Importing the other modules is what adds their routes to the blueprint."""

from api.cockpit.routes import files, pages, phones, session
from api.cockpit.routes.blueprint import blp, root

__all__ = ["blp", "files", "pages", "phones", "root", "session"]
