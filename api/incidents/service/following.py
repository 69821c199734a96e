"""Following somebody who goes: the ETA from the newest fix, the leaving and the arrival their positions show.

One look over the whole way since the yes, so late and shuffled uploads need no care here. What was said by hand stays;
positions only fill in what nobody said.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, update

from api.duty.queries import newest_fixes
from api.incidents.models import Approach
from api.incidents.queries.offers import any_offer
from api.incidents.queries.on_scene import approach_of, dispatch_terms, going_tasks
from api.incidents.rules.approach import judge_course, reckon_arrival
from api.incidents.rules.states import OFFER
from api.incidents.service.steps import note_event
from api.incidents.service.tasks import take_step
from api.incidents.types import EventKind, How, Move, OfferState, OfferStep, Policy
from api.incidents.types.on_scene import Course, Fence, GoingTask
from api.kernel.geo import Point
from api.plumbing.context import Ctx

# Where somebody stood when they said yes: their last fix within this time before.
BEFORE = timedelta(minutes=10)
# A way of hours need not be looked at from its beginning again and again.
LONGEST_LOOK = timedelta(hours=2)
MOST_FIXES = 1_000


def follow_member(ctx: Ctx, member_id: UUID) -> None:
    """Look where a member has got to in every task they go to; somebody who goes to none is not looked at."""
    for task in going_tasks(ctx.session, member_id):
        policy = dispatch_terms(ctx.session, task.dispatch_id).policy
        course = course_of(ctx, task, policy)
        if course.last is not None:
            _take_steps(ctx, task, course)
            _keep(ctx, task, policy, course)


def course_of(ctx: Ctx, task: GoingTask, policy: Policy) -> Course:
    """What the member's positions since the yes show."""
    since = max(task.accepted_at - BEFORE, ctx.now - LONGEST_LOOK)
    fixes = newest_fixes(ctx.session, task.member_id, since=since, limit=MOST_FIXES)
    return judge_course(fixes, fence_of_policy(policy, task.place), accepted_at=task.accepted_at, now=ctx.now)


def fence_of_policy(policy: Policy, place: Point) -> Fence:
    """The policy's circles around a place."""
    return Fence(place, policy.arrive_m, policy.leave_m, policy.dwell_s)


def _take_steps(ctx: Ctx, task: GoingTask, course: Course) -> None:
    steps = ((OfferStep.DEPART, course.moved_at), (OfferStep.ARRIVE, course.arrived_at))
    for step, at in steps:
        offer = any_offer(ctx.session, task.offer_id)
        if at is not None and offer is not None and OFFER.allows(offer.state, step):
            where = course.last.point if course.last is not None and step is OfferStep.ARRIVE else None
            take_step(ctx, offer, step, Move(offer.id, at, where, How.GEOFENCE))


def _keep(ctx: Ctx, task: GoingTask, policy: Policy, course: Course) -> None:
    """Last, since whoever answers locks the offer before this row."""
    if course.last is None or course.left_m is None:
        return
    before = approach_of(ctx.session, task.offer_id)
    moved_at = course.moved_at or (before.moved_at if before else None)
    gone = course.gone_at is not None and task.state is OfferState.ARRIVED
    if gone and before is not None and before.gone_at is None:
        note_event(ctx, task.incident_id, EventKind.GONE, offer_id=str(task.offer_id), left_m=round(course.left_m))
    values = {
        "eta_at": reckon_arrival(task, policy, course, moved=moved_at is not None),
        "fix_at": course.last.captured_at,
        "left_m": course.left_m,
        "moved_at": func.coalesce(Approach.moved_at, course.moved_at),
        "gone_at": func.coalesce(Approach.gone_at, course.gone_at) if gone else Approach.gone_at,
    }
    statement = update(Approach).where(Approach.offer_id == task.offer_id, Approach.accepted_at == task.accepted_at)
    ctx.session.execute(statement.values(**values).execution_options(synchronize_session=False))
