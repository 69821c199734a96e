"""Dropping rows of plumbing that have served their time."""

from datetime import timedelta

from sqlalchemy import delete

from api.plumbing.context import Ctx
from api.plumbing.idempotency import IdempotencyKey
from api.plumbing.timers import Timer

# A phone may be offline for days and then repeat a request under its old key.
KEYS_LIVE = timedelta(days=8)
TIMERS_LIVE = timedelta(days=1)


def drop_served_rows(ctx: Ctx) -> None:
    """Delete idempotency keys past replay, and timers that fired or were cancelled over a day ago; dead ones stay."""
    ctx.session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < ctx.now - KEYS_LIVE))
    served = Timer.state.in_(("fired", "cancelled"))
    ctx.session.execute(delete(Timer).where(served, Timer.due_at < ctx.now - TIMERS_LIVE))
