"""Incidents, what is linked to them, and their timeline."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id, Version


class Incident(Base):
    """One thing that happened. `step_no` counts the states it entered and fences its reminders."""

    __tablename__ = "incidents"
    __table_args__ = (UniqueConstraint("station_id", "ref"),)

    id: Mapped[Id]
    station_id: Mapped[UUID]
    ref: Mapped[str]
    kind: Mapped[str]
    category: Mapped[str]
    colour: Mapped[str]
    source: Mapped[str]
    state: Mapped[str]
    step_no: Mapped[int] = mapped_column(server_default=text("1"))
    step_since: Mapped[datetime]
    patience_s: Mapped[int | None]  # of the present state, as its policy was when the state was entered
    description: Mapped[str] = mapped_column(Sealed("incidents.description"))
    address: Mapped[str | None] = mapped_column(Sealed("incidents.address"))
    place: Mapped[Any] = mapped_column(Geography("POINT", 4326, spatial_index=False))
    place_datum: Mapped[str]  # as given; `place` is WGS-84
    unit_id: Mapped[UUID | None]
    unit_name: Mapped[str | None]  # as it was called then: units are renamed and withdrawn
    requester_name: Mapped[str | None] = mapped_column(Sealed("incidents.requester_name"))
    requester_phone: Mapped[str | None] = mapped_column(Sealed("incidents.requester_phone"))
    requester_index: Mapped[bytes | None]
    wanted: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)  # needs named in the report
    reported_by: Mapped[UUID | None]
    reported_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    end_note: Mapped[str | None] = mapped_column(Sealed("incidents.end_note"))
    drill: Mapped[bool] = mapped_column(server_default=text("false"))
    dispute_id: Mapped[UUID | None]  # the dispute made of it; no foreign key: disputes are another area's
    version: Mapped[Version]


class IncidentLink(Base):
    """A later call about an incident, or another incident of the same event."""

    __tablename__ = "incident_links"

    id: Mapped[Id]
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[str]
    other_id: Mapped[UUID | None] = mapped_column(ForeignKey("incidents.id"))
    note: Mapped[str | None] = mapped_column(Sealed("incident_links.note"))
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]


class IncidentEvent(Base):
    """One line of the timeline; append-only for the runtime role. `data` holds ids, codes and numbers."""

    __tablename__ = "incident_events"
    __table_args__ = (Index("ix_incident_events_incident_id", "incident_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    incident_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]
