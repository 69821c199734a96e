"""One transition table per noun; whatever is not in the table cannot happen."""

from collections.abc import Iterable
from typing import Any, TypeVar

from api.incidents.types import (
    DispatchState,
    DispatchStep,
    FeedbackState,
    FeedbackStep,
    IncidentState,
    IncidentStep,
    NeedState,
    NeedStep,
    OfferState,
    OfferStep,
)
from api.kernel.states import Machine

_I, _IS = IncidentState, IncidentStep
_D, _DS = DispatchState, DispatchStep
_N, _NS = NeedState, NeedStep
_O, _OS = OfferState, OfferStep
_F, _FS = FeedbackState, FeedbackStep
S = TypeVar("S")
E = TypeVar("E")


def _each(states: Iterable[S], step: E, after: S) -> dict[tuple[S, E], S]:
    return {(state, step): after for state in states}


# Over, though what was closed and turns out not to be mended may be opened again.
ENDED_INCIDENT = (_I.CLOSED, _I.CANCELLED)
OPEN_INCIDENT = tuple(state for state in _I if state not in ENDED_INCIDENT)
# On their way to helping; GOING people are engaged, those DONE are free again.
GOING = (_O.ACCEPTED, _O.ON_THE_WAY, _O.ARRIVED)
WENT = (*GOING, _O.DONE)
# Asked, and not told otherwise yet.
ASKED = (_O.OFFERED, _O.SILENT)
# Not needed when they could have come: the same offer may be opened again, a second one is never made.
PAUSED = (_O.WITHDRAWN, _O.STOOD_DOWN)

# A dispatch out of review or call-back starts the loop again: what was reported turned out not to be the end.
INCIDENT: Machine[IncidentState, IncidentStep] = Machine(
    name="incident",
    initial=_I.REPORTED,
    table={
        **_each((_I.REPORTED, _I.DISPATCHING, _I.IN_REVIEW, _I.CALLING_BACK), _IS.DISPATCH, _I.DISPATCHING),
        (_I.UNDERWAY, _IS.DISPATCH): _I.UNDERWAY,
        (_I.DISPATCHING, _IS.SET_OFF): _I.UNDERWAY,
        (_I.UNDERWAY, _IS.ALL_DROPPED): _I.DISPATCHING,
        **_each((_I.DISPATCHING, _I.UNDERWAY), _IS.ALL_REPORTED, _I.IN_REVIEW),
        (_I.IN_REVIEW, _IS.RETURN): _I.UNDERWAY,
        (_I.IN_REVIEW, _IS.APPROVE): _I.CALLING_BACK,
        (_I.CALLING_BACK, _IS.CLOSE): _I.CLOSED,
        (_I.CLOSED, _IS.REOPEN): _I.REPORTED,
        **_each(OPEN_INCIDENT, _IS.CANCEL, _I.CANCELLED),
    },
    final=frozenset({_I.CANCELLED}),
)

DISPATCH: Machine[DispatchState, DispatchStep] = Machine(
    name="dispatch",
    initial=_D.ASKING,
    table={
        **_each((_D.ASKING, _D.EXHAUSTED), _DS.FILL, _D.FILLED),
        (_D.ASKING, _DS.EXHAUST): _D.EXHAUSTED,
        (_D.EXHAUSTED, _DS.ASK_AGAIN): _D.ASKING,
        (_D.FILLED, _DS.REOPEN): _D.ASKING,
        **_each((_D.ASKING, _D.FILLED, _D.EXHAUSTED), _DS.END, _D.ENDED),
    },
    final=frozenset({_D.ENDED}),
)

NEED: Machine[NeedState, NeedStep] = Machine(
    name="need",
    initial=_N.OPEN,
    table={
        (_N.OPEN, _NS.FILL): _N.FILLED,
        (_N.FILLED, _NS.REOPEN): _N.OPEN,
        **_each((_N.OPEN, _N.FILLED), _NS.END, _N.ENDED),
    },
    final=frozenset({_N.ENDED}),
)

# Phones may be offline, so a later step may come without the earlier ones: finishing straight after accepting is legal.
OFFER: Machine[OfferState, OfferStep] = Machine(
    name="offer",
    initial=_O.OFFERED,
    table={
        **_each((*ASKED, *PAUSED), _OS.ACCEPT, _O.ACCEPTED),
        **_each(ASKED, _OS.DECLINE, _O.DECLINED),
        (_O.OFFERED, _OS.FALL_SILENT): _O.SILENT,
        **_each(ASKED, _OS.WITHDRAW, _O.WITHDRAWN),
        **_each((*ASKED, *GOING, *PAUSED), _OS.STAND_DOWN, _O.STOOD_DOWN),
        **_each(PAUSED, _OS.ASK_AGAIN, _O.OFFERED),
        (_O.ACCEPTED, _OS.DEPART): _O.ON_THE_WAY,
        **_each((_O.ACCEPTED, _O.ON_THE_WAY), _OS.ARRIVE, _O.ARRIVED),
        **_each(GOING, _OS.FINISH, _O.DONE),
        **_each(GOING, _OS.DROP_OUT, _O.DROPPED_OUT),
    },
    final=frozenset({_O.DECLINED, _O.DONE, _O.DROPPED_OUT}),
)

FEEDBACK: Machine[FeedbackState, FeedbackStep] = Machine(
    name="feedback",
    initial=_F.SUBMITTED,
    table={(_F.SUBMITTED, _FS.RETURN): _F.RETURNED, (_F.SUBMITTED, _FS.APPROVE): _F.APPROVED},
    final=frozenset({_F.RETURNED, _F.APPROVED}),
)

MACHINES: tuple[Machine[Any, Any], ...] = (INCIDENT, DISPATCH, NEED, OFFER, FEEDBACK)

# Where a step leads, in the order it is travelled: a step whose end is behind the offer was already taken.
_ROAD = (_O.ACCEPTED, _O.ON_THE_WAY, _O.ARRIVED, _O.DONE)
_LEADS: dict[OfferStep, tuple[OfferState, ...]] = {
    _OS.ACCEPT: _ROAD,
    _OS.DEPART: (*_ROAD[1:], *PAUSED, _O.DROPPED_OUT),
    _OS.ARRIVE: (*_ROAD[2:], *PAUSED, _O.DROPPED_OUT),
    _OS.FINISH: (*_ROAD[3:], *PAUSED, _O.DROPPED_OUT),
    _OS.DECLINE: (_O.DECLINED, *PAUSED),
    _OS.DROP_OUT: (_O.DROPPED_OUT, _O.STOOD_DOWN),
}


def is_behind(state: OfferState, step: OfferStep) -> bool:
    """Whether a phone's step has nothing left to do: it was taken before, or the thing ended another way.

    Repeated, late and shuffled answers are thereby answered with the present state instead of an error.
    """
    return state in _LEADS[step]
