"""HTTP of grids."""

from api.grids.routes import ground, members, rosters, units, words
from api.grids.routes.blueprint import blp

__all__ = ["blp", "ground", "members", "rosters", "units", "words"]
