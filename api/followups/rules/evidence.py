"""What the evidence of a contact is worth. A verdict informs whoever reviews; it stops nobody.

`sent_at` is the phone's clock at the moment of sending, so its difference to our receipt is the clock's error, and
what remains between capture and receipt is time offline.

What a camera wrote beside a photo is a witness of its own: it can stand in for a position that is missing, or speak
against the report. Silence means nothing, since many phones write nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from api.followups.types import Evidence, Judgement, Mode, Reason, Shot, Verdict
from api.kernel.geo import Point, distance_m

CLOCK_TOLERANCE = timedelta(minutes=10)
# Without the phone's own word for its clock, this much between capture and receipt may be either.
UNPROVEN_AFTER = timedelta(hours=1)
NEAR_M = 300.0
COARSE_M = 2_000.0
# Faster than any road allows between two visits.
FASTEST_MPS = 55.0
SAME_MOMENT_S = 60.0
# Cameras write the last position they knew, without saying how well they knew it.
PHOTO_NEAR_M = 500.0
# The paper that was signed in the morning may be shown in the evening.
PHOTO_TOLERANCE = timedelta(hours=6)

_UNLOCATED = frozenset({Reason.NO_POSITION, Reason.COARSE_FIX, Reason.BY_TELEPHONE})
_HARMLESS = frozenset({Reason.PLACE_UNKNOWN, Reason.PHOTO_AT_PLACE})
# What a photo taken there makes good.
_REPLACED = frozenset({Reason.NO_POSITION, Reason.COARSE_FIX})


def judge_evidence(evidence: Evidence) -> Judgement:
    """The verdict on one contact: doubtful if anything contradicts it, else by whether its place is known."""
    reasons = tuple(reason for check in _CHECKS if (reason := check(evidence)) is not None)
    return Judgement(_verdict(reasons), reasons, occurred_at(evidence))


def occurred_at(evidence: Evidence) -> datetime:
    """When the contact took place by our clock; never later than the receipt."""
    captured = evidence.report.captured_at
    if _is_off(evidence):
        captured += _clock_error(evidence)
    return min(captured, evidence.received_at)


def _verdict(reasons: tuple[Reason, ...]) -> Verdict:
    found = set(reasons)
    if found - _UNLOCATED - _HARMLESS:
        return Verdict.DOUBTFUL
    missing = found & _UNLOCATED
    if Reason.PHOTO_AT_PLACE in found:
        missing -= _REPLACED
    return Verdict.NO_FIX if missing else Verdict.PLAUSIBLE


def _clock_error(evidence: Evidence) -> timedelta:
    sent = evidence.report.sent_at
    return timedelta(0) if sent is None else evidence.received_at - sent


def _is_off(evidence: Evidence) -> bool:
    return abs(_clock_error(evidence)) > CLOCK_TOLERANCE


def _check_position(evidence: Evidence) -> Reason | None:
    if evidence.report.mode is Mode.TELEPHONE:
        return Reason.BY_TELEPHONE
    fix = evidence.report.fix
    if fix is None:
        return Reason.NO_POSITION
    return Reason.COARSE_FIX if fix.accuracy_m > COARSE_M else None


def _check_place(evidence: Evidence) -> Reason | None:
    fix = evidence.report.fix
    if evidence.report.mode is Mode.TELEPHONE or fix is None or fix.accuracy_m > COARSE_M:
        return None
    if evidence.place is None:
        return Reason.PLACE_UNKNOWN
    return Reason.FAR_AWAY if distance_m(fix.point, evidence.place) > NEAR_M + fix.accuracy_m else None


def _check_clock(evidence: Evidence) -> Reason | None:
    if _is_off(evidence):
        return Reason.CLOCK_OFF
    delay = evidence.received_at - evidence.report.captured_at
    return Reason.CLOCK_UNPROVEN if evidence.report.sent_at is None and delay > UNPROVEN_AFTER else None


def _check_order(evidence: Evidence) -> Reason | None:
    latest = evidence.report.sent_at or evidence.received_at
    return Reason.CAPTURED_AHEAD if evidence.report.captured_at > latest + CLOCK_TOLERANCE else None


def _check_speed(evidence: Evidence) -> Reason | None:
    fix, last = evidence.report.fix, evidence.last
    if fix is None or last is None:
        return None
    # What the two accuracies cannot explain.
    gap_m = distance_m(fix.point, last.point) - fix.accuracy_m - last.accuracy_m
    seconds = abs((occurred_at(evidence) - last.at).total_seconds())
    return Reason.TOO_FAST if gap_m > FASTEST_MPS * max(seconds, SAME_MOMENT_S) else None


def _check_sender(evidence: Evidence) -> Reason | None:
    return Reason.OTHER_PHONE if evidence.visited_by != evidence.reported_by else None


def _check_visitor(evidence: Evidence) -> Reason | None:
    # A visit that nobody owns may be made by anybody.
    return Reason.NOT_ASSIGNED if evidence.expected and evidence.visited_by not in evidence.expected else None


def _check_mode(evidence: Evidence) -> Reason | None:
    order = (Mode.TELEPHONE, Mode.VISIT, Mode.JOINT_VISIT)
    less = order.index(evidence.report.mode) < order.index(evidence.planned_mode)
    return Reason.OTHER_MODE if less else None


def _check_photo_place(evidence: Evidence) -> Reason | None:
    where = _whereabouts(evidence)
    seen = [shot for shot in evidence.shots if shot.where is not None]
    if where is None or not seen or evidence.report.mode is Mode.TELEPHONE:
        return None
    if any(not _is_near(shot, where) for shot in seen):
        return Reason.PHOTO_ELSEWHERE
    # Beside the position of the phone itself, which speaks anyway, only the subject's place proves anything.
    proven = evidence.place is not None and any(shot.at and _fits_time(evidence, shot.at) for shot in seen)
    return Reason.PHOTO_AT_PLACE if proven else None


def _check_photo_time(evidence: Evidence) -> Reason | None:
    times = [shot.at for shot in evidence.shots if shot.at is not None]
    return None if all(_fits_time(evidence, at) for at in times) else Reason.PHOTO_OTHER_TIME


def _whereabouts(evidence: Evidence) -> Point | None:
    """Where the contact should be, or failing that where the phone says it was."""
    fix = evidence.report.fix
    if evidence.place is not None:
        return evidence.place
    return fix.point if fix is not None and fix.accuracy_m <= COARSE_M else None


def _is_near(shot: Shot, where: Point) -> bool:
    return shot.where is not None and distance_m(shot.where, where) <= PHOTO_NEAR_M


def _fits_time(evidence: Evidence, at: datetime) -> bool:
    # A camera goes by its phone's clock, right or wrong, unless it asked a satellite.
    moments = (evidence.report.captured_at, occurred_at(evidence))
    return any(abs(at - moment) <= PHOTO_TOLERANCE for moment in moments)


_CHECKS: tuple[Callable[[Evidence], Reason | None], ...] = (
    _check_position,
    _check_place,
    _check_clock,
    _check_order,
    _check_speed,
    _check_sender,
    _check_visitor,
    _check_mode,
    _check_photo_place,
    _check_photo_time,
)
