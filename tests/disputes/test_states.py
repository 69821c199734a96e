"""The life of a case: total, and nothing is stuck."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.disputes.rules.standards import TIMED
from api.disputes.rules.states import DISPUTE, ENDED, OPEN, WORKING
from api.disputes.types import CaseState, CaseStep
from api.kernel.errors import IllegalTransition

pytestmark = pytest.mark.unit


def test_every_state_leaves_or_is_final() -> None:
    leaving = {state for state, _ in DISPUTE.table}
    assert set(CaseState) == leaving | DISPUTE.final
    assert not leaving & DISPUTE.final
    assert set(DISPUTE.table.values()) | {DISPUTE.initial} == set(CaseState)


def test_an_end_can_be_reached_from_everywhere() -> None:
    ends = set(DISPUTE.final)
    for _ in CaseState:
        ends |= {state for (state, _), after in DISPUTE.table.items() if after in ends}
    assert ends == set(CaseState)


def test_every_step_is_taken_somewhere() -> None:
    assert {step for _, step in DISPUTE.table} == set(CaseStep)


def test_a_state_is_open_with_a_clock_or_ended_without() -> None:
    assert set(OPEN) | set(ENDED) == set(CaseState)
    assert set(OPEN) == set(TIMED)
    assert set(DISPUTE.final) <= set(ENDED)
    assert set(WORKING) <= set(OPEN)


@settings(max_examples=60)
@given(steps=st.lists(st.sampled_from(CaseStep), max_size=15))
def test_a_final_state_never_changes_again(steps: list[CaseStep]) -> None:
    state = DISPUTE.initial
    for step in steps:
        if state in DISPUTE.final:
            with pytest.raises(IllegalTransition):
                DISPUTE.next(state, step)
        elif DISPUTE.allows(state, step):
            state = DISPUTE.next(state, step)


def test_only_a_signature_closes() -> None:
    assert [key for key, after in DISPUTE.table.items() if after is CaseState.CLOSED] == [
        (CaseState.SETTLED, CaseStep.SIGN_OFF)
    ]
