"""HTTP of audit."""

from api.http.blueprint import Blueprint

blp = Blueprint("audit", __name__, description="")
