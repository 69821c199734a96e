"""What is learnt of who says yes, and how many are asked because of it."""

from itertools import product
from math import prod
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.incidents.rules.forecast import (
    ACCEPT_PRIOR,
    PRIOR,
    STRENGTH,
    Tally,
    band_of,
    beta_below,
    beta_quantile,
    chance_of,
    estimate_for,
    hours_of,
    lean,
    learn,
)
from api.incidents.rules.outlook import chance_of_enough
from api.incidents.types.forecasts import Answers, Band, Cell, Hours

pytestmark = pytest.mark.unit
CHANCES = st.lists(st.floats(0, 1), max_size=8)


@pytest.mark.parametrize(
    ("metres", "band"),
    [(0, "next_door"), (300, "next_door"), (301, "near"), (800, "near"), (2_000, "around"), (2_001, "far")],
)
def test_bands(metres: float, band: str) -> None:
    assert band_of(metres) == band


@pytest.mark.parametrize(
    ("hour", "hours"), [(5, "night"), (6, "day"), (17, "day"), (18, "evening"), (21, "evening"), (22, "night")]
)
def test_hours(hour: int, hours: str) -> None:
    assert hours_of(hour) == hours


@pytest.mark.parametrize(
    ("point", "yes", "no", "below"),
    [
        (0.5, 1, 1, 0.5), (0.3, 1, 1, 0.3), (0.25, 1, 2, 1 - 0.75**2), (0.25, 2, 1, 0.0625), (0.5, 7.3, 7.3, 0.5),
        (0.362, 7.24, 12.76, 0.5195), (0.0, 3, 4, 0.0), (1.0, 3, 4, 1.0),
    ],
)  # fmt: skip
def test_the_beta_function_against_known_values(point, yes, no, below) -> None:
    assert beta_below(point, yes, no) == pytest.approx(below, abs=5e-3 if yes == 7.24 else 1e-9)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.5, 40), st.floats(0.5, 40), st.floats(0.05, 0.95))
def test_a_quantile_is_the_inverse(yes: float, no: float, share: float) -> None:
    point = beta_quantile(share, yes, no)
    if 0.001 < point < 0.999:
        assert beta_below(point, yes, no) == pytest.approx(share, abs=2e-2)


def test_an_interval_holds_eight_in_ten() -> None:
    rng = Random(4)
    estimate = lean(Answers(30, 12), ACCEPT_PRIOR)
    yes, no = 12 + STRENGTH * ACCEPT_PRIOR, 18 + STRENGTH * (1 - ACCEPT_PRIOR)
    inside = sum(estimate.low <= rng.betavariate(yes, no) <= estimate.high for _ in range(20_000)) / 20_000
    assert inside == pytest.approx(0.8, abs=0.015)


def test_with_nothing_learnt_the_prior_speaks_and_says_so() -> None:
    found = estimate_for({}, "volunteer", 100, Hours.DAY)
    assert found == PRIOR
    assert (found.mean, found.answers.asked) == (pytest.approx(ACCEPT_PRIOR), 0)
    assert found.low < ACCEPT_PRIOR < found.high


def test_the_narrowest_cell_there_is_speaks() -> None:
    learnt = learn({Cell("volunteer", Band.NEAR, Hours.DAY): Answers(400, 300)})
    assert estimate_for(learnt, "volunteer", 500, Hours.DAY).cell == ("volunteer", "near", "day")
    assert estimate_for(learnt, "volunteer", 500, Hours.NIGHT).cell == ("volunteer", "near", "")
    assert estimate_for(learnt, "volunteer", 5_000, Hours.NIGHT).cell == ("volunteer", "", "")
    assert estimate_for(learnt, "medic", 500, Hours.DAY).cell == ("", "", "")


def test_a_few_answers_move_it_little_and_many_move_it_all_the_way() -> None:
    few = learn({Cell("volunteer", Band.NEAR, Hours.DAY): Answers(2, 2)})[Cell("volunteer", Band.NEAR, Hours.DAY)]
    many = learn({Cell("volunteer", Band.NEAR, Hours.DAY): Answers(5_000, 4_000)})[Cell("volunteer", "near", "day")]
    assert ACCEPT_PRIOR < few.mean < 0.58
    assert many.mean == pytest.approx(0.8, abs=0.005)
    assert many.high - many.low < 0.02 < few.high - few.low


def test_a_small_cell_leans_on_its_force_not_on_everybody() -> None:
    counts = {
        Cell("medic", Band.NEAR, Hours.DAY): Answers(1_000, 900),
        Cell("medic", Band.NEAR, Hours.NIGHT): Answers(1, 0),
        Cell("courier", Band.NEAR, Hours.DAY): Answers(1_000, 100),
    }
    learnt = learn(counts)
    assert learnt[Cell("medic", "near", "night")].mean > 0.8
    assert learnt[Cell("courier", "near", "day")].mean < 0.13


def test_answers_of_an_unknown_force_count_for_the_station_only() -> None:
    learnt = learn({Cell(): Answers(100, 90), Cell("medic", Band.NEAR, Hours.DAY): Answers(10, 5)})
    assert set(learnt) == {Cell(), Cell("medic"), Cell("medic", "near"), Cell("medic", "near", "day")}
    assert learnt[Cell()].answers == (110, 95)


@settings(deadline=None)
@given(
    st.dictionaries(
        st.builds(Cell, st.sampled_from(["a", "b"]), st.sampled_from(list(Band)), st.sampled_from(list(Hours))),
        st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda pair: Answers(max(pair), min(pair))),
        max_size=8,
    )
)
def test_any_log_gives_chances_with_their_interval_around_them(counts) -> None:
    learnt = learn(counts)
    assert all(0 < each.low <= each.mean <= each.high < 1 for each in learnt.values())
    assert learnt == {} or learnt[Cell()].answers.asked == sum(each.asked for each in counts.values())


@given(st.integers(0, 6), CHANCES)
def test_enough_is_the_sum_over_every_way_of_answering(wanted: int, chances) -> None:
    total = sum(
        prod(chance if yes else 1 - chance for chance, yes in zip(chances, answers, strict=True))
        for answers in product((True, False), repeat=len(chances))
        if sum(answers) >= wanted
    )
    assert chance_of(wanted, chances) == pytest.approx(total, abs=1e-9)


@given(st.integers(0, 20), st.integers(0, 60), st.floats(0, 1))
def test_people_who_are_all_alike_are_the_binomial(wanted: int, asked: int, chance: float) -> None:
    expected = chance_of_enough(wanted, asked, accept=chance)
    assert chance_of(wanted, [chance] * asked) == pytest.approx(expected, abs=1e-9)


@given(st.integers(1, 6), CHANCES, st.floats(0, 1))
def test_one_more_person_never_lowers_it(wanted: int, chances, chance: float) -> None:
    tally = Tally(wanted, chances)
    before = tally.enough
    tally.add(chance)
    assert tally.enough >= before - 1e-12
