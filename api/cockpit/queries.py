"""Whose phones messages arrived on."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.plumbing.db import among
from api.plumbing.outbox import OutboxMessage


def recipients_of(session: Session, station_id: UUID, message_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Message id -> person, of the station's own messages."""
    rows = session.execute(
        select(OutboxMessage.id, OutboxMessage.person_id).where(
            among(OutboxMessage.id, message_ids),
            OutboxMessage.station_id == station_id,
            OutboxMessage.person_id.is_not(None),
        )
    )
    return {row.id: row.person_id for row in rows}
