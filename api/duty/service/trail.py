"""Another person's trail: read for a reason, and never unseen. And its partitions and retention."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from api.audit.service import record_reading
from api.audit.types import Usual
from api.duty.errors import TrailWindow
from api.duty.models import DutyLive
from api.duty.queries import trail_of
from api.duty.types import TrailFix, TrailReason
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx

LONGEST_WINDOW = timedelta(days=7)
DAYS_AHEAD = 3
RETENTION_DAYS = 30
READ = "trail.read"
USUAL = Usual(same=10, others=20)


@dataclass(frozen=True)
class TrailQuery:
    """Whose trail, from when to when, why; the page begins behind (captured, received) `after`."""

    member_id: UUID
    since: datetime
    before: datetime
    reason: TrailReason
    incident_id: UUID | None = None
    after: tuple[datetime, datetime] | None = None
    limit: int = 500


def read_trail(ctx: Ctx, query: TrailQuery) -> list[TrailFix]:
    """A stretch of a member's trail, oldest first, and the entry that says who read it.

    There is nothing from off duty to hide: such fixes are never stored. Raises NotFound, TrailWindow.
    """
    if not timedelta(0) < query.before - query.since <= LONGEST_WINDOW:
        raise TrailWindow
    station_id = ctx.actor.station
    if ctx.session.scalar(select(DutyLive.station_id).where(DutyLive.member_id == query.member_id)) != station_id:
        raise NotFound
    _note_reading(ctx, query)
    return trail_of(
        ctx.session, station_id, query.member_id, since=query.since, before=query.before, after=query.after,
        limit=query.limit,
    )  # fmt: skip


def _note_reading(ctx: Ctx, query: TrailQuery) -> None:
    details = {
        "reason": query.reason.value,
        "since": query.since.isoformat(),
        "before": query.before.isoformat(),
        "incident_id": str(query.incident_id) if query.incident_id else None,
    }
    record_reading(ctx, READ, "member", query.member_id, USUAL, **details)


def keep_partitions(ctx: Ctx) -> None:
    """Make the trail's next days and drop those past retention; safe to run at any time and twice."""
    today = ctx.session.execute(text("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date")).scalar_one()
    for ahead in range(DAYS_AHEAD + 1):
        ctx.session.execute(text("SELECT make_positions_partition(:day)"), {"day": today + timedelta(days=ahead)})
    ctx.session.execute(text("SELECT drop_positions_before(:day)"), {"day": today - timedelta(days=RETENTION_DAYS)})
