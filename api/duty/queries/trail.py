"""The kept fixes of one member."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from api.duty.types import TrailFix
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
