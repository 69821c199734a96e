"""The blueprint duty's routes hang on."""

from api.http.blueprint import Blueprint

blp = Blueprint("duty", __name__, description="On duty, off duty, shifts, positions and trails")
