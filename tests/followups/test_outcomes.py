"""What outcomes do to colours, and which reports count."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.followups.rules.outcomes import GRAVITY, colour_after, finishes_visit, has_new_effect, is_graver
from api.followups.types import Outcome, OutcomeRule, Scale

pytestmark = pytest.mark.unit
_O = Outcome
SCALE = Scale(
    "*",
    1,
    ("red", "orange", "yellow", "blue"),
    {
        _O.CALM: OutcomeRule(shift=-1, streak=2),
        _O.STRAINED: OutcomeRule(shift=1),
        _O.RELAPSED: OutcomeRule(to="red", restart=True),
        _O.UNREACHABLE: OutcomeRule(shift=1, streak=3, tries=3),
    },
)


@pytest.mark.parametrize(
    ("colour", "newest_first", "after"),
    [
        ("yellow", [_O.CALM], "yellow"),
        ("yellow", [_O.CALM, _O.CALM], "blue"),
        ("yellow", [_O.CALM, _O.CALM, _O.CALM], "yellow"),
        ("yellow", [_O.CALM, _O.STRAINED, _O.CALM], "yellow"),
        ("yellow", [_O.STRAINED], "orange"),
        ("red", [_O.STRAINED], "red"),
        ("blue", [_O.CALM, _O.CALM], "blue"),
        ("blue", [_O.RELAPSED], "red"),
        ("yellow", [_O.UNREACHABLE] * 2, "yellow"),
        ("yellow", [_O.UNREACHABLE] * 3, "orange"),
        ("yellow", [_O.MOVED_AWAY], "yellow"),
        ("mauve", [_O.STRAINED], "mauve"),
    ],
)
def test_colours_follow_the_scales_rules(colour: str, newest_first: list[Outcome], after: str) -> None:
    assert colour_after(SCALE, colour, newest_first) == after


@settings(max_examples=40)
@given(colour=st.sampled_from(SCALE.colours), outcomes=st.lists(st.sampled_from(Outcome), min_size=1, max_size=8))
def test_no_outcome_leads_off_the_scale(colour: str, outcomes: list[Outcome]) -> None:
    assert colour_after(SCALE, colour, outcomes) in SCALE.colours


def test_nobody_reached_is_tried_again_before_it_counts() -> None:
    assert [finishes_visit(SCALE, _O.UNREACHABLE, before) for before in range(3)] == [False, False, True]
    assert finishes_visit(SCALE, _O.CALM, 0)


def test_every_outcome_has_a_gravity() -> None:
    assert set(GRAVITY) == set(Outcome)


def test_a_second_report_has_an_effect_only_when_it_is_graver() -> None:
    assert all(not has_new_effect(outcome, outcome) for outcome in Outcome)
    assert has_new_effect(_O.CALM, _O.RELAPSED)
    assert not has_new_effect(_O.RELAPSED, _O.CALM)
    assert has_new_effect(None, _O.CALM)


def test_graver_compares_along_the_scale() -> None:
    graver = {(a, b) for a, b in product(SCALE.colours, repeat=2) if is_graver(SCALE, a, b)}
    assert ("red", "blue") in graver
    assert ("blue", "red") not in graver
    assert len(graver) == 6
    assert not is_graver(SCALE, "mauve", "red")
