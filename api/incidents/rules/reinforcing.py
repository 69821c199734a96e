"""Whether people asked for from the scene are sent at once or by a click of the desk."""

from collections.abc import Sequence

from api.incidents.types import Colour, NeedOrder
from api.incidents.types.on_scene import ReinforcementState, ReinforcementStep
from api.kernel.states import Machine

_R, _RS = ReinforcementState, ReinforcementStep

REINFORCEMENT: Machine[ReinforcementState, ReinforcementStep] = Machine(
    name="reinforcement",
    initial=_R.ASKED,
    table={(_R.ASKED, _RS.GRANT): _R.GRANTED, (_R.ASKED, _RS.REFUSE): _R.REFUSED},
    final=frozenset({_R.GRANTED, _R.REFUSED}),
)
# What one person on scene may call in without a second look; more than that is a decision of the desk's.
MOST_AT_ONCE = 5


def goes_at_once(colour: str, needs: Sequence[NeedOrder]) -> bool:
    """Whether it needs no click: red, and a handful. Whoever is there sees what the desk cannot, and minutes count."""
    return colour == Colour.RED and sum(need.wanted for need in needs) <= MOST_AT_ONCE
