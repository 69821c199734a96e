"""The kept fixes of one member."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.duty.types import Fix, TrailFix
from api.kernel.geo import Point

# A fix may be stamped a little ahead of its reception, never more: so an old bound on reception spares the partitions
# before the window.
STAMP_SLACK = timedelta(minutes=5)

_TRAIL = text("""
    SELECT captured_at, received_at, lat, lon, accuracy_m, verdict FROM positions
    WHERE member_id = :member_id AND station_id = :station_id AND captured_at >= :since AND captured_at < :before
      AND received_at >= :oldest
      AND (CAST(:after AS timestamptz) IS NULL OR (captured_at, received_at) > (:after, :after_received))
    ORDER BY captured_at, received_at LIMIT :limit
""")
# Newest first, so that a limit never cuts off the end of the way. Fixes from the future were refused when they came,
# and would be believed later.
_NEWEST = text("""
    SELECT lat, lon, accuracy_m, captured_at FROM positions
    WHERE member_id = :member_id AND captured_at >= :since AND received_at >= :oldest AND verdict <> 'future'
    ORDER BY captured_at DESC LIMIT :limit
""")


def newest_fixes(session: Session, member_id: UUID, *, since: datetime, limit: int) -> list[Fix]:
    """The member's newest kept fixes captured since then, newest first, whatever was made of them when they came.

    For following somebody on a task they accepted; looking at a person's trail is `service.read_trail`.
    """
    values = {"member_id": member_id, "since": since, "oldest": since - STAMP_SLACK, "limit": limit}
    rows = session.execute(_NEWEST, values)
    return [Fix(Point(lat, lon), accuracy_m, captured_at) for lat, lon, accuracy_m, captured_at in rows]


def trail_of(
    session: Session,
    station_id: UUID,
    member_id: UUID,
    *,
    since: datetime,
    before: datetime,
    after: tuple[datetime, datetime] | None = None,
    limit: int,
) -> list[TrailFix]:
    """Fixes captured in [since, before), oldest first, behind the (captured, received) times `after`."""
    rows = session.execute(
        _TRAIL,
        {
            "member_id": member_id,
            "station_id": station_id,
            "since": since,
            "before": before,
            "oldest": since - STAMP_SLACK,
            "after": after[0] if after else None,
            "after_received": after[1] if after else None,
            "limit": limit,
        },
    )
    return [TrailFix(at, got, Point(lat, lon), accuracy, verdict) for at, got, lat, lon, accuracy, verdict in rows]
