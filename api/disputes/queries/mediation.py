"""Reading the work of a case: team, sessions, decisions, hand-overs, and the norms it is held to."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from api.disputes.models import Dispute, DisputeInsider, DisputeParty
from api.disputes.models.mediation import Decision, HandOver, MediationSession, Mediator, Rating
from api.disputes.queries.standards import standard_for
from api.disputes.rules.access import sees_all_ordinary
from api.disputes.rules.norms import Norms, thaw_norms
from api.disputes.rules.work_states import MET
from api.disputes.types import StandardKind
from api.identity.types import Role


def norms_for(session: Session, station_id: UUID) -> Norms:
    """The norms of mediation in force."""
    return thaw_norms(standard_for(session, station_id, StandardKind.MEDIATION).body)


def mediators_of(session: Session, dispute_id: UUID, *, past: bool = False) -> list[Mediator]:
    """The team of a case, its lead first; with `past` everybody who ever was in it, in order of joining."""
    statement = select(Mediator).where(Mediator.dispute_id == dispute_id)
    if past:
        return list(session.scalars(statement.order_by(Mediator.joined_at, Mediator.id)))
    present = statement.where(Mediator.left_at.is_(None))
    return list(session.scalars(present.order_by(Mediator.leads.desc(), Mediator.joined_at, Mediator.id)))


def merged_in(dispute_id: UUID) -> Select[Any]:
    """The ids of a case and of those that were merged into it: their promises and mediators are its own."""
    return select(Dispute.id).where((Dispute.id == dispute_id) | (Dispute.merged_into == dispute_id))


def has_mediated(session: Session, dispute_id: UUID, person_id: UUID) -> bool:
    """Whether somebody is, or ever was, in the team of a case or of one merged into it."""
    statement = select(Mediator.id).where(
        Mediator.dispute_id.in_(merged_in(dispute_id)), Mediator.person_id == person_id
    )
    return session.scalar(statement.limit(1)) is not None


def sessions_of(session: Session, dispute_id: UUID) -> list[MediationSession]:
    """Every session of a case, in the order they were planned."""
    statement = select(MediationSession).where(MediationSession.dispute_id == dispute_id)
    return list(session.scalars(statement.order_by(MediationSession.number)))


def count_met(session: Session, dispute_id: UUID, in_round: int) -> int:
    """How many sessions of a round took place, whatever came of them."""
    statement = select(func.count()).where(
        MediationSession.dispute_id == dispute_id,
        MediationSession.round == in_round,
        MediationSession.state.in_(MET),
    )
    return session.scalars(statement).one()


def decisions_of(session: Session, dispute_id: UUID) -> list[Decision]:
    """What was decided about a case, oldest first."""
    return list(session.scalars(select(Decision).where(Decision.dispute_id == dispute_id).order_by(Decision.id)))


def party_ids(session: Session, dispute_id: UUID) -> frozenset[UUID]:
    """The parties a case has now."""
    statement = select(DisputeParty.id).where(DisputeParty.dispute_id == dispute_id, DisputeParty.removed_at.is_(None))
    return frozenset(session.scalars(statement))


def parties_of_case(session: Session, dispute_id: UUID) -> list[DisputeParty]:
    """The parties a case has now, in the order they were added."""
    statement = select(DisputeParty).where(DisputeParty.dispute_id == dispute_id, DisputeParty.removed_at.is_(None))
    return list(session.scalars(statement.order_by(DisputeParty.added_at, DisputeParty.id)))


def hand_overs_of(session: Session, dispute_id: UUID) -> list[HandOver]:
    """Every hand-over of a case, oldest first."""
    statement = select(HandOver).where(HandOver.dispute_id == dispute_id)
    return list(session.scalars(statement.order_by(HandOver.offered_at, HandOver.id)))


def hand_overs_to(session: Session, station_id: UUID, *, states: Collection[str], limit: int) -> list[tuple[Any, ...]]:
    """What other stations have offered this one, the newest first, each with the case's plain columns."""
    columns = (Dispute.ref, Dispute.category, Dispute.colour, Dispute.scale, Dispute.strict)
    statement = (
        select(HandOver, *columns)
        .join(Dispute, Dispute.id == HandOver.dispute_id)
        .where(HandOver.to_station_id == station_id, HandOver.state.in_(states))
        .order_by(HandOver.offered_at.desc(), HandOver.id.desc())
        .limit(limit)
    )
    return [tuple(row) for row in session.execute(statement)]


def ratings_of(session: Session, dispute_id: UUID) -> list[Rating]:
    """Who was asked to rate a case, and what they said."""
    return list(session.scalars(select(Rating).where(Rating.dispute_id == dispute_id).order_by(Rating.asked_at)))


def case_row(session: Session, dispute_id: UUID) -> Dispute:
    """The case with everything sealed in it, for a paper or a copy; the caller has checked who asks."""
    return session.scalars(select(Dispute).where(Dispute.id == dispute_id)).one()


def open_of_person(session: Session, person_id: UUID) -> list[UUID]:
    """The cases a person works on now."""
    statement = (
        select(Mediator.dispute_id)
        .join(Dispute, Dispute.id == Mediator.dispute_id)
        .where(Mediator.person_id == person_id, Mediator.left_at.is_(None), Dispute.ended_at.is_(None))
    )
    return list(session.scalars(statement))


def is_old_case(session: Session, dispute_id: UUID) -> bool:
    """Whether a case came from a file of cases from before this system."""
    statement = select(Dispute.register_no.is_not(None)).where(Dispute.id == dispute_id)
    return session.scalars(statement).one()


def whole_to(person_id: UUID, roles: frozenset[str], named: bool) -> ColumnElement[bool]:
    """The cases of a station somebody sees whole, as a condition; the same answer as `rules.access.may_see` gives."""
    inside = select(DisputeInsider.dispute_id).where(
        DisputeInsider.dispute_id == Dispute.id, DisputeInsider.person_id == person_id
    )
    seen = inside.exists() | (Dispute.lead_id == person_id)
    if sees_all_ordinary(roles):
        seen = seen | ~Dispute.strict
    return seen | Dispute.strict if named and Role.SUPERVISOR in roles else seen
