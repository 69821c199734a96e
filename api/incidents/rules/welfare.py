"""Watching over people on scene: asked again and again, and nobody's silence goes unnoticed.

One machine. Somebody who does not answer is not in trouble, only unheard: the desk is told, then more people are, and
the asking goes on until there is an answer or the task is over.
"""

from api.identity.types import Role
from api.incidents.types.on_scene import WelfareState, WelfareStep
from api.kernel.states import Machine

_W, _WS = WelfareState, WelfareStep
_OPEN = (_W.CALM, _W.ASKED, _W.MISSED, _W.HELP)
WATCHED = _OPEN

WELFARE: Machine[WelfareState, WelfareStep] = Machine(
    name="welfare",
    initial=_W.CALM,
    table={
        (_W.CALM, _WS.ASK): _W.ASKED,
        (_W.ASKED, _WS.MISS): _W.MISSED,
        (_W.MISSED, _WS.MISS): _W.MISSED,
        (_W.HELP, _WS.MISS): _W.HELP,
        **{(state, _WS.ANSWER): _W.CALM for state in _OPEN},
        **{(state, _WS.CALL_FOR_HELP): _W.HELP for state in _OPEN},
        **{(state, _WS.END): _W.ENDED for state in _OPEN},
    },
    final=frozenset({_W.ENDED}),
)
_SHORTEST_S, _LONGEST_S = 60, 180
_DESK = (Role.DISPATCHER, Role.SUPERVISOR)
_CHIEFS = (*_DESK, Role.STATION_ADMIN)


def answer_window_s(every_s: int) -> int:
    """How long an answer is waited for: a fifth of the round, at least one minute and at most three."""
    return min(_LONGEST_S, max(_SHORTEST_S, every_s // 5))


def told_roles(missed: int) -> tuple[Role, ...]:
    """Who is told of the so-many-th question without an answer: the desk, and from the third on the chiefs as well."""
    return _DESK if missed < 3 else _CHIEFS


def tells_companions(missed: int) -> bool:
    """Whether the others on scene are asked to look: they are nearest. Once, with the second unanswered question."""
    return missed == 2


def step_when_due(state: WelfareState) -> WelfareStep:
    """What the watch's timer does: a question to somebody calm, else another word to the desk."""
    return _WS.ASK if state is _W.CALM else _WS.MISS
