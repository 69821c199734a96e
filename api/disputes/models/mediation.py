"""The work on a case: team, sessions, decisions, suspensions, hand-overs, ratings."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, SmallInteger, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id, Version


class Mediator(Base):
    """Somebody's time in the team of a case; whoever leaves keeps the row. Without an account: name and number."""

    __tablename__ = "dispute_mediators"

    id: Mapped[Id]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    station_id: Mapped[UUID]
    kind: Mapped[str]
    person_id: Mapped[UUID | None]
    name: Mapped[str | None] = mapped_column(Sealed("dispute_mediators.name"))
    phone: Mapped[str | None] = mapped_column(Sealed("dispute_mediators.phone"))
    organisation: Mapped[str | None]
    leads: Mapped[bool]
    joined_at: Mapped[datetime]
    joined_by: Mapped[UUID | None]
    left_at: Mapped[datetime | None]
    left_by: Mapped[UUID | None]


class MediationSession(Base):
    """One meeting of the parties. `attendance`: {"present": [ids], "absent": [ids]} of parties and mediators."""

    __tablename__ = "dispute_sessions"

    id: Mapped[Id]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    station_id: Mapped[UUID]
    round: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str]
    planned_at: Mapped[datetime]
    place: Mapped[str | None] = mapped_column(Sealed("dispute_sessions.place"))
    planned_by: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    record: Mapped[str | None] = mapped_column(Sealed("dispute_sessions.record"))
    note: Mapped[str | None] = mapped_column(Sealed("dispute_sessions.note"))
    attendance: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    recorded_by: Mapped[UUID | None]
    recorded_at: Mapped[datetime | None]
    version: Mapped[Version]


class Decision(Base):
    """A deliberate step of a case with its reason in somebody's words; append-only for the runtime role."""

    __tablename__ = "dispute_decisions"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    station_id: Mapped[UUID]
    at: Mapped[datetime]
    round: Mapped[int] = mapped_column(SmallInteger)
    step: Mapped[str]
    code: Mapped[str | None]
    note: Mapped[str | None] = mapped_column(Sealed("dispute_decisions.note"))
    made_by: Mapped[UUID | None]


class HandOver(Base):
    """A case offered to somebody else. `copy_id`: the case the receiving station made of it."""

    __tablename__ = "dispute_hand_overs"

    id: Mapped[Id]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    station_id: Mapped[UUID]
    receiver: Mapped[str]
    to_station_id: Mapped[UUID | None]
    department: Mapped[str | None]
    reason: Mapped[str] = mapped_column(Sealed("dispute_hand_overs.reason"))
    state: Mapped[str]
    offered_at: Mapped[datetime]
    offered_by: Mapped[UUID | None]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answer: Mapped[str | None] = mapped_column(Sealed("dispute_hand_overs.answer"))
    copy_id: Mapped[UUID | None] = mapped_column(ForeignKey("disputes.id"))


class Rating(Base):
    """A party asked once a round what they think; the link's token signs this row's id."""

    __tablename__ = "dispute_ratings"

    id: Mapped[Id]
    dispute_id: Mapped[UUID] = mapped_column(ForeignKey("disputes.id"))
    station_id: Mapped[UUID]
    party_id: Mapped[UUID] = mapped_column(ForeignKey("dispute_parties.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    stars: Mapped[int | None] = mapped_column(SmallInteger)
    comment: Mapped[str | None] = mapped_column(Sealed("dispute_ratings.comment"))
    rated_at: Mapped[datetime | None]
