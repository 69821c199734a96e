"""The blueprint the routes of grids hang on."""

from api.http.blueprint import Blueprint

blp = Blueprint("grids", __name__, description="The station's ground and the people enrolled on it.")
