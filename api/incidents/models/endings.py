"""Feedback, reviews and call-backs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id


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
