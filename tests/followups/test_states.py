"""The transition tables are total, and nothing is stuck."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.followups.rules.states import MACHINES, OPEN_VISIT, VISIT
from api.followups.types import VisitEvent, VisitState
from api.kernel.errors import IllegalTransition

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_leaves_or_is_final(machine) -> None:
    states = set(type(machine.initial))
    leaving = {state for state, _ in machine.table}
    assert states == leaving | machine.final
    assert set(machine.table.values()) | {machine.initial} == states


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_an_end_can_be_reached_from_everywhere(machine) -> None:
    ends = set(machine.final)
    for _ in type(machine.initial):
        ends |= {state for (state, _), after in machine.table.items() if after in ends}
    assert ends == set(type(machine.initial))


def test_open_visits_are_those_with_clocks() -> None:
    assert set(OPEN_VISIT) == set(VisitState) - VISIT.final - {VisitState.MISSED}


@settings(max_examples=40)
@given(events=st.lists(st.sampled_from(VisitEvent), max_size=12))
def test_a_done_or_waived_visit_never_changes_again(events: list[VisitEvent]) -> None:
    state = VISIT.initial
    for event in events:
        if state in VISIT.final:
            with pytest.raises(IllegalTransition):
                VISIT.next(state, event)
        elif VISIT.allows(state, event):
            state = VISIT.next(state, event)
