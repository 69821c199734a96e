"""Cases, their parties, who needs to know them, and their timeline."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import BigInteger, ForeignKey, Identity, Numeric, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id, Version


class Dispute(Base):
    """One dispute. `step_no` counts the states it entered and fences its reminders; `due_at` is the present step's.

    `level` is how high the overdue step has climbed. `round` counts from 1 and grows when the case opens again.
    """

    __tablename__ = "disputes"
    __table_args__ = (UniqueConstraint("station_id", "ref"),)

    id: Mapped[Id]
    station_id: Mapped[UUID]
    ref: Mapped[str]
    incident_id: Mapped[UUID | None]
    register_no: Mapped[str | None]  # its number in the register it was imported from
    source: Mapped[str]
    category: Mapped[str]
    category_version: Mapped[int] = mapped_column(SmallInteger)
    scale: Mapped[str]
    title: Mapped[str | None] = mapped_column(Sealed("disputes.title"))
    summary: Mapped[str] = mapped_column(Sealed("disputes.summary"))
    address: Mapped[str | None] = mapped_column(Sealed("disputes.address"))
    address_index: Mapped[bytes | None]
    place: Mapped[Any | None] = mapped_column(Geography("POINT", 4326, spatial_index=False))
    place_datum: Mapped[str | None]  # as given; `place` is WGS-84
    unit_id: Mapped[UUID | None]
    unit_name: Mapped[str | None]  # as it was called then
    occurred_at: Mapped[datetime | None]
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    people_count: Mapped[int]
    organisations: Mapped[str | None] = mapped_column(Sealed("disputes.organisations"))
    deadline_on: Mapped[date | None]
    signs: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    repeat_calls: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    colour: Mapped[str]
    by_hand: Mapped[bool] = mapped_column(server_default=text("false"))  # the colour is a person's, the score goes on
    score: Mapped[int] = mapped_column(SmallInteger)
    colour_reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    weights_version: Mapped[int]
    strict: Mapped[bool]
    state: Mapped[str]
    step_no: Mapped[int] = mapped_column(server_default=text("1"))
    step_since: Mapped[datetime]
    due_at: Mapped[datetime | None]
    level: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    round: Mapped[int] = mapped_column(SmallInteger, server_default=text("1"))
    resumes_at: Mapped[datetime | None]
    lead_id: Mapped[UUID | None]
    resolution_way: Mapped[str | None]
    resolving_body: Mapped[str | None]
    resolution: Mapped[str | None] = mapped_column(Sealed("disputes.resolution"))
    success: Mapped[bool | None]
    evaluated_on: Mapped[date | None]
    evaluation: Mapped[str | None] = mapped_column(Sealed("disputes.evaluation"))
    measures: Mapped[str | None] = mapped_column(Sealed("disputes.measures"))
    reported_at: Mapped[datetime]
    reported_by: Mapped[UUID | None]
    received_by: Mapped[UUID | None]
    accepted_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"))
    split_from: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"))
    erased_at: Mapped[datetime | None]  # its texts have been erased
    version: Mapped[Version]


class DisputeParty(Base):
    """A person or organisation of a case. `came_from`: the case it stood in before a merge or a split."""

    __tablename__ = "dispute_parties"

    id: Mapped[Id]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    station_id: Mapped[UUID]
    came_from: Mapped[UUID | None]
    role: Mapped[str]
    kind: Mapped[str]
    agent_of: Mapped[UUID | None] = mapped_column(ForeignKey("dispute_parties.id"))
    minor: Mapped[bool]
    name: Mapped[str] = mapped_column(Sealed("dispute_parties.name"))
    name_index: Mapped[bytes]
    phone: Mapped[str | None] = mapped_column(Sealed("dispute_parties.phone"))
    phone_index: Mapped[bytes | None]
    document: Mapped[str | None]  # its kind, a code
    document_number: Mapped[str | None] = mapped_column(Sealed("dispute_parties.document_number"))
    document_index: Mapped[bytes | None]
    sex: Mapped[str | None]
    born_on: Mapped[str | None] = mapped_column(Sealed("dispute_parties.born_on"))
    ethnicity: Mapped[str | None]
    education: Mapped[str | None]
    address: Mapped[str | None] = mapped_column(Sealed("dispute_parties.address"))
    address_index: Mapped[bytes | None]
    workplace: Mapped[str | None] = mapped_column(Sealed("dispute_parties.workplace"))
    contact: Mapped[str | None] = mapped_column(Sealed("dispute_parties.contact"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]  # who they were has been erased
    version: Mapped[Version]


class DisputeInsider(Base):
    """Somebody who needs to know a case, and why. One person may be in it for several reasons."""

    __tablename__ = "dispute_insiders"

    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    why: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]


class DisputeEvent(Base):
    """One line of the timeline; append-only for the runtime role. `data` holds ids, codes and numbers."""

    __tablename__ = "dispute_events"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    dispute_id: Mapped[UUID]
    at: Mapped[datetime]
    kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    data: Mapped[dict[str, Any]]
