"""Counting attempts in the database: exact, shared by all processes, and independent of Redis."""

import math
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import case, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from api.identity.errors import TooManyAttempts
from api.identity.models import AttemptCounter, SignInCode
from api.identity.rules.limits import Limit
from api.plumbing.context import Ctx
from api.plumbing.crypto import blind_index

LONGEST_WINDOW = timedelta(days=1)


def subject_of(text: str) -> bytes:
    """The blind index under which an address or account is counted; neither is stored in clear."""
    return blind_index(text, "attempt_counters.subject")


def take_attempt(ctx: Ctx, limit: Limit, subject: bytes) -> bool:
    """Count one attempt; False, and nothing counted, when the window is full.

    One statement: of any number of parallel attempts exactly `limit.most` get True. The row stays locked until the
    transaction ends, so an attempt that is later refunded is not seen by anybody as taken.
    """
    over = AttemptCounter.started_at <= ctx.now - limit.window
    claim = insert(AttemptCounter).values(name=limit.name, subject=subject, started_at=ctx.now, count=1)
    claim = claim.on_conflict_do_update(
        index_elements=["name", "subject"],
        set_={
            "started_at": case((over, ctx.now), else_=AttemptCounter.started_at),
            "count": case((over, 1), else_=AttemptCounter.count + 1),
        },
        where=or_(over, AttemptCounter.count < limit.most),
    )
    return ctx.session.scalar(claim.returning(AttemptCounter.count)) is not None


def spend_attempts(ctx: Ctx, attempts: Sequence[tuple[Limit, bytes]]) -> None:
    """Count one attempt against each limit; raises TooManyAttempts, which takes all of them back."""
    for limit, subject in attempts:
        if not take_attempt(ctx, limit, subject):
            raise TooManyAttempts(retry_after=_seconds_left(ctx, limit, subject))


def refund_attempts(ctx: Ctx, attempts: Sequence[tuple[Limit, bytes]]) -> None:
    """Take back what was counted for an attempt that turned out right: only wrong ones use up a limit."""
    for limit, subject in attempts:
        ctx.session.execute(
            update(AttemptCounter)
            .where(AttemptCounter.name == limit.name, AttemptCounter.subject == subject)
            .values(count=func.greatest(AttemptCounter.count - 1, 0))
        )


def drop_old_attempts(ctx: Ctx) -> None:
    """Forget counters whose longest window is over, and codes nobody can use any more."""
    ctx.session.execute(delete(AttemptCounter).where(AttemptCounter.started_at < ctx.now - LONGEST_WINDOW))
    ctx.session.execute(delete(SignInCode).where(SignInCode.expires_at < ctx.now))


def _seconds_left(ctx: Ctx, limit: Limit, subject: bytes) -> int:
    began = ctx.session.scalar(
        select(AttemptCounter.started_at).where(AttemptCounter.name == limit.name, AttemptCounter.subject == subject)
    )
    left = (began or ctx.now) + limit.window - ctx.now
    return max(1, math.ceil(left.total_seconds()))
