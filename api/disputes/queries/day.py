"""What a mediator's list of the day is made of."""

from collections.abc import Collection
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.disputes.models import Dispute
from api.disputes.models.mediation import MediationSession
from api.disputes.queries.parties import names_of
from api.disputes.types.work import SessionState
from api.plumbing.db import among


def day_rows(session: Session, dispute_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """What a list says of each of these cases."""
    if not dispute_ids:
        return {}
    columns = (Dispute.id, Dispute.ref, Dispute.colour, Dispute.strict, Dispute.address)
    names = names_of(session, dispute_ids)
    return {
        # Applicants first, as on every paper.
        row.id: {**row._mapping, "names": [name for _, name in sorted(names.get(row.id, ()), key=itemgetter(0))]}
        for row in session.execute(select(*columns).where(among(Dispute.id, dispute_ids)))
    }


def planned_sessions(session: Session, dispute_ids: Collection[UUID], *, before: datetime) -> list[MediationSession]:
    """The sessions of these cases that are to be held before a moment, or have no outcome yet."""
    statement = select(MediationSession).where(
        among(MediationSession.dispute_id, dispute_ids),
        MediationSession.state == SessionState.PLANNED,
        MediationSession.planned_at < before,
    )
    return list(session.scalars(statement.order_by(MediationSession.planned_at, MediationSession.id)))
