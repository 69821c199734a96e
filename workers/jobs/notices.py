"""Timers of notices: the slices of one that is being sent, and its end."""

from api.notices import service
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer


def expand(ctx: Ctx, timer: Timer) -> None:
    """Write the next slice of a notice's people into the outbox; it orders the one after. The subject is the notice."""
    service.expand_notice(ctx, timer.subject_id)


def expire(ctx: Ctx, timer: Timer) -> None:
    """A notice's time is over. The subject is the notice."""
    service.expire_notice(ctx, timer.subject_id)


def find_stuck(ctx: Ctx, timer: Timer) -> None:
    """Go on with notices whose slices stopped. Periodic; the subject is nobody."""
    service.take_up_stuck(ctx)
