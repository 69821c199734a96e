"""Weights of providers: less for who does badly, back again when it is quiet; and who carries a text."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.notifications.rules.carriers import Market, choose_carrier
from api.notifications.rules.weights import DRIFT_AFTER, SHIFT_EVERY, is_poor, move_weights, pick_route
from api.notifications.types import Health, OutcomeKind, Provider, RegisteredText, Route
from tests.notifications.letters import NOW

pytestmark = pytest.mark.unit
T, A = Provider.TWILIO, Provider.ALIYUN
LONG_AGO = NOW - timedelta(hours=2)
KEY = ("offer", 2, "zh-CN", False)
WORDS = RegisteredText("SMS_1", "网格联动")


def home(twilio: int = 10, aliyun: int = 90, changed_at=LONG_AGO) -> list[Route]:
    return [Route("+86", A, aliyun, 90, changed_at), Route("+86", T, twilio, 10, changed_at)]


def weights(routes: list[Route]) -> dict[Provider, int]:
    return {route.provider: route.weight for route in routes}


def test_ten_points_move_from_who_fails_and_not_twice_within_a_minute() -> None:
    poor = {A: Health(A, calls=20, errors=3)}
    first = move_weights(home(), poor, NOW)
    assert weights(first) == {A: 80, T: 20}
    assert weights(move_weights(first, poor, NOW + SHIFT_EVERY / 2)) == {A: 80, T: 20}
    assert weights(move_weights(first, poor, NOW + SHIFT_EVERY)) == {A: 70, T: 30}


def test_late_deliveries_count_like_errors_and_few_calls_prove_nothing() -> None:
    assert is_poor(Health(A, calls=50, errors=0, told=20, slow=4))
    assert not is_poor(Health(A, calls=50, errors=5, told=20, slow=3))
    assert not is_poor(Health(A, calls=9, errors=9, told=9, slow=9))


def test_when_all_do_badly_nothing_moves() -> None:
    poor = {p: Health(p, calls=20, errors=20) for p in (A, T)}
    assert move_weights(home(), poor, NOW) == home()


def test_what_moved_drifts_back_when_it_was_quiet_and_stops_where_it_belongs() -> None:
    shifted = home(twilio=22, aliyun=78, changed_at=NOW)
    assert weights(move_weights(shifted, {}, NOW + DRIFT_AFTER / 2)) == {A: 78, T: 22}
    course, now = [shifted], NOW
    for _ in range(5):
        now += DRIFT_AFTER
        course.append(move_weights(course[-1], {}, now))
    assert [weights(routes)[A] for routes in course] == [78, 83, 88, 90, 90, 90]


@given(
    st.integers(0, 100),
    st.integers(0, 100),
    st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 30)), max_size=60),
)
def test_points_are_neither_made_nor_lost(weight: int, configured: int, minutes: list[tuple[bool, bool, int]]) -> None:
    routes, now = [Route("", A, weight, configured, NOW), Route("", T, 100 - weight, 100 - configured, NOW)], NOW
    for bad_a, bad_t, wait in minutes:
        now += timedelta(minutes=wait)
        seen = {p: Health(p, calls=20, errors=20 * bad) for p, bad in ((A, bad_a), (T, bad_t))}
        routes = move_weights(routes, seen, now)
        assert sum(route.weight for route in routes) == 100
        assert all(0 <= route.weight <= 100 for route in routes)


def test_the_draw_follows_the_weights() -> None:
    drawn = Counter(pick_route(home(), place / 1000).provider for place in range(1000))
    assert drawn == {A: 900, T: 100}
    assert {pick_route(home(0, 0), place / 10).provider for place in range(10)} == {A, T}
    assert pick_route(home(), 1.0).provider is A


def market(**changes: object) -> Market:
    everywhere = Route("", T, 100, 100, LONG_AGO, replies=True)
    plain = Market([*home(), everywhere], {}, {(A, *KEY): WORDS}, frozenset({T, A}))
    return replace(plain, **changes)


def choose(prefix: str = "+86", *, before: str | None = None, draw: float = 0.0, **changes: object):
    return choose_carrier(prefix, KEY, market(**changes), before=before, draw=draw, now=NOW)


def test_a_number_at_home_prefers_who_has_the_words_registered() -> None:
    choice = choose()
    assert (choice.provider, choice.registered, choice.other, choice.stop) == (A, WORDS, True, None)
    assert choose(draw=0.95).provider is T
    assert choose(draw=0.95).registered is None
    assert choose("+49").provider is T
    assert not choose("+49").other


def test_words_that_are_not_approved_go_through_who_needs_no_approval_or_not_at_all() -> None:
    assert choose(registered={}).provider is T
    stop = choose(registered={}, carriers=frozenset({A})).stop
    assert (stop.kind, stop.code, stop.called) == (OutcomeKind.PERMANENT, "template_not_approved", False)
    assert choose("+49", carriers=frozenset({A})).stop.code == "no_route"


def test_words_of_its_own_go_through_who_carries_free_text() -> None:
    free = choose_carrier("+86", KEY, market(), before=None, draw=0.0, now=NOW, own_words=True)
    assert (free.provider, free.registered) == (T, None)
    only = market(carriers=frozenset({A}))
    assert choose_carrier("+86", KEY, only, before=None, draw=0.0, now=NOW, own_words=True).registered == WORDS


def test_who_rests_is_left_out_and_who_has_just_tried_comes_last() -> None:
    soon, later = NOW + timedelta(seconds=5), NOW + timedelta(seconds=50)
    assert choose(resting={A: soon}).provider is T
    assert choose(before="aliyun").provider is T
    assert not choose(before="aliyun").other
    assert choose(before="twilio", resting={A: soon}).provider is T
    stop = choose(resting={A: soon, T: later}).stop
    assert (stop.kind, stop.retry_after_s) == (OutcomeKind.HELD, 5.0)


def test_a_bad_spell_in_minutes() -> None:
    """Five bad minutes, then an hour of quiet."""
    routes, now, course = home(), NOW, []
    for minute in range(70):
        now += timedelta(minutes=1)
        seen = {A: Health(A, calls=30, errors=30 if minute < 5 else 0)}
        routes = move_weights(routes, seen, now)
        course.append(weights(routes)[A])
    assert course[:5] == [80, 70, 60, 50, 40]
    assert course[-1] == 70
    assert all(after - before in (-10, 0, 5) for before, after in pairwise(course))
