"""The blueprints the routes hang on; tus has one of its own, since its answers carry headers of their own."""

from api.http.blueprint import Blueprint

blp = Blueprint("files", __name__, description="Photos and papers.")
tus = Blueprint("uploads", __name__, description="Resumable uploads (tus 1.0.0).")
