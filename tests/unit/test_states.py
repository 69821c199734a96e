"""A transition table is the whole truth about a noun's life."""

from enum import StrEnum

import pytest

from api.kernel.errors import IllegalTransition
from api.kernel.states import Machine

pytestmark = pytest.mark.unit


class Door(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    GONE = "gone"


class Push(StrEnum):
    CLOSE = "close"
    OPEN = "open"
    REMOVE = "remove"


DOOR = Machine(
    "door",
    Door.OPEN,
    {
        (Door.OPEN, Push.CLOSE): Door.SHUT,
        (Door.SHUT, Push.OPEN): Door.OPEN,
        (Door.OPEN, Push.REMOVE): Door.GONE,
        (Door.SHUT, Push.REMOVE): Door.GONE,
    },
    frozenset({Door.GONE}),
)


@pytest.mark.parametrize("state", list(Door))
@pytest.mark.parametrize("event", list(Push))
def test_every_pair_is_either_a_row_or_refused(state: Door, event: Push) -> None:
    if (state, event) in DOOR.table:
        assert DOOR.next(state, event) is DOOR.table[(state, event)]
        assert DOOR.allows(state, event)
    else:
        assert not DOOR.allows(state, event)
        with pytest.raises(IllegalTransition) as refused:
            DOOR.next(state, event)
        assert refused.value.facts["state"] == state.value
        assert state.value in refused.value.text_zh


def test_sources_are_what_a_conditional_update_names() -> None:
    assert DOOR.sources(Push.REMOVE) == {Door.OPEN, Door.SHUT}
    assert DOOR.sources(Push.CLOSE) == {Door.OPEN}


def test_the_diagram_is_stable_and_whole() -> None:
    assert DOOR.mermaid().splitlines() == [
        "stateDiagram-v2",
        "    [*] --> open",
        "    open --> gone: remove",
        "    open --> shut: close",
        "    shut --> gone: remove",
        "    shut --> open: open",
        "    gone --> [*]",
    ]
