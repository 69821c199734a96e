"""The blueprint of disputes."""

from api.http.blueprint import Blueprint

blp = Blueprint("disputes", __name__, description="Disputes, their parties, and what belongs together.")
