"""The transition tables of the work side."""

from collections.abc import Iterable
from typing import Any, TypeVar

from api.disputes.types.work import (
    ConfirmationState,
    ConfirmationStep,
    HandOverState,
    HandOverStep,
    ObligationState,
    ObligationStep,
    SessionState,
    SessionStep,
)
from api.kernel.states import Machine

_S, _SS = SessionState, SessionStep
_O, _OS = ObligationState, ObligationStep
_H, _HS = HandOverState, HandOverStep
_C, _CS = ConfirmationState, ConfirmationStep
A = TypeVar("A")
B = TypeVar("B")

SESSION: Machine[SessionState, SessionStep] = Machine(
    name="mediation_session",
    initial=_S.PLANNED,
    table={
        (_S.PLANNED, _SS.HOLD): _S.HELD,
        (_S.PLANNED, _SS.ADJOURN): _S.ADJOURNED,
        (_S.PLANNED, _SS.MISS): _S.PARTY_ABSENT,
        (_S.PLANNED, _SS.CANCEL): _S.CANCELLED,
    },
    final=frozenset(_S) - {_S.PLANNED},
)
# Sessions that took place, whatever came of them: the days to the next are counted from the first of these.
MET = (_S.HELD, _S.ADJOURNED, _S.PARTY_ABSENT)


def _each(states: Iterable[A], step: B, after: A) -> dict[tuple[A, B], A]:
    return {(state, step): after for state in states}


# A broken promise may still be kept, or be waived: only the case's end leaves it broken.
OPEN_OBLIGATION = (_O.DUE, _O.OVERDUE, _O.BROKEN)
OBLIGATION: Machine[ObligationState, ObligationStep] = Machine(
    name="obligation",
    initial=_O.DUE,
    table={
        (_O.DUE, _OS.FALL_OVERDUE): _O.OVERDUE,
        **_each((_O.DUE, _O.OVERDUE), _OS.BREAK, _O.BROKEN),
        **_each(OPEN_OBLIGATION, _OS.PERFORM, _O.PERFORMED),
        **_each(OPEN_OBLIGATION, _OS.WAIVE, _O.WAIVED),
        **_each(OPEN_OBLIGATION, _OS.VOID, _O.VOID),
    },
    final=frozenset({_O.PERFORMED, _O.WAIVED, _O.VOID}),
)

HAND_OVER: Machine[HandOverState, HandOverStep] = Machine(
    name="dispute_hand_over",
    initial=_H.OFFERED,
    table={
        (_H.OFFERED, _HS.ACCEPT): _H.ACCEPTED,
        (_H.OFFERED, _HS.DECLINE): _H.DECLINED,
        (_H.OFFERED, _HS.WITHDRAW): _H.WITHDRAWN,
    },
    final=frozenset(_H) - {_H.OFFERED},
)

CONFIRMATION: Machine[ConfirmationState, ConfirmationStep] = Machine(
    name="judicial_confirmation",
    initial=_C.POSSIBLE,
    table={
        (_C.POSSIBLE, _CS.REQUEST): _C.REQUESTED,
        (_C.POSSIBLE, _CS.RENOUNCE): _C.NOT_WANTED,
        (_C.POSSIBLE, _CS.LAPSE): _C.LAPSED,
        # Parties may think again while there is time.
        (_C.NOT_WANTED, _CS.REQUEST): _C.REQUESTED,
        (_C.REQUESTED, _CS.CONFIRM): _C.CONFIRMED,
        (_C.REQUESTED, _CS.REJECT): _C.REJECTED,
    },
    final=frozenset({_C.CONFIRMED, _C.REJECTED, _C.NOT_WANTED, _C.LAPSED}),
)

WORK_MACHINES: tuple[Machine[Any, Any], ...] = (SESSION, OBLIGATION, HAND_OVER, CONFIRMATION)
