"""Visits as lists show them, and the contacts behind one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Select, any_, bindparam, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import Session

from api.followups.models import ContactRow, PlanRow, VisitRow
from api.followups.queries.plans import owner_value
from api.followups.rules.states import OPEN_VISIT
from api.followups.types import Contact, Fallback, Mode, Outcome, Verdict, Visit, VisitState
from api.plumbing.db import among

After = tuple[datetime, UUID]


def visits_of(session: Session, plan_id: UUID) -> list[Visit]:
    """Every visit of a plan, in order."""
    return _visits(session, _select().where(VisitRow.plan_id == plan_id).order_by(VisitRow.number))


def visit_in(session: Session, station_id: UUID, visit_id: UUID) -> Visit | None:
    """The station's visit with this id."""
    rows = _visits(session, _select().where(VisitRow.id == visit_id, VisitRow.station_id == station_id))
    return rows[0] if rows else None


def visits_due(
    session: Session, holders: Collection[UUID], *, before: datetime | None = None, after: After | None = None,
    limit: int,
) -> list[Visit]:  # fmt: skip
    """The open visits of these holders by deadline, so what is overdue comes first.

    `before`: only visits whose window opens before then. `after`: the deadline and id the page starts behind.
    """
    statement = _select().where(among(VisitRow.owner_id, holders), VisitRow.state.in_(OPEN_VISIT))
    if before is not None:
        statement = statement.where(VisitRow.due_at < before)
    return _visits(session, _page(statement, after, limit))


def held_visit_ids(session: Session, holders: Collection[UUID], *, after: UUID | None, limit: int) -> Sequence[UUID]:
    """The ids of these holders' open visits behind one id, in order of their ids."""
    statement = select(VisitRow.id).where(among(VisitRow.owner_id, holders), VisitRow.state.in_(OPEN_VISIT))
    if after is not None:
        statement = statement.where(VisitRow.id > after)
    return session.scalars(statement.order_by(VisitRow.id).limit(limit)).all()


