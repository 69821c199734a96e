"""Who is needed, who was looked at, who was asked."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import (
    REAL,
    CheckConstraint,
    Double,
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
    """One click. `policy` is frozen; `wave` counts the rounds of asking; a timer with another `fence` does nothing.

    `radius_m`: how far it looks by now; `area`: the outline it keeps to, if it was given one; `target`: the ground it
    asks on, by ids. `ran_out_at`: when nobody was left to ask for the first time since a place was free.
    """

    __tablename__ = "dispatches"

    id: Mapped[Id]
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    state: Mapped[str]
    wave: Mapped[int] = mapped_column(server_default=text("1"))
    fence: Mapped[int] = mapped_column(server_default=text("1"))
    policy: Mapped[dict[str, Any]]
    radius_m: Mapped[float | None] = mapped_column(Double)
    area: Mapped[Any | None] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False), deferred=True)
    target: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    drill: Mapped[bool] = mapped_column(server_default=text("false"))
    ran_out_at: Mapped[datetime | None]
    rungs_told: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    lead_offer_id: Mapped[UUID | None] = mapped_column(ForeignKey("offers.id", use_alter=True))
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
        Index("ix_offers_member_id", "member_id", "offered_at"),
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
    force: Mapped[str | None]  # as it was then; none in rows older than the forecast
    chance: Mapped[float | None] = mapped_column(REAL)  # of a yes, as it was reckoned then
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    departed_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    arrival_distance_m: Mapped[float | None] = mapped_column(REAL)  # from the place, if the phone said where it was
    departed_how: Mapped[str | None]
    arrived_how: Mapped[str | None]
    added_by: Mapped[UUID | None]  # the dispatcher, of somebody added by hand
    # Asked though nothing was free: a yes brings its own place, and takes it along when they leave.
    beyond: Mapped[bool] = mapped_column(server_default=text("false"))


class Selection(Base):
    """Everybody looked at in one wave, and the rule that says who was not looked at."""

    __tablename__ = "selections"

    dispatch_id: Mapped[UUID] = mapped_column(ForeignKey("dispatches.id"), primary_key=True)
    wave: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    scope: Mapped[dict[str, Any]]
    considered: Mapped[list[Any]] = mapped_column(JSONB)
