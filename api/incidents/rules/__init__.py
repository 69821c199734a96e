"""What incidents decide, without touching anything. `MACHINES` lists every transition table, for the diagrams."""

from api.incidents.rules.states import MACHINES

__all__ = ["MACHINES"]
