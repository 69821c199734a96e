"""Which fixes of a batch move the last position, and why the others do not."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.duty.types import Fix, Mark, Track, Verdict
from api.kernel.geo import distance_m

# Phones set their clocks by the network; a minute covers those that drift, and the tap on "on duty" itself.
CLOCK_SLACK = timedelta(seconds=60)
MAX_ACCURACY_M = 200.0
MAX_SPEED_MPS = 70.0  # a high-speed train through the district is faster; nobody on a task sits in one
# One wild fix is a glitch. This many in a row that agree with each other mean that the phone really is there, and that
# it was the last position that was wrong; without this a single glitch to the next city would blind us for an hour.
AGREEING = 3

REASONS: dict[Verdict, tuple[str, str]] = {
    Verdict.USED: ("已采用。", "Used."),
    Verdict.LATE: (
        "早于已采用的最新位置，仅存入轨迹。",
        "Older than the newest position used; kept in the trail.",
    ),
    Verdict.DUPLICATE: ("此定位已经收到过。", "This fix was received before."),
    Verdict.FUTURE: ("定位时间在未来，请校准手机时间。", "Captured in the future; check the phone's clock."),
    Verdict.INACCURATE: ("误差超过 200 米，未采用。", "Accuracy worse than 200 m; not used."),
    Verdict.IMPOSSIBLE: ("移动速度不可能，未采用。", "Impossible speed since the last position; not used."),
    Verdict.OFF_DUTY: ("定位时不在岗也无任务，未保存。", "Captured off duty and without a task; not stored."),
}


def judge_fixes(fixes: Sequence[Fix], track: Track) -> list[Verdict]:
    """One verdict per fix, in the order given; they are judged in the order of their capture."""
    verdicts = [Verdict.USED] * len(fixes)
    seen, last = set(track.known), track.last
    if last is not None:
        seen.add(last.captured_at)
    doubted = _chain(track.doubted)
    for index in sorted(range(len(fixes)), key=lambda i: fixes[i].captured_at):
        fix = fixes[index]
        verdict = _verdict(fix, track, seen, last)
        if verdict is Verdict.IMPOSSIBLE:
            doubted = _chain((*doubted, _mark(fix)))
            verdict = Verdict.USED if len(doubted) >= AGREEING else verdict
        if verdict is Verdict.USED:
            last, doubted = _mark(fix), ()
        seen.add(fix.captured_at)
        verdicts[index] = verdict
    return verdicts


def kept(verdict: Verdict) -> bool:
    """Whether a fix goes into the trail: a duplicate is there already, one from off duty has no business there."""
    return verdict not in (Verdict.DUPLICATE, Verdict.OFF_DUTY)


def newest_used(fixes: Sequence[Fix], verdicts: Sequence[Verdict]) -> Fix | None:
    """The fix that becomes the last position; None when none was used."""
    used = [fix for fix, verdict in zip(fixes, verdicts, strict=True) if verdict is Verdict.USED]
    return max(used, key=lambda fix: fix.captured_at, default=None)


def _verdict(fix: Fix, track: Track, seen: set[datetime], last: Mark | None) -> Verdict:
    if fix.captured_at < track.opened_at - CLOCK_SLACK:
        return Verdict.OFF_DUTY
    if fix.captured_at in seen:
        return Verdict.DUPLICATE
    if fix.captured_at > track.now + CLOCK_SLACK:
        return Verdict.FUTURE
    if last is not None and fix.captured_at < last.captured_at:
        return Verdict.LATE
    if fix.accuracy_m > MAX_ACCURACY_M:
        return Verdict.INACCURATE
    if last is not None and not _reachable(last, _mark(fix)):
        return Verdict.IMPOSSIBLE
    return Verdict.USED


def _reachable(earlier: Mark, later: Mark) -> bool:
    # Both may be off by their accuracy: two honest fixes 50 m apart within a tenth of a second are no rocket.
    seconds = (later.captured_at - earlier.captured_at).total_seconds()
    gap = distance_m(earlier.point, later.point) - earlier.accuracy_m - later.accuracy_m
    return gap <= MAX_SPEED_MPS * seconds


def _chain(doubted: Sequence[Mark]) -> tuple[Mark, ...]:
    """The tail of the doubted fixes in which each is reachable from the one before."""
    tail: tuple[Mark, ...] = ()
    for mark in doubted:
        tail = (*tail, mark) if tail and _reachable(tail[-1], mark) else (mark,)
    return tail


def _mark(fix: Fix) -> Mark:
    return Mark(fix.point, fix.accuracy_m, fix.captured_at)
