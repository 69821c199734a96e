"""The blueprint the pages hang on. Plain Flask and outside /v1: pages for people, not a contract with programs."""

from flask import Blueprint

blp = Blueprint("cockpit", __name__, template_folder="pages", url_prefix="/cockpit")
root = Blueprint("start", __name__)
