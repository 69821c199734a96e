"""Lists of cases as plain rows, and the stories of single ones."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, union
from sqlalchemy.orm import Session

from api.disputes.models import Dispute, DisputeCode, DisputeEvent, DisputeInsider
from api.disputes.queries.cases import LAT, LON
from api.disputes.queries.parties import visible_to
from api.disputes.types import CaseQuery, CodeList
from api.kernel.geo import Point
from api.plumbing.db import among

ROW = (
    Dispute.id, Dispute.ref, Dispute.state, Dispute.colour, Dispute.score, Dispute.category, Dispute.scale,
    Dispute.source, Dispute.strict, Dispute.step_since, Dispute.due_at, Dispute.level, Dispute.unit_id,
    Dispute.unit_name, Dispute.lead_id, Dispute.reported_at, Dispute.settled_at, Dispute.round, Dispute.version,
)  # fmt: skip


def list_cases(
    session: Session, station_id: UUID, query: CaseQuery, viewer: tuple[UUID, frozenset[str], bool], now: datetime
) -> list[dict[str, Any]]:
    """The station's cases the viewer may know of, newest first; nothing sealed is opened here."""
    statement: Any = select(*ROW, func.coalesce(Dispute.due_at <= now, False).label("overdue"))
    statement = _filtered(session, statement, query, now).where(Dispute.station_id == station_id, visible_to(*viewer))
    return [dict(row._mapping) for row in session.execute(statement.order_by(Dispute.id.desc()).limit(query.limit))]


def _codes_below(session: Session, category: str) -> list[str]:
    # By the list: that `0101` stands below `01` is data, not spelling. Asked apart: the planner then knows the codes.
    below = or_(DisputeCode.code == category, DisputeCode.parent == category)
    return list(session.scalars(select(DisputeCode.code).where(DisputeCode.list == CodeList.CATEGORY, below)))


def _filtered(session: Session, statement: Select[Any], query: CaseQuery, now: datetime) -> Select[Any]:
    if query.states:
        statement = statement.where(Dispute.state.in_(query.states))
    if query.colour:
        statement = statement.where(Dispute.colour == query.colour)
    if query.category:
        statement = statement.where(Dispute.category.in_(_codes_below(session, query.category)))
    if query.unit_id:
        statement = statement.where(Dispute.unit_id == query.unit_id)
    if query.overdue:
        statement = statement.where(Dispute.due_at <= now)
    if query.mine:
        # A union, and not an OR of both: that would read the whole list of the station to find somebody's few.
        inside = select(DisputeInsider.dispute_id).where(DisputeInsider.person_id == query.mine)
        led = select(Dispute.id).where(Dispute.lead_id == query.mine, Dispute.ended_at.is_(None))
        statement = statement.where(Dispute.id.in_(union(inside, led)))
    return statement.where(Dispute.id < query.before) if query.before else statement


def plain_case(session: Session, dispute_id: UUID, now: datetime) -> dict[str, Any]:
    """One case as a row of the list, for a caller who has just been let at it."""
    overdue = func.coalesce(Dispute.due_at <= now, False).label("overdue")
    return dict(session.execute(select(*ROW, overdue).where(Dispute.id == dispute_id)).one()._mapping)


def case_row(session: Session, dispute_id: UUID) -> tuple[Dispute, Point | None]:
    """The whole row, sealed columns opened, and its place; for a caller who has just been let at it."""
    statement = select(Dispute, LAT, LON).where(Dispute.id == dispute_id)
    row, lat, lon = session.execute(statement.execution_options(populate_existing=True)).one()
    return row, None if lat is None else Point(lat, lon)


def merged_into(session: Session, dispute_id: UUID) -> list[dict[str, Any]]:
    """The cases that were merged into this one."""
    statement = select(Dispute.id, Dispute.ref, Dispute.reported_at).where(Dispute.merged_into == dispute_id)
    return [dict(row._mapping) for row in session.execute(statement.order_by(Dispute.id))]


def timeline_of(session: Session, dispute_id: UUID, *, after: int, limit: int) -> list[dict[str, Any]]:
    """The events of a case and of those merged into it, as plain rows in the order they were written."""
    ids = select(Dispute.id).where(or_(Dispute.id == dispute_id, Dispute.merged_into == dispute_id))
    statement = select(
        DisputeEvent.id, DisputeEvent.dispute_id, DisputeEvent.at, DisputeEvent.kind, DisputeEvent.actor_id,
        DisputeEvent.data,
    ).where(DisputeEvent.dispute_id.in_(ids), DisputeEvent.id > after)  # fmt: skip
    return [dict(row._mapping) for row in session.execute(statement.order_by(DisputeEvent.id).limit(limit))]


def known_cases(
    session: Session, station_id: UUID, ids: Collection[UUID], viewer: tuple[UUID, frozenset[str], bool]
) -> dict[UUID, dict[str, Any]]:
    """Those of these cases the viewer may know of, each as far as everybody who may know of it sees it."""
    statement = select(
        Dispute.id, Dispute.ref, Dispute.state, Dispute.colour, Dispute.category, Dispute.reported_at
    ).where(Dispute.station_id == station_id, among(Dispute.id, ids), visible_to(*viewer))
    return {row.id: dict(row._mapping) for row in session.execute(statement)}
