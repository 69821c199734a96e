"""Reading what a score is made of, and the scores a case had."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from api.disputes.models import DisputeScore

_FACTS = text("""
    SELECT d.id, d.station_id, d.state, d.signs, d.repeat_calls, d.people_count, d.scale, d.amount, d.reported_at,
        d.colour, d.by_hand, d.score, d.colour_reasons, d.strict,
        EXISTS (
            SELECT FROM dispute_parties p WHERE p.dispute_id = d.id AND p.minor AND p.removed_at IS NULL
        ) AS minor
    FROM disputes d WHERE d.id = ANY(:ids)
""")


def score_rows(session: Session, ids: Collection[UUID]) -> list[Any]:
    """What scoring needs to know of these cases."""
    return list(session.execute(_FACTS, {"ids": list(ids)}))


def scores_of(session: Session, dispute_id: UUID) -> list[DisputeScore]:
    """Every score of a case, newest first."""
    statement = select(DisputeScore).where(DisputeScore.dispute_id == dispute_id)
    return list(session.scalars(statement.order_by(DisputeScore.id.desc())))
