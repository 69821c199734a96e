"""Tables of incidents. Ids of people, members and units carry no foreign key: they outlive the rows they named."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import (
    REAL,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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


class Dispatch(Base):
    """One click. `policy` is frozen; `wave` counts the rounds of asking; a timer with another `fence` does nothing."""

    __tablename__ = "dispatches"

    id: Mapped[Id]
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    state: Mapped[str]
    wave: Mapped[int] = mapped_column(server_default=text("1"))
    fence: Mapped[int] = mapped_column(server_default=text("1"))
    policy: Mapped[dict[str, Any]]
    ordered_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Need(Base):
    """So many of one kind. The check is the last line of defence against over-filling; rules are the first."""

    __tablename__ = "needs"
    __table_args__ = (CheckConstraint("wanted > 0 AND got BETWEEN 0 AND wanted", name="got"),)

    id: Mapped[Id]
    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatches.id"))
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    force: Mapped[str | None]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    wanted: Mapped[int] = mapped_column(SmallInteger)
    got: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    state: Mapped[str]


class Offer(Base):
    """One member's part in one dispatch. Times are the phone's, held between `offered_at` and the server's now."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("dispatch_id", "member_id"),
        Index("ix_offers_person_id", "person_id", "id"),
        Index("ix_offers_need_id", "need_id", "state"),
        Index("ix_offers_incident_id", "incident_id"),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatches.id"))
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"))
    member_id: Mapped[UUID]
    person_id: Mapped[UUID]
    wave: Mapped[int]
    state: Mapped[str]
    reason: Mapped[str | None]  # of a decline, a drop-out or a stand-down
    distance_m: Mapped[float] = mapped_column(REAL)
    eta_s: Mapped[int]
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    departed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    arrival_distance_m: Mapped[float | None] = mapped_column(REAL)  # from the place, if the phone said where it was


class Selection(Base):
    """Everybody looked at in one wave, and the rule that says who was not looked at."""

    __tablename__ = "selections"

    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatches.id"), primary_key=True)
    wave: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    scope: Mapped[dict[str, Any]]
    considered: Mapped[list[Any]] = mapped_column(JSONB)


class Feedback(Base):
    """What somebody who went reports; a returned one is followed by the next revision."""

    __tablename__ = "feedbacks"
    __table_args__ = (UniqueConstraint("offer_id", "revision"), Index("ix_feedbacks_incident_id", "incident_id"))

    id: Mapped[Id]
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"))
    person_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    outcome: Mapped[str]
    text: Mapped[str] = mapped_column(Sealed("feedbacks.text"))
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]


class Review(Base):
    """A decision on the feedbacks of an incident."""

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_incident_id", "incident_id"),)

    id: Mapped[Id]
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    decision: Mapped[str]
    note: Mapped[str | None] = mapped_column(Sealed("reviews.note"))
    reviewed_by: Mapped[UUID]
    reviewed_at: Mapped[datetime]


class CallBack(Base):
    """One attempt to tell the requester."""

    __tablename__ = "call_backs"
    __table_args__ = (
        Index("ix_call_backs_incident_id", "incident_id"),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    outcome: Mapped[str]
    rating: Mapped[int | None] = mapped_column(SmallInteger)
    note: Mapped[str | None] = mapped_column(Sealed("call_backs.note"))
    called_by: Mapped[UUID]
    called_at: Mapped[datetime]


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
