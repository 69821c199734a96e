"""Timers of people who are going and on scene. What they were ordered for may be over: then they do nothing."""

from api.incidents.service import adding, following, stillness, welfare
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from workers.queues import URGENT
from workers.runtime import on_queue


@on_queue(URGENT)
def follow_member(ctx: Ctx, timer: Timer) -> None:
    """Positions have come in of somebody on a task. The subject is the member."""
    following.follow_member(ctx, timer.subject_id)


@on_queue(URGENT)
def check_moving(ctx: Ctx, timer: Timer) -> None:
    """Somebody said yes a while ago. The subject is the offer, the fence the moment of the yes."""
    stillness.check_moving(ctx, timer.subject_id, fence=timer.fence, window=timer.args["window"])


@on_queue(URGENT)
def added_silent(ctx: Ctx, timer: Timer) -> None:
    """Somebody added by hand has not answered within the window. The subject is the offer."""
    adding.hear_silence_of(ctx, timer.subject_id, fence=timer.fence)


@on_queue(URGENT)
def check_welfare(ctx: Ctx, timer: Timer) -> None:
    """Ask somebody on scene whether all is well, or tell that they did not answer. The subject is the offer."""
    welfare.check_welfare(ctx, timer.subject_id, fence=timer.fence)
