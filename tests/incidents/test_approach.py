"""What positions say about somebody who goes: two circles and a dwell, and nothing a single odd fix can change."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.duty.types import Fix
from api.incidents.rules.approach import MOVED_M, judge_course, judge_still, reckon_arrival, still_step
from api.incidents.rules.policies import policy_for
from api.incidents.types import IncidentKind, OfferState
from api.incidents.types.on_scene import Course, Fence, GoingTask, Still, StillStep
from api.kernel.geo import Point

pytestmark = pytest.mark.unit
YES = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLACE = Point(29.7031, 107.3897)
FENCE = Fence(PLACE, arrive_m=60, leave_m=150, dwell_s=20)
NIL = Course()


def fix(seconds: float, metres: float, accuracy_m: float = 10.0) -> Fix:
    """So many metres north of the place, so long after the yes."""
    at = YES + timedelta(seconds=seconds)
    return Fix(Point(PLACE.lat + metres / 111_195, PLACE.lon), accuracy_m, at)


def judged(*fixes: Fix, fence: Fence = FENCE, now_s: float = 3_600) -> Course:
    return judge_course(fixes, fence, accepted_at=YES, now=YES + timedelta(seconds=now_s))


def seconds(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - YES).total_seconds()


class TestArriving:
    def test_who_comes_in_and_stays_is_there_from_the_moment_they_came_in(self) -> None:
        course = judged(fix(0, 300), fix(60, 160), fix(100, 40), fix(110, 30), fix(121, 20))
        assert (seconds(course.moved_at), seconds(course.arrived_at)) == (60, 100)
        assert course.arrived_m == pytest.approx(40, abs=0.1)

    def test_who_passes_by_is_not_there(self) -> None:
        assert judged(fix(0, 300), fix(60, 20), fix(75, 250), fix(90, 400)).arrived_at is None

    def test_one_fix_inside_is_not_yet_there(self) -> None:
        assert judged(fix(0, 300), fix(60, 20)).arrived_at is None

    def test_a_phone_that_reports_every_two_minutes_arrives_with_its_second_fix(self) -> None:
        assert seconds(judged(fix(0, 300), fix(120, 30), fix(240, 35)).arrived_at) == 120

    def test_jitter_at_the_inner_circle_neither_delays_nor_repeats(self) -> None:
        edge = [fix(100 + 5 * turn, 55 if turn % 2 == 0 else 75) for turn in range(20)]
        course = judged(fix(0, 300), *edge)
        assert seconds(course.arrived_at) == 100
        assert course.gone_at is None

    def test_between_the_circles_nobody_has_arrived(self) -> None:
        assert judged(fix(0, 300), *(fix(60 + 10 * turn, 100) for turn in range(20))).arrived_at is None

    def test_somebody_who_said_yes_at_the_place_is_there_after_the_dwell(self) -> None:
        course = judged(fix(5, 10), fix(30, 12))
        assert (seconds(course.arrived_at), course.moved_at) == (5, None)


class TestFixesThatDoNotCount:
    def test_one_from_before_the_yes_is_no_arrival(self) -> None:
        assert judged(fix(-300, 10), fix(-200, 10), fix(-1, 10)) == NIL

    def test_buffered_ones_sent_after_a_real_one_change_nothing(self) -> None:
        course = judged(fix(60, 900), fix(-300, 10), fix(-200, 10))
        assert course.arrived_at is None
        assert course.left_m == pytest.approx(900, abs=1)

    def test_a_vague_one_says_nothing_about_the_fence(self) -> None:
        for accuracy_m in (61, 180):  # vaguer than the inner circle, and than both
            assert judged(fix(0, 300), fix(60, 20, accuracy_m), fix(90, 20, accuracy_m)).arrived_at is None

    def test_a_jump_to_the_place_and_back_is_not_believed(self) -> None:
        course = judged(fix(0, 9_000), fix(10, 10), fix(20, 9_000), fix(30, 8_990))
        assert course.arrived_at is None
        assert course.left_m == pytest.approx(8_990, abs=5)

    def test_one_from_the_future_is_not_believed(self) -> None:
        assert judged(fix(0, 300), fix(60, 10), fix(500, 10), now_s=70).arrived_at is None

    def test_a_wild_one_outside_does_not_bring_somebody_away(self) -> None:
        course = judged(fix(0, 100), fix(10, 20), fix(40, 20), fix(50, 20_000), fix(60, 22))
        assert seconds(course.arrived_at) == 10
        assert course.gone_at is None


class TestLeaving:
    def test_away_from_where_one_stood_is_off(self) -> None:
        assert seconds(judged(fix(-20, 500), fix(30, 480), fix(60, 430)).moved_at) == 60

    def test_wandering_on_a_table_is_not(self) -> None:
        assert judged(*(fix(10 * turn, 500 + 20 * (-1) ** turn) for turn in range(30))).moved_at is None

    def test_nor_is_what_the_accuracy_explains(self) -> None:
        assert judged(fix(0, 500, 60), fix(30, 400, 60)).moved_at is None

    def test_gone_for_the_dwell_is_gone(self) -> None:
        course = judged(fix(0, 20), fix(30, 20), fix(60, 300), fix(70, 400), fix(90, 500))
        assert (seconds(course.arrived_at), seconds(course.gone_at)) == (0, 60)


@st.composite
def ways(draw) -> list[Fix]:
    """Any way, with jumps, vague fixes and gaps."""
    times = draw(st.lists(st.integers(-600, 3_000), min_size=1, max_size=40))
    return [
        fix(at, draw(st.floats(0, 3_000)), draw(st.sampled_from((5.0, 12.0, 80.0, 300.0)))) for at in times
    ]  # fmt: skip


@settings(deadline=None)
@given(ways(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_and_repeats_change_nothing(way: list[Fix], rng: Random) -> None:
    unique = list({one.captured_at: one for one in way}.values())
    shuffled = [*unique, *rng.choices(unique, k=3)]
    rng.shuffle(shuffled)
    assert judged(*shuffled) == judged(*unique)


@settings(deadline=None)
@given(ways())
def test_nobody_arrives_without_having_been_inside_for_the_dwell_since_the_yes(way: list[Fix]) -> None:
    course = judged(*way)
    if course.arrived_at is None:
        return
    assert course.arrived_at >= YES
    inside = [one for one in way if one.captured_at == course.arrived_at]
    assert any((one.point.lat - PLACE.lat) * 111_195 <= FENCE.arrive_m + 1 for one in inside)
    assert any(one.captured_at >= course.arrived_at + timedelta(seconds=FENCE.dwell_s) for one in way)


@settings(deadline=None)
@given(ways())
def test_one_way_has_one_arrival_however_it_goes_on(way: list[Fix]) -> None:
    way = sorted(way, key=lambda one: one.captured_at)
    moments = [judged(*way[:count], now_s=4_000).arrived_at for count in range(1, len(way) + 1)]
    since = [moment for moment in moments if moment is not None]
    assert len(set(since)) <= 1
    assert moments[len(moments) - len(since) :] == since  # never taken back


class TestStill:
    @pytest.mark.parametrize(
        ("fixes", "still"),
        [
            ([], Still.BLIND),
            ([fix(-60, 500)], Still.BLIND),
            ([fix(10, 500), fix(100, 510)], Still.STILL),
            ([fix(-10, 500), fix(100, 500 - MOVED_M - 30)], Still.MOVING),
            ([fix(10, 100), fix(100, 105)], Still.MOVING),  # there already
        ],
    )
    def test_what_the_positions_say(self, fixes: list[Fix], still: Still) -> None:
        assert judge_still(judged(*fixes), FENCE) is still

    @pytest.mark.parametrize(
        ("still", "asked", "confirmed", "step"),
        [
            (Still.MOVING, False, False, StillStep.NOTHING),
            (Still.STILL, False, False, StillStep.ASK),
            (Still.BLIND, False, False, StillStep.ASK),
            (Still.STILL, True, False, StillStep.REOPEN),
            (Still.BLIND, True, False, StillStep.TELL_DESK),  # never dropped unseen
            (Still.STILL, True, True, StillStep.ASK),
            (Still.BLIND, True, True, StillStep.ASK),
            (Still.MOVING, True, False, StillStep.NOTHING),
        ],
    )
    def test_what_is_done_about_it(self, still: Still, asked: bool, confirmed: bool, step: StillStep) -> None:
        assert still_step(still, asked=asked, confirmed=confirmed) is step


class TestEta:
    TASK = GoingTask(*[None] * 6, OfferState.ACCEPTED, YES, "volunteer", 105 + 250, 500.0, PLACE)  # type: ignore[arg-type]
    POLICY = policy_for(IncidentKind.URGENT_HELP)

    def eta(self, *fixes: Fix, moved: bool) -> float | None:
        return seconds(reckon_arrival(self.TASK, self.POLICY, judged(*fixes), moved=moved))

    def test_without_a_fix_it_is_what_was_reckoned_when_they_were_asked(self) -> None:
        assert self.eta(moved=False) == 355

    def test_before_they_leave_they_must_still_turn_out(self) -> None:
        assert self.eta(fix(20, 500), moved=False) == 105 + 250

    def test_who_stays_on_comes_later_and_later(self) -> None:
        assert self.eta(fix(200, 500), moved=False) == 200 + 250

    def test_on_the_way_it_is_the_rest_of_the_way(self) -> None:
        assert self.eta(fix(100, 200), moved=True) == 200
