"""Periodic jobs as one table. A run is a timer row whose step is its time slot, so two relays order it once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, order_once

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Periodic:
    """A job and its period in seconds."""

    job: str
    every_s: int


TABLE = (
    Periodic("workers.jobs.upkeep.seal_audit", 10),
    Periodic("workers.jobs.upkeep.drop_old_rows", 3_600),
    Periodic("workers.jobs.duty.keep_partitions", 6 * 3_600),
)


def order_due(ctx: Ctx) -> None:
    """Order the current slot of every periodic job; a slot that was ordered before stays as it is.

    A slot missed while everything was down is not caught up: each of these jobs looks at the whole state anyway.
    """
    order_once(ctx, [_slot(row, ctx.now) for row in TABLE])


def _slot(row: Periodic, now: datetime) -> TimerOrder:
    start = datetime.fromtimestamp(int(now.timestamp()) // row.every_s * row.every_s, UTC)
    return TimerOrder(row.job, NOBODY, start, step=start.strftime("%Y%m%dT%H%M%S"))
