"""The blueprint every area's routes use: flask-smorest with strict bodies."""

from flask_smorest import Blueprint as SmorestBlueprint

from api.http.bodies import StrictParser


class Blueprint(SmorestBlueprint):
    """A smorest blueprint whose arguments are parsed strictly."""

    ARGUMENTS_PARSER = StrictParser()
