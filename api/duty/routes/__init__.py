"""HTTP of duty."""

from api.duty.routes import board, own, positions, shifts
from api.duty.routes.blueprint import blp

__all__ = ["blp", "board", "own", "positions", "shifts"]
