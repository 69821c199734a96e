"""Every noun's life is its table, and nothing else."""

import itertools

import pytest

from api.incidents.rules import MACHINES
from api.incidents.rules.states import ASKED, GOING, OFFER, PAUSED, is_behind
from api.incidents.types import OfferState, OfferStep
from api.kernel.errors import IllegalTransition

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
class TestEveryMachine:
    def test_every_state_can_be_reached(self, machine) -> None:
        states = type(machine.initial)
        reached, todo = {machine.initial}, [machine.initial]
        while todo:
            state = todo.pop()
            for (source, _), after in machine.table.items():
                if source is state and after not in reached:
                    reached.add(after)
                    todo.append(after)
        assert reached == set(states)

    def test_final_states_are_exactly_those_nothing_leaves(self, machine) -> None:
        left = {state for (state, _), after in machine.table.items() if after is not state}
        assert machine.final == set(type(machine.initial)) - left

    def test_from_every_state_an_end_can_be_reached(self, machine) -> None:
        ends = set(machine.final) or {machine.initial}
        for _ in machine.table:
            ends |= {state for (state, _), after in machine.table.items() if after in ends}
        assert ends == set(type(machine.initial))

    def test_what_is_not_in_the_table_is_refused(self, machine) -> None:
        steps = {step for _, step in machine.table}
        for state, step in itertools.product(type(machine.initial), steps):
            if (state, step) not in machine.table:
                with pytest.raises(IllegalTransition):
                    machine.next(state, step)


def test_every_offer_state_has_its_group() -> None:
    ended = {OfferState.DECLINED, OfferState.DROPPED_OUT, OfferState.DONE}
    assert {*ASKED, *GOING, *PAUSED} | ended == set(OfferState)


PHONE_STEPS = [
    OfferStep.ACCEPT,
    OfferStep.DECLINE,
    OfferStep.DEPART,
    OfferStep.ARRIVE,
    OfferStep.FINISH,
    OfferStep.DROP_OUT,
]


@pytest.mark.parametrize("step", PHONE_STEPS)
def test_a_step_is_never_both_possible_and_behind(step: OfferStep) -> None:
    assert not [state for state in OfferState if OFFER.allows(state, step) and is_behind(state, step)]


@pytest.mark.parametrize("step", PHONE_STEPS)
def test_a_step_taken_again_is_behind(step: OfferStep) -> None:
    assert all(is_behind(after, step) for (_, known), after in OFFER.table.items() if known is step)
