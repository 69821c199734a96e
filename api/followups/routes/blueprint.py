"""The blueprint the routes hang on."""

from api.http.blueprint import Blueprint

blp = Blueprint("followups", __name__, description="Follow-up visits: plans, day lists, reports and their evidence.")
