"""Reading quiet hours and a station's word on them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from api.notifications.models import OwnQuietHours, ReachPolicyRow
from api.notifications.rules.quiet import quiet_until
from api.notifications.types import QuietHours, ReachPolicy
from api.plumbing.db import among

_OWN = (OwnQuietHours.starts, OwnQuietHours.ends, OwnQuietHours.zone, OwnQuietHours.days)


def reach_policies(session: Session, station_ids: Collection[UUID]) -> dict[UUID, ReachPolicy]:
    """The policy of each of these stations, ours where a station has none."""
    rows = session.scalars(select(ReachPolicyRow).where(among(ReachPolicyRow.station_id, station_ids)))
    found = {row.station_id: _policy(row) for row in rows}
    return {station_id: found.get(station_id, ReachPolicy()) for station_id in station_ids}


def reach_policy(session: Session, station_id: UUID) -> ReachPolicy:
    """The station's policy, or ours."""
    return reach_policies(session, [station_id])[station_id]


def own_quiet_hours(session: Session, person_ids: Collection[UUID]) -> dict[UUID, QuietHours | None]:
    """What these people chose; None for none at all. Who never chose is left out."""
    rows = session.execute(select(OwnQuietHours.person_id, *_OWN).where(among(OwnQuietHours.person_id, person_ids)))
    return {row.person_id: _hours(row) for row in rows}


def quiet_settings(session: Session, station_id: UUID, now: datetime) -> list[tuple[QuietHours, datetime]]:
    """The different quiet hours chosen at a station that are quiet now, and until when. There are few of them."""
    rows = session.execute(
        select(*_OWN).where(OwnQuietHours.station_id == station_id, OwnQuietHours.starts.is_not(None)).distinct()
    )
    found = ((hours, quiet_until(hours, now)) for row in rows if (hours := _hours(row)))
    return [(hours, until) for hours, until in found if until is not None]


def _hours(row: Row[*tuple[Any, ...]]) -> QuietHours | None:
    return None if row.starts is None else QuietHours(row.starts, row.ends, row.zone, row.days)


def _policy(row: ReachPolicyRow) -> ReachPolicy:
    quiet = None
    if row.quiet_starts is not None and row.quiet_ends is not None:
        quiet = QuietHours(row.quiet_starts, row.quiet_ends, row.quiet_zone)
    return ReachPolicy(quiet, row.bundle_gap_s, row.push_test_days, row.sms_test_days, row.version)
