"""HTTP of identity."""

from api.http.blueprint import Blueprint

blp = Blueprint("identity", __name__, description="")
