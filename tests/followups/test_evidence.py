"""What a contact's evidence is worth."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.followups.rules.evidence import judge_evidence
from api.followups.types import ContactReport, Evidence, Fix, Mode, Outcome, Reason, Shot, Sighting, Verdict
from api.kernel.geo import Datum, Point

pytestmark = pytest.mark.unit
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
ANN, BOB = UUID(int=1), UUID(int=2)
HOME = Point(29.7031, 107.3897)
NEAR = Fix(Point(29.7040, 107.3897), Datum.WGS84, 15)  # 100 m
FAR = Fix(Point(30.0600, 107.3897), Datum.WGS84, 15)  # 40 km
REPORT = ContactReport("r1", Mode.VISIT, Outcome.CALM, NOW, NOW, NEAR)
GOOD = Evidence(REPORT, NOW, ANN, ANN, frozenset({ANN}), Mode.VISIT, HOME)


def judged(**changes) -> tuple[Verdict, set[Reason]]:
    """The verdict on the good visit with some of its report changed."""
    judgement = judge_evidence(replace(GOOD, report=replace(REPORT, **changes)))
    return judgement.verdict, set(judgement.reasons)


def test_a_visit_at_the_place_by_its_owner_is_plausible() -> None:
    assert judged() == (Verdict.PLAUSIBLE, set())


def test_forty_kilometres_away_is_doubtful() -> None:
    assert judged(fix=FAR) == (Verdict.DOUBTFUL, {Reason.FAR_AWAY})


def test_distance_is_read_with_its_accuracy() -> None:
    six_hundred = Point(29.7085, 107.3897)
    assert judged(fix=Fix(six_hundred, Datum.WGS84, 10))[1] == {Reason.FAR_AWAY}
    assert judged(fix=Fix(six_hundred, Datum.WGS84, 500)) == (Verdict.PLAUSIBLE, set())


def test_a_position_as_coarse_as_a_district_says_nothing() -> None:
    assert judged(fix=Fix(FAR.point, Datum.WGS84, 5_000)) == (Verdict.NO_FIX, {Reason.COARSE_FIX})


def test_without_a_position_there_is_no_fix() -> None:
    assert judged(fix=None) == (Verdict.NO_FIX, {Reason.NO_POSITION})


def test_a_subject_without_a_place_is_not_held_against_the_visitor() -> None:
    judgement = judge_evidence(replace(GOOD, place=None))
    assert (judgement.verdict, judgement.reasons) == (Verdict.PLAUSIBLE, (Reason.PLACE_UNKNOWN,))


def test_a_telephone_call_needs_no_position_if_one_was_planned() -> None:
    call = replace(GOOD, planned_mode=Mode.TELEPHONE, report=replace(REPORT, mode=Mode.TELEPHONE, fix=FAR))
    assert judge_evidence(call).verdict is Verdict.NO_FIX
    assert judge_evidence(call).reasons == (Reason.BY_TELEPHONE,)


def test_a_call_instead_of_a_visit_is_doubtful() -> None:
    assert Reason.OTHER_MODE in judged(mode=Mode.TELEPHONE)[1]
    assert judged(mode=Mode.TELEPHONE)[0] is Verdict.DOUBTFUL
    assert judge_evidence(replace(GOOD, planned_mode=Mode.JOINT_VISIT)).verdict is Verdict.DOUBTFUL
    assert judge_evidence(replace(GOOD, planned_mode=Mode.TELEPHONE)).verdict is Verdict.PLAUSIBLE


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_two_days_off_is_doubtful_and_corrected(days: int) -> None:
    wrong = NOW + timedelta(days=days)
    judgement = judge_evidence(replace(GOOD, report=replace(REPORT, captured_at=wrong, sent_at=wrong)))
    assert judgement.reasons == (Reason.CLOCK_OFF,)
    assert judgement.verdict is Verdict.DOUBTFUL
    assert judgement.occurred_at == NOW


def test_a_week_offline_with_a_right_clock_is_plausible() -> None:
    then = NOW - timedelta(days=7)
    judgement = judge_evidence(replace(GOOD, report=replace(REPORT, captured_at=then)))
    assert judgement.verdict is Verdict.PLAUSIBLE
    assert judgement.occurred_at == then


def test_without_the_phones_word_for_its_clock_a_delay_is_doubtful() -> None:
    assert judged(captured_at=NOW - timedelta(days=7), sent_at=None)[1] == {Reason.CLOCK_UNPROVEN}
    assert judged(captured_at=NOW - timedelta(minutes=5), sent_at=None) == (Verdict.PLAUSIBLE, set())


def test_nothing_is_captured_after_it_was_sent() -> None:
    assert judged(captured_at=NOW + timedelta(hours=1))[1] == {Reason.CAPTURED_AHEAD}


def test_another_persons_phone_and_another_visitor_are_told_apart() -> None:
    borrowed = replace(GOOD, reported_by=BOB)
    assert judge_evidence(borrowed).reasons == (Reason.OTHER_PHONE,)
    stranger = replace(GOOD, reported_by=BOB, visited_by=BOB)
    assert judge_evidence(stranger).reasons == (Reason.NOT_ASSIGNED,)
    assert judge_evidence(replace(stranger, expected=frozenset())).verdict is Verdict.PLAUSIBLE


def test_nobody_is_in_two_places_at_once() -> None:
    last = Sighting(FAR.point, NOW - timedelta(minutes=5), 15)
    assert judge_evidence(replace(GOOD, last=last)).reasons == (Reason.TOO_FAST,)
    assert judge_evidence(replace(GOOD, last=replace(last, at=NOW - timedelta(hours=1)))).reasons == ()
    next_door = Sighting(Point(29.7041, 107.3897), NOW, 15)
    assert judge_evidence(replace(GOOD, last=next_door)).reasons == ()


POINTS = st.builds(Point, st.floats(-80, 80), st.floats(-179, 179))
FIXES = st.none() | st.builds(Fix, POINTS, st.just(Datum.WGS84), st.floats(0, 50_000))
MOMENTS = st.integers(-(10**7), 10**7).map(lambda seconds: NOW + timedelta(seconds=seconds))


@settings(max_examples=40)
@given(
    fix=FIXES, captured=MOMENTS, sent=st.none() | MOMENTS, mode=st.sampled_from(Mode), planned=st.sampled_from(Mode),
    last=st.none() | st.builds(Sighting, POINTS, MOMENTS, st.floats(0, 100)),
)  # fmt: skip
def test_every_report_gets_a_verdict_and_a_time_not_after_its_receipt(fix, captured, sent, mode, planned, last) -> None:
    report = replace(REPORT, fix=fix, captured_at=captured, sent_at=sent, mode=mode)
    judgement = judge_evidence(replace(GOOD, report=report, planned_mode=planned, last=last))
    assert judgement.occurred_at <= NOW
    assert (judgement.verdict is Verdict.PLAUSIBLE) == (not set(judgement.reasons) - {Reason.PLACE_UNKNOWN})


def shown(*shots: Shot, place: Point | None = HOME, **changes) -> tuple[Verdict, set[Reason]]:
    """The verdict on the good visit with photos, some of its report changed."""
    judgement = judge_evidence(replace(GOOD, place=place, shots=shots, report=replace(REPORT, **changes)))
    return judgement.verdict, set(judgement.reasons)


def test_a_photo_taken_there_and_then_stands_in_for_a_missing_position() -> None:
    there = Shot(NOW - timedelta(hours=1), HOME)
    assert shown(there, fix=None) == (Verdict.PLAUSIBLE, {Reason.NO_POSITION, Reason.PHOTO_AT_PLACE})
    coarse = Fix(FAR.point, Datum.WGS84, 5_000)
    assert shown(there, fix=coarse) == (Verdict.PLAUSIBLE, {Reason.COARSE_FIX, Reason.PHOTO_AT_PLACE})
    assert shown(there) == (Verdict.PLAUSIBLE, {Reason.PHOTO_AT_PLACE})


def test_a_photo_of_that_place_without_an_hour_proves_nothing() -> None:
    assert shown(Shot(None, HOME), fix=None) == (Verdict.NO_FIX, {Reason.NO_POSITION})


def test_a_photo_taken_elsewhere_is_doubtful() -> None:
    assert shown(Shot(NOW, FAR.point)) == (Verdict.DOUBTFUL, {Reason.PHOTO_ELSEWHERE})
    assert shown(Shot(NOW, HOME), Shot(NOW, FAR.point))[1] == {Reason.PHOTO_ELSEWHERE}


def test_a_photo_of_another_day_is_doubtful() -> None:
    old = Shot(NOW - timedelta(days=3), HOME)
    assert shown(old) == (Verdict.DOUBTFUL, {Reason.PHOTO_OTHER_TIME})
    assert shown(old, fix=None) == (Verdict.DOUBTFUL, {Reason.NO_POSITION, Reason.PHOTO_OTHER_TIME})
    assert shown(replace(old, where=None))[0] is Verdict.DOUBTFUL


def test_a_photo_goes_by_its_phones_clock_right_or_wrong() -> None:
    wrong = NOW - timedelta(days=2)
    camera, satellite = Shot(wrong, HOME), Shot(NOW, HOME)
    for shot in (camera, satellite):
        assert Reason.PHOTO_OTHER_TIME not in shown(shot, captured_at=wrong, sent_at=wrong)[1]


def test_a_camera_that_wrote_nothing_is_no_witness() -> None:
    assert shown(Shot()) == (Verdict.PLAUSIBLE, set())


def test_where_the_place_is_unknown_a_photo_is_compared_with_the_phone() -> None:
    assert shown(Shot(NOW, FAR.point), place=None)[1] == {Reason.PLACE_UNKNOWN, Reason.PHOTO_ELSEWHERE}
    assert shown(Shot(NOW, HOME), place=None) == (Verdict.PLAUSIBLE, {Reason.PLACE_UNKNOWN})
    assert shown(Shot(NOW, FAR.point), place=None, fix=None) == (Verdict.NO_FIX, {Reason.NO_POSITION})


def test_a_photo_does_not_prove_a_telephone_call() -> None:
    call = replace(GOOD, planned_mode=Mode.TELEPHONE, report=replace(REPORT, mode=Mode.TELEPHONE))
    for where in (HOME, FAR.point):
        judgement = judge_evidence(replace(call, shots=(Shot(NOW, where),)))
        assert (judgement.verdict, judgement.reasons) == (Verdict.NO_FIX, (Reason.BY_TELEPHONE,))
