"""What followups decides, without touching anything. `MACHINES` lists every transition table, for the diagrams."""

from api.followups.rules.states import MACHINES

__all__ = ["MACHINES"]
