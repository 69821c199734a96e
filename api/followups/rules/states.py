"""One transition table per noun; whatever is not in the table cannot happen."""

from typing import Any

from api.followups.types import PlanEvent, PlanState, VisitEvent, VisitState
from api.kernel.states import Machine

_V, _VE = VisitState, VisitEvent
_P, _PE = PlanState, PlanEvent

# The states whose clocks run.
OPEN_VISIT = (_V.PLANNED, _V.DUE, _V.OVERDUE)
_UNMADE = (*OPEN_VISIT, _V.MISSED)

# A planned visit may fall overdue at once: a run that comes late takes the last step, not each of them. A missed one
# may still be done, since the phone that holds its report may have been offline.
VISIT: Machine[VisitState, VisitEvent] = Machine(
    name="visit",
    initial=_V.PLANNED,
    table={
        (_V.PLANNED, _VE.COME_DUE): _V.DUE,
        (_V.PLANNED, _VE.FALL_OVERDUE): _V.OVERDUE,
        (_V.DUE, _VE.FALL_OVERDUE): _V.OVERDUE,
        (_V.OVERDUE, _VE.GIVE_UP): _V.MISSED,
        **{(state, _VE.REPORT): _V.DONE for state in _UNMADE},
        **{(state, _VE.WAIVE): _V.WAIVED for state in _UNMADE},
    },
    final=frozenset({_V.DONE, _V.WAIVED}),
)

PLAN: Machine[PlanState, PlanEvent] = Machine(
    name="visit_plan",
    initial=_P.RUNNING,
    table={
        (_P.RUNNING, _PE.REGRADE): _P.RUNNING,
        (_P.RUNNING, _PE.RESTART): _P.RUNNING,
        (_P.RUNNING, _PE.CLOSE): _P.CLOSED,
        (_P.CLOSED, _PE.RESTART): _P.RUNNING,  # what was closed may flare up again
    },
    final=frozenset({_P.CLOSED}),
)

MACHINES: tuple[Machine[Any, Any], ...] = (VISIT, PLAN)
