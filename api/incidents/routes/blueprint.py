"""The blueprint of incidents."""

from api.http.blueprint import Blueprint

blp = Blueprint("incidents", __name__, description="Incidents, who is asked to go, and how it ended.")
