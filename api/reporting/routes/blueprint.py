"""The blueprint of reporting."""

from api.http.blueprint import Blueprint

blp = Blueprint("reporting", __name__, description="What happened, in numbers.")
