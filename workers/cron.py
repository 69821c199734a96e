"""Periodic jobs as one table. A run is a timer row whose step is its time slot, so two relays order it once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, order_once

NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Periodic:
    """A job, its period in seconds, and how long after midnight UTC its slots begin."""

    job: str
    every_s: int
    offset_s: int = 0


TABLE = (
    Periodic("workers.jobs.upkeep.seal_audit", 10),
    Periodic("workers.jobs.dispatch.find_forgotten", 30),
    Periodic("workers.jobs.disputes.find_forgotten", 1_800),
    Periodic("workers.jobs.dispatch.learn_acceptance", 86_400, offset_s=68_400),  # 03:00 at the station
    Periodic("workers.jobs.upkeep.drop_old_rows", 3_600),
    Periodic("workers.jobs.upkeep.prune_log", 3_600),
    Periodic("workers.jobs.upkeep.prune_board_log", 600),
    Periodic("workers.jobs.providers.weigh", 60),
    Periodic("workers.jobs.providers.forget", 3_600),
    Periodic("workers.jobs.ladders.note_readings", 300),
    Periodic("workers.jobs.ladders.drop_old", 6 * 3_600),
    Periodic("workers.jobs.identity.expire_sessions", 600),
    Periodic("workers.jobs.identity.drop_old_attempts", 3_600),
    Periodic("workers.jobs.identity.watch_codes", 300),
    Periodic("workers.jobs.duty.keep_partitions", 6 * 3_600),
    Periodic("workers.jobs.duty.refresh_on_duty", 3_600),
    Periodic("workers.jobs.followups.morning_run", 86_400, offset_s=84_600),  # 07:30 at the station
    Periodic("workers.jobs.followups.keep_clocks", 900),
    Periodic("workers.jobs.followups.redate", 6 * 3_600),
    Periodic("workers.jobs.reaching.release", 60),
    Periodic("workers.jobs.notices.find_stuck", 120),
    Periodic("workers.jobs.reaching.test", 900),
    Periodic("workers.jobs.reaching.enrol", 86_400, offset_s=70_200),  # 03:30 at the station
    Periodic("workers.jobs.files.expire_open_uploads", 3_600),
    Periodic("workers.jobs.files.drop_unwanted", 1_200),
    Periodic("workers.jobs.files.sweep_orphans", 86_400, offset_s=68_400),  # 03:00 at the station
    Periodic("workers.jobs.retention.erase_expired", 86_400, offset_s=66_600),  # 02:30 at the station
)


def order_due(ctx: Ctx) -> None:
    """Order the current slot of every periodic job; a slot that was ordered before stays as it is.

    A slot missed while everything was down is not caught up: each of these jobs looks at the whole state anyway.
    """
    order_once(ctx, [_slot(row, ctx.now) for row in TABLE])


def _slot(row: Periodic, now: datetime) -> TimerOrder:
    passed = (int(now.timestamp()) - row.offset_s) // row.every_s * row.every_s
    start = datetime.fromtimestamp(passed + row.offset_s, UTC)
    return TimerOrder(row.job, NOBODY, start, step=start.strftime("%Y%m%dT%H%M%S"))
