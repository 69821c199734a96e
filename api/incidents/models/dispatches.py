"""Who is needed, who was looked at, who was asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    REAL,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.db import Base, Id


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
