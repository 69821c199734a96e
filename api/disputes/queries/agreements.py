"""Reading agreements and what is promised in them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.disputes.models import Dispute
from api.disputes.models.agreements import Agreement, Obligation
from api.disputes.queries.mediation import merged_in, whole_to
from api.disputes.rules.work_states import OPEN_OBLIGATION
from api.disputes.types.work import ObligationState
from api.plumbing.db import among


def agreements_of(session: Session, dispute_id: UUID) -> list[Agreement]:
    """Every agreement of a case, oldest first."""
    statement = select(Agreement).where(Agreement.dispute_id == dispute_id)
    return list(session.scalars(statement.order_by(Agreement.number)))


def newest_agreement(session: Session, dispute_id: UUID) -> Agreement | None:
    """The agreement in force."""
    statement = select(Agreement).where(Agreement.dispute_id == dispute_id)
    return session.scalar(statement.order_by(Agreement.number.desc()).limit(1))


def obligations_of(session: Session, dispute_id: UUID) -> list[Obligation]:
    """Every promise of a case, those of the newest agreement last, each agreement's in order of their numbers."""
    statement = (
        select(Obligation)
        .join(Agreement, Agreement.id == Obligation.agreement_id)
        .where(Obligation.dispute_id == dispute_id)
        .order_by(Agreement.number, Obligation.number)
    )
    return list(session.scalars(statement))


def promises_in(session: Session, agreement_id: UUID) -> list[Obligation]:
    """The promises of one agreement."""
    statement = select(Obligation).where(Obligation.agreement_id == agreement_id)
    return list(session.scalars(statement.order_by(Obligation.number)))


def open_promises(session: Session, dispute_id: UUID, *, lock: bool = False) -> list[Obligation]:
    """What is still owed in a case or one merged into it; locked, if it is to be changed."""
    statement = select(Obligation).where(
        Obligation.dispute_id.in_(merged_in(dispute_id)), Obligation.state.in_(OPEN_OBLIGATION)
    )
    statement = statement.order_by(Obligation.due_on, Obligation.id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    return list(session.scalars(statement, execution_options={"populate_existing": True}))


def count_unproven(session: Session, dispute_id: UUID) -> int:
    """How many promises were kept without anything that shows it."""
    statement = select(func.count()).where(
        Obligation.dispute_id.in_(merged_in(dispute_id)),
        Obligation.state == ObligationState.PERFORMED,
        func.cardinality(Obligation.evidence_files) == 0,
        Obligation.evidence_note.is_(None),
    )
    return session.scalars(statement).one()


def promises_due(
    session: Session, station_id: UUID, dispute_ids: Collection[UUID], *, limit: int
) -> list[Obligation]:  # fmt: skip
    """What is still owed in these cases of a station, the longest overdue first."""
    return _due(session, station_id, among(Obligation.dispute_id, dispute_ids), limit)


def promises_open_to(
    session: Session, station_id: UUID, viewer: tuple[UUID, frozenset[str], bool], *, limit: int
) -> list[Obligation]:
    """What is still owed in all of a station's cases that the viewer sees whole."""
    whole = select(Dispute.id).where(Dispute.id == Obligation.dispute_id, whole_to(*viewer)).exists()
    return _due(session, station_id, whole, limit)


def _due(session: Session, station_id: UUID, which: ColumnElement[bool], limit: int) -> list[Obligation]:
    statement = select(Obligation).where(
        Obligation.station_id == station_id, Obligation.state.in_(OPEN_OBLIGATION), which
    )  # fmt: skip
    return list(session.scalars(statement.order_by(Obligation.overdue_at, Obligation.id).limit(limit)))
