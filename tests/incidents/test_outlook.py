"""The chance of enough people saying yes, against known values; and what a need lacks, counted."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.duty.types import Candidate
from api.incidents.rules.forecast import ACCEPT_PRIOR, PRIOR
from api.incidents.rules.outlook import chance_of_enough, outlook_of
from api.incidents.rules.previews import preview_need
from api.incidents.rules.simulation import World
from api.incidents.rules.targeting import plan_wave
from api.incidents.types import Ask, Missing, NeedOrder, OfferState, Past
from api.kernel.geo import Point

pytestmark = pytest.mark.unit
NEED = UUID(int=1001)


def test_the_prior_is_the_rate_of_the_reference_model() -> None:
    assert World().accept == ACCEPT_PRIOR


def test_seven_asked_for_one_still_fail_in_four_nights_of_a_hundred() -> None:
    assert 1 - chance_of_enough(1, 7, accept=0.36) == pytest.approx(0.044, abs=5e-4)


@pytest.mark.parametrize(
    ("wanted", "asked", "chance"),
    [(0, 0, 1.0), (0, 5, 1.0), (1, 0, 0.0), (3, 2, 0.0), (1, 1, 0.362), (2, 2, 0.362**2), (1, 6, 1 - 0.638**6)],
)
def test_the_edges(wanted: int, asked: int, chance: float) -> None:
    assert chance_of_enough(wanted, asked) == pytest.approx(chance)


@pytest.mark.parametrize(("accept", "chance"), [(0.0, 0.0), (1.0, 1.0)])
def test_certain_answers(accept: float, chance: float) -> None:
    assert chance_of_enough(2, 5, accept=accept) == chance


@given(st.integers(0, 9), st.integers(0, 8), st.floats(0, 1))
def test_it_is_the_sum_over_every_way_of_answering(wanted: int, asked: int, accept: float) -> None:
    total = 0.0
    for answers in product((True, False), repeat=asked):
        if sum(answers) >= wanted:
            weight = 1.0
            for yes in answers:
                weight *= accept if yes else 1 - accept
            total += weight
    assert chance_of_enough(wanted, asked, accept=accept) == pytest.approx(total, abs=1e-9)


@given(st.integers(1, 100), st.integers(1, 500))
def test_one_more_asked_never_lowers_it_and_one_more_wanted_never_raises_it(wanted: int, asked: int) -> None:
    chance = chance_of_enough(wanted, asked)
    assert 0 <= chance <= 1
    assert chance_of_enough(wanted, asked + 1) >= chance - 1e-12
    assert chance_of_enough(wanted + 1, asked) <= chance + 1e-12


def test_an_outlook_says_what_it_was_reckoned_from() -> None:
    found = outlook_of(1, [PRIOR, PRIOR])
    assert found[:4] == (1, 2, pytest.approx(ACCEPT_PRIOR), pytest.approx(1 - (1 - ACCEPT_PRIOR) ** 2))
    assert found.low < found.chance < found.high
    assert found.learnt_from == ((2, "", "", "", 0, 0, PRIOR.mean, PRIOR.low, PRIOR.high),)


def test_an_outlook_of_nobody() -> None:
    assert outlook_of(1, []) == (1, 0, 0.0, 0.0, 0.0, 0.0, ())


def somebody(number: int, **changes) -> Candidate:
    known = {
        "member_id": UUID(int=number), "person_id": UUID(int=number + 500), "force": "volunteer", "skills": (),
        "on_duty": True, "position": Point(29.7, 107.4), "distance_m": 100.0 * number,
        "fix_at": datetime(2026, 3, 1, tzinfo=UTC), "engaged_with": None, "fresh": True,
    }  # fmt: skip
    return Candidate(**{**known, **changes})


def test_what_is_missing_is_counted_by_reason() -> None:
    candidates = [
        somebody(1), somebody(2, engaged_with=UUID(int=9)), somebody(3, engaged_with=UUID(int=9)),
        somebody(4, fresh=False), somebody(5), somebody(6),
    ]  # fmt: skip
    ask, past = Ask(NEED, 4), {UUID(int=5): Past(OfferState.DECLINED, False)}
    plan = plan_wave([ask], {NEED: candidates}, past, excluded={UUID(int=6)})
    preview = preview_need(NeedOrder(3), ask, plan)
    assert [(entry.member_id.int, entry.distance_m, entry.eta_s) for entry in preview.asked] == [(1, 100, 155)]
    assert preview.missing == Missing(3, 2, {"engaged": 2, "excluded": 1, "refused": 1, "stale": 1})
    assert (preview.outlook.asked, preview.outlook.chance) == (1, 0.0)
    assert len(preview.considered) == 6


def test_a_need_that_finds_more_than_it_asks_lacks_nothing() -> None:
    ask = Ask(NEED, 2)
    preview = preview_need(NeedOrder(1), ask, plan_wave([ask], {NEED: [somebody(1), somebody(2), somebody(3)]}, {}))
    assert preview.missing == Missing(0, 0, {"enough": 1})


def test_people_at_the_same_distance_are_always_picked_in_the_same_order() -> None:
    twins = [somebody(number, distance_m=50.0) for number in (3, 1, 2)]
    for order in (twins, twins[::-1]):
        picks = plan_wave([Ask(NEED, 2)], {NEED: order}, {}).picks
        assert [pick.member_id.int for pick in picks] == [1, 2]
