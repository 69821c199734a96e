"""Timers of ladders: the next channel for whoever has not read yet."""

from api.incidents import service as incidents
from api.notifications.service import take_readings
from api.notifications.service.forgetting import forget_old_reach
from api.notifications.service.ladders import climb_due
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from workers.cron import NOBODY
from workers.queues import URGENT
from workers.runtime import on_queue


@on_queue(URGENT)
def climb(ctx: Ctx, timer: Timer) -> None:
    """Take the next rung of those ladders of a batch that are due. Whatever was proved or has ended is left alone."""
    climb_due(ctx, timer.subject_id)


def note_readings(ctx: Ctx, timer: Timer) -> None:
    """Put proofs of reading on the time lines of what they are about. The subject is a batch of ladders, or nobody."""
    incidents.note_readings(ctx, take_readings(ctx, None if timer.subject_id == NOBODY else timer.subject_id))


def drop_old(ctx: Ctx, timer: Timer) -> None:
    """Drop ladders, inbound texts and codes that have served. Periodic; the subject is nobody."""
    forget_old_reach(ctx)
