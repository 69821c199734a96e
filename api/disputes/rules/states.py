"""One transition table; whatever is not in it cannot happen."""

from collections.abc import Iterable
from typing import Any

from api.disputes.types import CaseState, CaseStep
from api.kernel.states import Machine

_C, _S = CaseState, CaseStep


def _each(states: Iterable[CaseState], step: CaseStep, after: CaseState) -> dict[tuple[CaseState, CaseStep], CaseState]:
    return {(state, step): after for state in states}


# Somebody is, or should be, working on it.
WORKING = (_C.REPORTED, _C.ACCEPTED, _C.MEDIATING, _C.SUSPENDED)
# Reached an end from which only a deliberate step leads back: no clock runs.
ENDED = (_C.CLOSED, _C.FAILED, _C.HANDED_OVER, _C.REFUSED, _C.MERGED, _C.WITHDRAWN)
OPEN = tuple(state for state in _C if state not in ENDED)

DISPUTE: Machine[CaseState, CaseStep] = Machine(
    name="dispute",
    initial=_C.REPORTED,
    table={
        (_C.REPORTED, _S.ACCEPT): _C.ACCEPTED,
        (_C.REPORTED, _S.REFUSE): _C.REFUSED,
        (_C.ACCEPTED, _S.BEGIN): _C.MEDIATING,
        **_each((_C.ACCEPTED, _C.MEDIATING), _S.SUSPEND, _C.SUSPENDED),
        (_C.SUSPENDED, _S.RESUME): _C.MEDIATING,
        (_C.MEDIATING, _S.SETTLE): _C.SETTLED,
        **_each((_C.ACCEPTED, _C.MEDIATING), _S.FAIL, _C.FAILED),
        **_each((_C.REPORTED, _C.ACCEPTED, _C.MEDIATING), _S.HAND_OVER, _C.HANDING_OVER),
        (_C.HANDING_OVER, _S.TAKEN): _C.HANDED_OVER,
        # Whatever had begun here begins again from acceptance: somebody must take it up anew.
        (_C.HANDING_OVER, _S.DECLINED): _C.ACCEPTED,
        (_C.SETTLED, _S.SIGN_OFF): _C.CLOSED,
        **_each((_C.SETTLED, _C.CLOSED), _S.RELAPSE, _C.MEDIATING),
        **_each((_C.SETTLED, _C.CLOSED, _C.FAILED), _S.REOPEN, _C.MEDIATING),
        # A settled case is never merged away: its visits would lose the settlement they are counted from.
        **_each(WORKING, _S.MERGE, _C.MERGED),
        **_each(WORKING, _S.WITHDRAW, _C.WITHDRAWN),
    },
    final=frozenset({_C.HANDED_OVER, _C.REFUSED, _C.MERGED, _C.WITHDRAWN}),
)

MACHINES: tuple[Machine[Any, Any], ...] = (DISPUTE,)
