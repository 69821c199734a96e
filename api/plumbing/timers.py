"""Timers and jobs are rows: what has to happen, to what, when. The relay hands due ones to RQ; Redis may forget them.

A job is a timer that is due now. The row's id is the RQ job's id; running it twice has one effect, because the worker
locks the row, looks whether it already fired, and marks it in the transaction of its effect.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, SmallInteger, UniqueConstraint, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.context import Ctx
from api.plumbing.db import Base, Id

CHANNEL = "gridloop_timers"


class Timer(Base):
    """One step of one subject: `waiting` until it `fired`, was `cancelled`, or is `dead` after too many failures."""

    __tablename__ = "timers"
    __table_args__ = (UniqueConstraint("job", "subject_id", "step"),)

    id: Mapped[Id]
    job: Mapped[str]  # dotted name below workers.jobs
    subject_id: Mapped[UUID]
    step: Mapped[str] = mapped_column(server_default=text("''"))
    due_at: Mapped[datetime]
    fence: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    args: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    hinted_at: Mapped[datetime | None]
    fired_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    request_id: Mapped[str]
    created_at: Mapped[datetime]


@dataclass(frozen=True)
class TimerOrder:
    """A timer to be. (job, subject_id, step) is unique: ordered again, a waiting one moves, a fired one stays fired."""

    job: str
    subject_id: UUID
    due_at: datetime
    step: str = ""
    fence: int = 0
    args: dict[str, Any] = field(default_factory=dict)


def set_timers(ctx: Ctx, orders: Sequence[TimerOrder]) -> None:
    """Write the timers in one statement and wake the relay at commit."""
    if not orders:
        return
    statement = insert(Timer)
    statement = statement.on_conflict_do_update(
        index_elements=["job", "subject_id", "step"],
        set_={
            "due_at": statement.excluded.due_at,
            "fence": statement.excluded.fence,
            "args": statement.excluded.args,
            "hinted_at": None,
        },
        where=Timer.state == "waiting",
    )
    ctx.session.execute(statement, _rows(ctx, orders))
    ctx.session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})


def order_once(ctx: Ctx, orders: Sequence[TimerOrder]) -> None:
    """Write those timers whose (job, subject, step) was never ordered; the others stay exactly as they are."""
    ctx.session.execute(insert(Timer).on_conflict_do_nothing(), _rows(ctx, orders))


def _rows(ctx: Ctx, orders: Sequence[TimerOrder]) -> list[dict[str, Any]]:
    return [
        {
            "id": ctx.new_id(),
            "job": order.job,
            "subject_id": order.subject_id,
            "step": order.step,
            "due_at": order.due_at,
            "fence": order.fence,
            "args": order.args,
            "request_id": ctx.request_id,
            "created_at": ctx.now,
        }
        for order in orders
    ]


def set_timer(ctx: Ctx, order: TimerOrder) -> None:
    """Write one timer."""
    set_timers(ctx, [order])


def cancel_timers(ctx: Ctx, subject_id: UUID, *, job: str | None = None) -> None:
    """Cancel what still waits for this subject, of one job or of all.

    A timer that is running at this moment is left alone, since it may be waiting for a lock the caller holds: a job
    whose timer may be cancelled looks at the fence, and does nothing when it is stale.
    """
    cancel_timers_of(ctx, [subject_id], job=job)


def cancel_timers_of(ctx: Ctx, subject_ids: Collection[UUID], *, job: str | None = None) -> None:
    """`cancel_timers` for several subjects, in one statement."""
    waiting = select(Timer.id).where(Timer.subject_id.in_(list(subject_ids)), Timer.state == "waiting")
    if job is not None:
        waiting = waiting.where(Timer.job == job)
    statement = update(Timer).where(Timer.id.in_(waiting.with_for_update(skip_locked=True))).values(state="cancelled")
    ctx.session.execute(statement.execution_options(synchronize_session=False))
