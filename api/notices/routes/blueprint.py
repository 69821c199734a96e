"""The blueprint of notices."""

from api.http.blueprint import Blueprint

blp = Blueprint("notices", __name__, description="Notices: one thing told to everybody in an area.")
