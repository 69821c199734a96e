"""Which fix counts: the rules alone, over many tracks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.duty.rules import REASONS, coarse, default_until, judge_fixes, kept, newest_used
from api.duty.types import Fix, Mark, Shift, Track, Verdict
from api.kernel.geo import Point, distance_m
from api.kernel.ids import uuid7

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
TOWN = Point(29.7031, 107.3897)
FAR = Point(29.5630, 106.5516)  # 82 km away
# One letter per verdict keeps the tables readable.
U, L, D, F = Verdict.USED, Verdict.LATE, Verdict.DUPLICATE, Verdict.FUTURE
I, X, O = Verdict.INACCURATE, Verdict.IMPOSSIBLE, Verdict.OFF_DUTY  # noqa: E741


def fix(seconds: float, point: Point = TOWN, accuracy_m: float = 10) -> Fix:
    return Fix(point, accuracy_m, NOW + timedelta(seconds=seconds))


def track(**given) -> Track:
    return Track(**{"opened_at": NOW - timedelta(hours=2), "now": NOW, **given})


def mark(seconds: float, point: Point = TOWN) -> Mark:
    return Mark(point, 10, NOW + timedelta(seconds=seconds))


def test_a_plain_batch_is_used_and_its_newest_becomes_the_last_position() -> None:
    batch = [fix(-30), fix(-10), fix(-20)]
    verdicts = judge_fixes(batch, track())
    assert verdicts == [U, U, U]
    assert newest_used(batch, verdicts) == batch[1]


def test_a_minute_ahead_is_drift_and_more_is_the_future() -> None:
    assert judge_fixes([fix(60), fix(60.001)], track()) == [U, F]


def test_older_than_the_newest_used_is_late() -> None:
    assert judge_fixes([fix(-61), fix(-60), fix(-59)], track(last=mark(-60))) == [L, D, U]


def test_the_second_of_a_capture_time_is_a_duplicate() -> None:
    assert judge_fixes([fix(-5), fix(-5)], track()) == [U, D]
    assert judge_fixes([fix(-5)], track(known=frozenset({NOW - timedelta(seconds=5)}))) == [D]


def test_two_hundred_metres_is_the_worst_accuracy_used() -> None:
    assert judge_fixes([fix(-2, accuracy_m=200), fix(-1, accuracy_m=200.1)], track()) == [U, I]


def test_captured_before_duty_is_not_even_kept() -> None:
    opened = track(opened_at=NOW - timedelta(minutes=10))
    assert judge_fixes([fix(-661), fix(-660)], opened) == [O, U]
    assert not kept(O)


def test_one_glitch_is_not_believed_and_the_way_back_is() -> None:
    assert judge_fixes([fix(-30), fix(-20, FAR), fix(-10)], track()) == [U, X, U]


def test_three_agreeing_fixes_far_away_are_believed() -> None:
    assert judge_fixes([fix(-4, FAR), fix(-3, FAR), fix(-2, FAR), fix(-1, FAR)], track(last=mark(-5))) == [X, X, U, U]


def test_agreement_counts_across_batches() -> None:
    doubted = (mark(-4, FAR), mark(-3, FAR))
    assert judge_fixes([fix(-2, FAR)], track(last=mark(-5), doubted=doubted)) == [U]


def test_scattered_glitches_never_agree() -> None:
    places = [FAR, Point(31.2, 121.5), FAR, Point(39.9, 116.4), FAR]
    batch = [fix(n - 10, place) for n, place in enumerate(places)]
    assert judge_fixes(batch, track(last=mark(-20))) == [X] * 5


def test_jitter_within_both_accuracies_is_possible() -> None:
    near = Point(TOWN.lat + 0.0009, TOWN.lon)  # 100 m
    assert judge_fixes([fix(-2, accuracy_m=60), fix(-1.9, near, accuracy_m=60)], track()) == [U, U]


def test_every_verdict_has_a_reason_in_both_languages() -> None:
    assert set(REASONS) == set(Verdict)
    assert all(zh and en and zh != en for zh, en in REASONS.values())


places = st.builds(Point, st.floats(29, 30), st.floats(107, 108))
fixes = st.lists(
    st.builds(
        Fix, places, st.floats(0, 400), st.integers(-9_000, 200).map(lambda s: NOW + timedelta(seconds=s)),
    ),
    max_size=30,
)  # fmt: skip
lasts = st.one_of(st.none(), st.builds(Mark, places, st.floats(0, 200), st.just(NOW - timedelta(seconds=600))))


@given(fixes, lasts)
def test_the_last_position_only_moves_forward_and_only_to_believable_fixes(batch: list[Fix], last: Mark | None) -> None:
    verdicts = judge_fixes(batch, track(last=last))
    used = newest_used(batch, verdicts)
    assert len(verdicts) == len(batch)
    if used is not None:
        assert last is None or used.captured_at > last.captured_at
        assert used.captured_at <= NOW + timedelta(seconds=60)
        assert used.accuracy_m <= 200


@given(fixes, lasts)
def test_the_same_batch_again_uses_and_keeps_nothing(batch: list[Fix], last: Mark | None) -> None:
    first = judge_fixes(batch, track(last=last))
    stored = frozenset(f.captured_at for f, v in zip(batch, first, strict=True) if kept(v))
    used = newest_used(batch, first)
    moved = Mark(used.point, used.accuracy_m, used.captured_at) if used else last
    again = judge_fixes(batch, track(last=moved, known=stored))
    assert not any(kept(v) for v in again)


@given(fixes, lasts, st.randoms(use_true_random=False))
def test_the_order_within_a_batch_does_not_matter(batch: list[Fix], last: Mark | None, random) -> None:
    distinct = list({f.captured_at: f for f in batch}.values())
    verdicts = dict(zip(distinct, judge_fixes(distinct, track(last=last)), strict=True))
    random.shuffle(distinct)
    assert dict(zip(distinct, judge_fixes(distinct, track(last=last)), strict=True)) == verdicts


@given(places)
def test_a_coarse_place_is_at_most_about_80_metres_off(place: Point) -> None:
    assert distance_m(place, coarse(place, engaged=False)) < 80
    assert coarse(place, engaged=True) == place


def shift(start_h: float, end_h: float, *, cancelled: bool = False) -> Shift:
    some = uuid7(0, bytes(10))
    at = NOW if cancelled else None
    return Shift(some, some, some, NOW + timedelta(hours=start_h), NOW + timedelta(hours=end_h), at, 1)


@pytest.mark.parametrize(
    ("shifts", "hours"),
    [
        ([], 12),
        ([shift(-1, 3)], 3),
        ([shift(0.2, 8), shift(9, 11)], 8),
        ([shift(-1, 3, cancelled=True)], 12),
        ([shift(13, 20)], 12),
        ([shift(-9, -1)], 12),
    ],
)
def test_duty_ends_with_the_shift_or_after_twelve_hours(shifts: list[Shift], hours: float) -> None:
    assert default_until(NOW, shifts) == NOW + timedelta(hours=hours)
