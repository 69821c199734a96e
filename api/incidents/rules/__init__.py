"""What incidents decide, without touching anything. `MACHINES` lists every transition table, for the diagrams."""

from api.incidents.rules import states
from api.incidents.rules.reinforcing import REINFORCEMENT
from api.incidents.rules.welfare import WELFARE

MACHINES = (*states.MACHINES, REINFORCEMENT, WELFARE)

__all__ = ["MACHINES"]
