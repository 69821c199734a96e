"""The blueprint the routes hang on."""

from api.http.blueprint import Blueprint

blp = Blueprint("identity", __name__, description="People, sign-in, sessions and phones.")
