"""Reading cases: to decide, and who needs to know them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import Select, cast, func, select, text
from sqlalchemy.orm import Session

from api.disputes.models import Dispute, DisputeInsider
from api.disputes.types import CaseHead, CaseState, Colour, InsiderWhy
from api.kernel.geo import Point
from api.plumbing.db import among

_SHAPE = cast(Dispute.place, Geometry)
LAT, LON = func.ST_Y(_SHAPE), func.ST_X(_SHAPE)
_HEAD: Any = select(
    Dispute.id, Dispute.station_id, Dispute.ref, Dispute.state, Dispute.step_no, Dispute.step_since, Dispute.due_at,
    Dispute.version, Dispute.round, Dispute.colour, Dispute.category, Dispute.strict, Dispute.unit_id,
    LAT.label("lat"), LON.label("lon"), Dispute.lead_id, Dispute.received_by, Dispute.incident_id,
    Dispute.accepted_at, Dispute.settled_at, Dispute.closed_at,
)  # fmt: skip


def lock_case(session: Session, dispute_id: UUID, *, station_id: UUID | None) -> CaseHead | None:
    """The case, locked until the transaction ends; None if the station has no such one (None: any station)."""
    found = session.execute(_scoped(dispute_id, station_id).with_for_update(key_share=True)).one_or_none()
    return None if found is None else _head(found)


def read_case(session: Session, dispute_id: UUID, *, station_id: UUID | None) -> CaseHead | None:
    """The case as it is, unlocked."""
    found = session.execute(_scoped(dispute_id, station_id)).one_or_none()
    return None if found is None else _head(found)


def lock_cases(session: Session, dispute_ids: Collection[UUID], *, station_id: UUID) -> dict[UUID, CaseHead]:
    """Several of the station's cases, locked in the order of their ids."""
    statement = _HEAD.where(among(Dispute.id, dispute_ids), Dispute.station_id == station_id).order_by(Dispute.id)
    rows = session.execute(statement.with_for_update(key_share=True, of=Dispute))
    return {row.id: _head(row) for row in rows}


def case_of_incident(session: Session, incident_id: UUID) -> CaseHead | None:
    """The one case made of an incident."""
    found = session.execute(_HEAD.where(Dispute.incident_id == incident_id)).one_or_none()
    return None if found is None else _head(found)


def _scoped(dispute_id: UUID, station_id: UUID | None) -> Select[Any]:
    statement: Select[Any] = _HEAD.where(Dispute.id == dispute_id)
    return statement if station_id is None else statement.where(Dispute.station_id == station_id)


def _head(row: Any) -> CaseHead:
    values = dict(row._mapping)
    lat, lon = values.pop("lat"), values.pop("lon")
    values |= {"state": CaseState(row.state), "colour": Colour(row.colour)}
    return CaseHead(**values, place=None if lat is None else Point(lat, lon))


def insiders_of(session: Session, dispute_id: UUID) -> dict[UUID, set[InsiderWhy]]:
    """Who needs to know a case, and why."""
    statement = select(DisputeInsider.person_id, DisputeInsider.why).where(DisputeInsider.dispute_id == dispute_id)
    found: dict[UUID, set[InsiderWhy]] = {}
    for person_id, why in session.execute(statement):
        found.setdefault(person_id, set()).add(InsiderWhy(why))
    return found


def is_insider(session: Session, dispute_id: UUID, person_id: UUID) -> bool:
    """Whether a person needs to know a case."""
    statement = select(DisputeInsider.dispute_id).where(
        DisputeInsider.dispute_id == dispute_id, DisputeInsider.person_id == person_id
    )
    return session.scalar(statement.limit(1)) is not None


def forgotten_cases(session: Session, *, limit: int = 500) -> list[Any]:
    """Open cases (id, step_no, level) nothing will ever remind anybody of. Always empty: the auditor raises them."""
    rows = session.execute(
        text(
            "SELECT d.id, d.step_no, d.level FROM disputes d WHERE d.ended_at IS NULL AND NOT EXISTS ("
            " SELECT FROM timers t WHERE t.subject_id = d.id AND t.job = 'workers.jobs.disputes.step_overdue'"
            " AND t.state = 'waiting' AND t.fence = d.step_no) ORDER BY d.id LIMIT :limit"
        ),
        {"limit": limit},
    )
    return list(rows)
