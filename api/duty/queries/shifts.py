"""Shifts as values."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from api.duty.models import ShiftRow
from api.duty.types import Shift


def shift_value(row: ShiftRow) -> Shift:
    """The value of a stored shift."""
    return Shift(row.id, row.station_id, row.member_id, row.starts_at, row.ends_at, row.cancelled_at, row.version)


def shifts_of(session: Session, member_id: UUID, *, since: datetime, before: datetime) -> list[Shift]:
    """The member's live shifts that touch [since, before), by start."""
    rows = session.scalars(
        select(ShiftRow)
        .where(
            ShiftRow.member_id == member_id,
            ShiftRow.cancelled_at.is_(None),
            ShiftRow.ends_at > since,
            ShiftRow.starts_at < before,
        )
        .order_by(ShiftRow.starts_at)
        .limit(200)
    )
    return [shift_value(row) for row in rows]


def shift_by_id(session: Session, station_id: UUID, shift_id: UUID) -> Shift | None:
    """The station's shift with this id."""
    row = session.scalar(select(ShiftRow).where(ShiftRow.id == shift_id, ShiftRow.station_id == station_id))
    return None if row is None else shift_value(row)


def shifts_between(
    session: Session,
    station_id: UUID,
    *,
    since: datetime,
    before: datetime,
    member_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[Shift]:
    """The station's shifts that start in [since, before), cancelled ones included, by (start, id) behind `after`."""
    statement = select(ShiftRow).where(
        ShiftRow.station_id == station_id, ShiftRow.starts_at >= since, ShiftRow.starts_at < before
    )
    if member_id is not None:
        statement = statement.where(ShiftRow.member_id == member_id)
    if after is not None:
        statement = statement.where(tuple_(ShiftRow.starts_at, ShiftRow.id) > after)
    rows = session.scalars(statement.order_by(ShiftRow.starts_at, ShiftRow.id).limit(limit))
    return [shift_value(row) for row in rows]