def open_visit_ids(session: Session, holders: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """The ids of the open visits of each of these holders."""
    found: dict[UUID, list[UUID]] = {holder: [] for holder in holders}
    if not holders:
        return found
    mine = among(VisitRow.owner_id, holders), VisitRow.state.in_(OPEN_VISIT)
    for owner_id, visit_id in session.execute(
        select(VisitRow.owner_id, VisitRow.id).where(*mine).order_by(VisitRow.id)
    ):
        if owner_id is not None:
            found[owner_id].append(visit_id)
    return found


def held_visits(session: Session, holders: Collection[UUID], ids: Collection[UUID]) -> list[Visit]:
    """Those of these visits that are these holders' and open."""
    if not ids:
        return []
    rows = session.connection().execute(_HELD_AMONG, {"holders": list(holders), "ids": list(ids)})
    return [_visit(row) for row in rows]


def overdue(
    session: Session, station_id: UUID, *, unowned: bool = False, level: int = 0, after: After | None = None, limit: int
) -> list[Visit]:
    """The station's overdue visits, longest overdue first; `level`: only those that climbed at least so many rungs."""
    statement = _select().where(
        VisitRow.station_id == station_id, VisitRow.state == VisitState.OVERDUE, VisitRow.level >= level
    )
    if unowned:
        statement = statement.where(VisitRow.owner_id.is_(None))
    return _visits(session, _page(statement, after, limit))


def visits_led(
    session: Session, person_id: UUID, unit_ids: Collection[UUID], *, after: After | None = None, limit: int
) -> list[Visit]:
    """The overdue visits this person is the first rung of: as their lead, or answering for the subject's unit."""
    mine = or_(PlanRow.lead_id == person_id, among(PlanRow.unit_id, unit_ids))
    return _visits(session, _page(_select().where(mine, VisitRow.state == VisitState.OVERDUE), after, limit))


def open_counts(session: Session, holders: Collection[UUID]) -> list[tuple[UUID, int, int]]:
    """(owner id, due now, overdue now) of these holders, in one query."""
    rows = session.execute(
        select(
            VisitRow.owner_id,
            func.count().filter(VisitRow.state == VisitState.DUE),
            func.count().filter(VisitRow.state == VisitState.OVERDUE),
        )
        .where(among(VisitRow.owner_id, holders), VisitRow.state.in_((VisitState.DUE, VisitState.OVERDUE)))
        .group_by(VisitRow.owner_id)
    )
    return [(row[0], row[1], row[2]) for row in rows if row[0] is not None]


def contacts_of_visit(session: Session, visit_id: UUID) -> list[Contact]:
    """The reports of a visit, by when the contacts took place."""
    rows = session.scalars(
        select(ContactRow).where(ContactRow.visit_id == visit_id).order_by(ContactRow.occurred_at, ContactRow.id)
    )
    return [contact_value(row) for row in rows]


def contact_value(row: ContactRow) -> Contact:
    """The value of a stored contact."""
    return Contact(
        id=row.id,
        visit_id=row.visit_id,
        mode=Mode(row.mode),
        outcome=Outcome(row.outcome),
        occurred_at=row.occurred_at,
        received_at=row.received_at,
        reported_by=row.reported_by,
        visited_by=row.visited_by,
        verdict=Verdict(row.verdict),
        reasons=tuple(row.reasons),
        marks=tuple(row.marks),
        counted=row.counted,
        fallback=None if row.fallback is None else Fallback(row.fallback),
        confirmed_by=row.confirmed_by,
        photo_hashes=tuple(row.photo_hashes),
        note=row.note,
    )


def _page(statement: Select[*tuple[Any, ...]], after: After | None, limit: int) -> Select[*tuple[Any, ...]]:
    if after is not None:
        statement = statement.where(tuple_(VisitRow.overdue_at, VisitRow.id) > after)
    return statement.order_by(VisitRow.overdue_at, VisitRow.id).limit(limit)


def _select() -> Select[*tuple[Any, ...]]:
    # Columns, not rows: a day list is the hot read, and neither the sealed note nor the clocks belong in it.
    return select(
        VisitRow.id, VisitRow.station_id, VisitRow.plan_id, PlanRow.subject_kind, PlanRow.subject_id, PlanRow.label,
        PlanRow.colour, VisitRow.round, VisitRow.number, VisitRow.mode, VisitRow.role, VisitRow.state,
        VisitRow.target_on, VisitRow.due_at, VisitRow.overdue_at, VisitRow.provisional, VisitRow.level,
        VisitRow.owner_kind, VisitRow.owner_id, PlanRow.lead_id, VisitRow.done_at, VisitRow.outcome,
        VisitRow.waive_reason,
    ).join(PlanRow, PlanRow.id == VisitRow.plan_id)  # fmt: skip


def _visits(session: Session, statement: Select[*tuple[Any, ...]]) -> list[Visit]:
    return [_visit(row) for row in session.execute(statement)]


def _visit(row: Row[*tuple[Any, ...]]) -> Visit:
    return Visit(
        id=row.id,
        station_id=row.station_id,
        plan_id=row.plan_id,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        label=row.label,
        colour=row.colour,
        round=row.round,
        number=row.number,
        mode=Mode(row.mode),
        role=row.role,
        state=VisitState(row.state),
        target_on=row.target_on,
        due_at=row.due_at,
        overdue_at=row.overdue_at,
        provisional=row.provisional,
        level=row.level,
        owner=owner_value(row.owner_kind, row.owner_id, row.lead_id),
        done_at=row.done_at,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        waive_reason=row.waive_reason,
    )


# Made once: phones ask it with every pull that has news.
_HELD_AMONG = _select().where(
    VisitRow.id == any_(bindparam("ids", type_=ARRAY(PgUUID))),
    VisitRow.owner_id == any_(bindparam("holders", type_=ARRAY(PgUUID))),
    VisitRow.state.in_(OPEN_VISIT),
)
