"""What somebody's positions say: have they set off, are they there, have they gone again, or do they not move at all.

Pure, and over all the fixes since the yes at once, in the order of their capture. So a fix that comes late or twice
finds its place, and the answer does not depend on how the uploads were cut. Corner cases: a fix buffered before the yes
(history, never an arrival), one jump to the place and back (believed only when others agree), a phone at the edge of
the fence (the outer circle decides when somebody is gone), a fix so vague that it says nothing about the fence.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.duty.rules import judge_fixes
from api.duty.types import Fix, Mark, Track, Verdict
from api.incidents.rules.ranking import mode_of, travel_s
from api.incidents.types import Policy
from api.incidents.types.on_scene import Course, Fence, GoingTask, Still, StillStep
from api.kernel.geo import distance_m

# Away from where somebody stood: farther than a phone wanders on a table, nearer than the next corner.
MOVED_M = 50.0


def judge_course(fixes: Sequence[Fix], fence: Fence, *, accepted_at: datetime, now: datetime) -> Course:
    """The course these fixes show; those before `accepted_at` only tell where somebody stood when they said yes."""
    before = [fix for fix in fixes if fix.captured_at < accepted_at]
    stood = max(before, key=lambda fix: fix.captured_at, default=None)
    start = None if stood is None else _mark(stood)
    since = believed(fixes, start, accepted_at=accepted_at, now=now)
    if not since:
        return Course()
    arrived, gone_at = _stay(since, fence)
    return Course(
        moved_at=_moved_at(since, start or since[0]),
        arrived_at=None if arrived is None else arrived.captured_at,
        arrived_m=None if arrived is None else distance_m(arrived.point, fence.place),
        gone_at=gone_at,
        last=since[-1],
        left_m=distance_m(since[-1].point, fence.place),
    )


def believed(fixes: Sequence[Fix], start: Mark | None, *, accepted_at: datetime, now: datetime) -> list[Mark]:
    """The fixes since the yes that can be true, oldest first, each once: judged anew, since a late one was not."""
    since = sorted((fix for fix in fixes if fix.captured_at >= accepted_at), key=lambda fix: fix.captured_at)
    verdicts = judge_fixes(since, Track(accepted_at, now, start))
    return [_mark(fix) for fix, verdict in zip(since, verdicts, strict=True) if verdict is Verdict.USED]


def _stay(marks: Sequence[Mark], fence: Fence) -> tuple[Mark | None, datetime | None]:
    """The mark with which somebody came in to stay, and when they were surely out again for as long."""
    entered: Mark | None = None
    arrived: Mark | None = None
    out_since: datetime | None = None
    dwell = timedelta(seconds=fence.dwell_s)
    for mark in marks:
        metres = distance_m(mark.point, fence.place)
        if metres - mark.accuracy_m > fence.leave_m:
            entered = None
            out_since = out_since or mark.captured_at
            if arrived is not None and mark.captured_at - out_since >= dwell:
                return arrived, out_since
        elif mark.accuracy_m <= fence.leave_m:
            out_since = None
            # Between the circles nothing changes: neither in nor out, and whoever is in stays in.
            if entered is None and metres <= fence.arrive_m and mark.accuracy_m <= fence.arrive_m:
                entered = mark
            if arrived is None and entered is not None and mark.captured_at - entered.captured_at >= dwell:
                arrived = entered
    return arrived, None


def _moved_at(marks: Sequence[Mark], start: Mark) -> datetime | None:
    for mark in marks:
        metres = distance_m(mark.point, start.point)
        if metres > MOVED_M and metres > mark.accuracy_m + start.accuracy_m:
            return mark.captured_at
    return None


def judge_still(course: Course, fence: Fence) -> Still:
    """Whether somebody who said yes has moved; whoever is at the place already need not."""
    if course.last is None or course.left_m is None:
        return Still.BLIND
    there = course.left_m <= fence.leave_m
    return Still.MOVING if course.moved_at is not None or there else Still.STILL


def still_step(still: Still, *, asked: bool, confirmed: bool) -> StillStep:
    """What to do when a window is over. `asked`: they were asked before; `confirmed`: and have answered since.

    A phone without positions may be in the hand of somebody who is running: only a person may give up on it.
    """
    if still is Still.MOVING:
        return StillStep.NOTHING
    if not asked or confirmed:
        return StillStep.ASK
    return StillStep.REOPEN if still is Still.STILL else StillStep.TELL_DESK


def reckon_arrival(task: GoingTask, policy: Policy, course: Course, *, moved: bool) -> datetime:
    """When somebody is there, from the newest fix of their course; one who has not moved yet must still turn out."""
    if course.last is None or course.left_m is None:
        return task.accepted_at + timedelta(seconds=task.eta_s)
    mode = mode_of(task.force, policy)
    way_s = travel_s(course.left_m, mode)
    if moved:
        # They are in the vehicle by now, if they use one.
        return course.last.captured_at + timedelta(seconds=way_s - travel_s(0.0, mode))
    turn_out_s = min(max(0, task.eta_s - travel_s(task.distance_m, mode)), policy.turn_out_night_s)
    return max(course.last.captured_at, task.accepted_at + timedelta(seconds=turn_out_s)) + timedelta(seconds=way_s)


def _mark(fix: Fix) -> Mark:
    return Mark(fix.point, fix.accuracy_m, fix.captured_at)
