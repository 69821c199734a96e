"""Plans: by subject and by id, their log, and whether they are complete."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.followups.models import ContactRow, PlanChangeRow, PlanRow, VisitRow
from api.followups.rules.states import OPEN_VISIT
from api.followups.types import Completion, Mode, Owner, OwnerKind, Plan, PlanChange, PlanState, Verdict, VisitState


def plan_of(session: Session, subject_kind: str, subject_id: UUID) -> Plan | None:
    """The plan of a subject, running or closed."""
    row = session.scalar(select(PlanRow).where(PlanRow.subject_id == subject_id, PlanRow.subject_kind == subject_kind))
    return None if row is None else plan_value(row)


def plan_in(session: Session, station_id: UUID, plan_id: UUID) -> Plan | None:
    """The station's plan with this id."""
    row = session.scalar(select(PlanRow).where(PlanRow.id == plan_id, PlanRow.station_id == station_id))
    return None if row is None else plan_value(row)


def changes_of(session: Session, plan_id: UUID) -> list[PlanChange]:
    """The plan's log, oldest first."""
    rows = session.scalars(select(PlanChangeRow).where(PlanChangeRow.plan_id == plan_id).order_by(PlanChangeRow.id))
    return [PlanChange(row.at, row.kind, row.colour_was, row.colour, row.why, row.made_by) for row in rows]


def is_complete(session: Session, plan_id: UUID) -> Completion:
    """What the plan's present round leaves to do before it may be signed off."""
    in_round = (VisitRow.plan_id == plan_id) & (
        VisitRow.round == select(PlanRow.round).where(PlanRow.id == plan_id).scalar_subquery()
    )
    row = session.execute(
        select(
            func.count().filter(VisitRow.state.in_(OPEN_VISIT)),
            func.count().filter(VisitRow.state == VisitState.MISSED),
        ).where(in_round)
    ).one()
    unconfirmed = session.scalar(
        select(func.count(VisitRow.id.distinct()))
        .join(ContactRow, ContactRow.visit_id == VisitRow.id)
        .where(
            in_round,
            VisitRow.state == VisitState.DONE,
            VisitRow.mode != Mode.TELEPHONE,
            ContactRow.counted,
            ContactRow.verdict != Verdict.PLAUSIBLE,
            ContactRow.fallback.is_(None),
        )
    )
    return Completion(row[0], row[1], unconfirmed or 0)


def plan_value(row: PlanRow) -> Plan:
    """The value of a stored plan."""
    return Plan(
        id=row.id,
        station_id=row.station_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        label=row.label,
        state=PlanState(row.state),
        colour=row.colour,
        round=row.round,
        template_id=row.template_id,
        settled_at=row.settled_at,
        owner=owner_value(row.owner_kind, row.owner_id, row.lead_id),
        unit_id=row.unit_id,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def owner_value(kind: str | None, owner_id: UUID | None, lead_id: UUID | None = None) -> Owner:
    """An owner from its columns."""
    return Owner(None if kind is None else OwnerKind(kind), owner_id, lead_id)
