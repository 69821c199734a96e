"""The blueprint of notifications."""

from api.http.blueprint import Blueprint

blp = Blueprint("notifications", __name__, description="Messages: a person's inbox, and what became of them.")
