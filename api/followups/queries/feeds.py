"""Calendar addresses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.followups.models import FeedRow


def feeds_of(session: Session, person_id: UUID) -> list[tuple[UUID, datetime]]:
    """(id, made at) of a person's live calendar addresses, oldest first."""
    statement = select(FeedRow.id, FeedRow.created_at).where(
        FeedRow.person_id == person_id, FeedRow.revoked_at.is_(None)
    )
    return [(row.id, row.created_at) for row in session.execute(statement.order_by(FeedRow.id))]


def person_of_feed(session: Session, feed_id: UUID) -> UUID | None:
    """Whose visits a calendar address shows; None once it is revoked."""
    return session.scalar(select(FeedRow.person_id).where(FeedRow.id == feed_id, FeedRow.revoked_at.is_(None)))
