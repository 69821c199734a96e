"""Reading standards: a station's own newest version, or the common one."""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.disputes.models import DisputeStandard
from api.disputes.rules.standards import Deadlines, Weights, thaw_deadlines, thaw_weights
from api.disputes.types import StandardKind


def standard_for(session: Session, station_id: UUID | None, kind: StandardKind) -> DisputeStandard:
    """The version in force: the station's newest, else the newest of all stations."""
    statement = (
        select(DisputeStandard)
        .where(DisputeStandard.kind == kind)
        .where(or_(DisputeStandard.station_id == station_id, DisputeStandard.station_id.is_(None)))
        .order_by(DisputeStandard.station_id.is_(None), DisputeStandard.version.desc())
        .limit(1)
    )
    return session.execute(statement).scalar_one()


def standards_of(session: Session, station_id: UUID, kind: StandardKind) -> list[DisputeStandard]:
    """Every version a station may look back on, newest first, its own before the common ones."""
    statement = (
        select(DisputeStandard)
        .where(DisputeStandard.kind == kind)
        .where(or_(DisputeStandard.station_id == station_id, DisputeStandard.station_id.is_(None)))
        .order_by(DisputeStandard.station_id.is_(None), DisputeStandard.version.desc())
    )
    return list(session.scalars(statement))


def deadlines_for(session: Session, station_id: UUID) -> Deadlines:
    """The deadlines in force."""
    return thaw_deadlines(standard_for(session, station_id, StandardKind.DEADLINES).body)


def weights_for(session: Session, station_id: UUID) -> Weights:
    """The weights in force."""
    standard = standard_for(session, station_id, StandardKind.WEIGHTS)
    return thaw_weights(standard.id, standard.version, standard.body)


def named_for(session: Session, station_id: UUID) -> frozenset[UUID]:
    """The supervisors who may see every strict case of the station."""
    people = standard_for(session, station_id, StandardKind.NAMED).body.get("people", [])
    return frozenset(UUID(person) for person in people)
