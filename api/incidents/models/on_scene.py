"""Where people are on their way, whether all is well with them, and who asked for more."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id


class Approach(Base):
    """How far somebody who said yes has come. `accepted_at` fences its timers: a yes said anew is another one.

    `eta_at` was reckoned from the fix of `fix_at`, `left_m` before the place; without a fix, from where they were
    asked. `moved_at`: left where they stood; `gone_at`: left the place after having been there. `asked_at`: "still
    coming?", and `confirmed_at` the answer.
    """

    __tablename__ = "approaches"
    __table_args__ = (CheckConstraint("(fix_at IS NULL) = (left_m IS NULL)", name="fix"),)

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    station_id: Mapped[UUID]
    accepted_at: Mapped[datetime]
    eta_at: Mapped[datetime]
    fix_at: Mapped[datetime | None]
    left_m: Mapped[float | None] = mapped_column(REAL)
    moved_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]


class WelfareWatch(Base):
    """The check on somebody on scene. `round` counts the questions and fences their timers; `missed` those in a row."""

    __tablename__ = "welfare_watches"
    __table_args__ = (
        Index("ix_welfare_watches_incident_id", "incident_id"),
        CheckConstraint("every_s > 0", name="every_s"),
        CheckConstraint("(ended_at IS NOT NULL) = (state = 'ended')", name="ended"),
    )

    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"), primary_key=True)
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    state: Mapped[str]
    round: Mapped[int]
    missed: Mapped[int] = mapped_column(server_default=text("0"))
    every_s: Mapped[int]
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Reinforcement(Base):
    """More people, asked for from the scene; `dispatch_id` is the dispatch that came of it."""

    __tablename__ = "reinforcements"
    __table_args__ = (
        Index("ix_reinforcements_incident_id", "incident_id"),
        CheckConstraint("(decided_at IS NULL) = (state = 'asked')", name="decided"),
        CheckConstraint("(dispatch_id IS NOT NULL) = (state = 'granted')", name="granted"),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID]
    incident_id: Mapped[UUID] = mapped_column(ForeignKey("incidents.id"))
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"))
    person_id: Mapped[UUID]
    needs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    reason: Mapped[str]
    note: Mapped[str | None] = mapped_column(Sealed("reinforcements.note"))
    state: Mapped[str]
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    dispatch_id: Mapped[UUID | None] = mapped_column(ForeignKey("dispatches.id"))
