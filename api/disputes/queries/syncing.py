"""The cases a person needs to know, as far as a phone keeps a copy of them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, union
from sqlalchemy.orm import Session

from api.disputes.models import Dispute, DisputeInsider
from api.disputes.queries.cases import LAT, LON
from api.kernel.geo import Point
from api.plumbing.db import among

_COPIED = (
    Dispute.id, Dispute.ref, Dispute.state, Dispute.colour, Dispute.score, Dispute.category, Dispute.scale,
    Dispute.strict, Dispute.step_since, Dispute.due_at, Dispute.unit_id, Dispute.unit_name, Dispute.lead_id,
    Dispute.title, Dispute.summary, Dispute.address, Dispute.deadline_on, Dispute.reported_at, Dispute.settled_at,
    Dispute.ended_at, Dispute.round, Dispute.version,
)  # fmt: skip


def copied_case_ids(
    session: Session, owner: tuple[UUID, UUID], *, since: datetime, after: UUID | None, limit: int
) -> list[UUID]:
    """The ids of a person's (person, station) cases behind one id, in order; ended ones if they ended after `since`."""
    statement = select(Dispute.id).where(_copied(owner, since)).order_by(Dispute.id).limit(limit)
    return list(session.scalars(statement if after is None else statement.where(Dispute.id > after)))


def copied_cases(
    session: Session, owner: tuple[UUID, UUID], ids: Collection[UUID], *, since: datetime
) -> dict[UUID, dict[str, Any]]:
    """Those of these cases that are a person's, sealed texts opened, by id."""
    statement = select(*_COPIED, LAT.label("lat"), LON.label("lon")).where(among(Dispute.id, ids))
    return {row.id: _with_place(dict(row._mapping)) for row in session.execute(statement.where(_copied(owner, since)))}


def _copied(owner: tuple[UUID, UUID], since: datetime) -> ColumnElement[bool]:
    person_id, station_id = owner
    inside = select(DisputeInsider.dispute_id).where(DisputeInsider.person_id == person_id)
    led = select(Dispute.id).where(Dispute.lead_id == person_id, Dispute.ended_at.is_(None))
    kept = or_(Dispute.ended_at.is_(None), Dispute.ended_at > since)
    return Dispute.id.in_(union(inside, led)) & (Dispute.station_id == station_id) & kept


def _with_place(row: dict[str, Any]) -> dict[str, Any]:
    lat, lon = row.pop("lat"), row.pop("lon")
    return row | {"place": None if lat is None else Point(lat, lon)}
