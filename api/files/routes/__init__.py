"""HTTP of files: the plain upload, the resumable one, and the link that hands bytes out."""

from api.files.routes import files, uploads
from api.files.routes.blueprint import blp, tus

__all__ = ["blp", "files", "tus", "uploads"]
