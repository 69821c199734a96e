"""Reading imports: who, when and how many; never what stood in the file."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.disputes.models import Dispute, DisputeImport
from api.disputes.queries.cases import LAT, LON
from api.disputes.types import CaseState
from api.kernel.geo import Point
from api.plumbing.db import among


def imports_of(session: Session, station_id: UUID, *, before: UUID | None, limit: int) -> list[Any]:
    """The station's imports, newest first."""
    statement = select(DisputeImport).where(DisputeImport.station_id == station_id)
    if before is not None:
        statement = statement.where(DisputeImport.id < before)
    return list(session.scalars(statement.order_by(DisputeImport.id.desc()).limit(limit)))


def registered(session: Session, station_id: UUID, numbers: Collection[str]) -> set[str]:
    """Those of these register numbers the station has filed already."""
    statement = select(Dispute.register_no).where(Dispute.station_id == station_id, among(Dispute.register_no, numbers))
    return {number for number in session.scalars(statement) if number is not None}


def plan_facts(session: Session, ids: Collection[UUID]) -> list[tuple[Any, Point | None]]:
    """What a visit plan needs to know of those of these cases that are settled, and their places."""
    columns = (Dispute.id, Dispute.station_id, Dispute.ref, Dispute.unit_id, Dispute.settled_at, Dispute.colour)
    statement = select(*columns, LAT.label("lat"), LON.label("lon"))
    settled = statement.where(among(Dispute.id, ids), Dispute.state == CaseState.SETTLED).order_by(Dispute.id)
    return [(row, None if row.lat is None else Point(row.lat, row.lon)) for row in session.execute(settled)]
