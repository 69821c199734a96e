"""When somebody may be disturbed, what many messages share, and what is known of who can be reached at all."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import SealedJson
from api.plumbing.db import Base, Version


class MessageText(Base):
    """One text for all messages about a subject: `{language: {title, body, sms}}`, sealed once."""

    __tablename__ = "message_texts"

    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    station_id: Mapped[UUID]
    wording: Mapped[dict[str, Any]] = mapped_column(SealedJson("message_texts.wording"))
    created_at: Mapped[datetime]


class OwnQuietHours(Base):
    """A person's own quiet hours, or, with all four empty, their word that they want none.

    `days`: a bit per weekday on which they begin, Monday 1.
    """

    __tablename__ = "quiet_hours"
    __table_args__ = (
        CheckConstraint("num_nulls(starts, ends, zone, days) IN (0, 4)", name="whole"),
        CheckConstraint("days BETWEEN 1 AND 127", name="days"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    station_id: Mapped[UUID]
    starts: Mapped[time | None]
    ends: Mapped[time | None]
    zone: Mapped[str | None]
    days: Mapped[int | None] = mapped_column(SmallInteger)
    changed_at: Mapped[datetime]


class ReachPolicyRow(Base):
    """A station's word on disturbing people and on testing whether they can be reached; see `types.ReachPolicy`."""

    __tablename__ = "reach_policies"

    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"), primary_key=True)
    quiet_starts: Mapped[time | None]
    quiet_ends: Mapped[time | None]
    quiet_zone: Mapped[str] = mapped_column(server_default=text("'Asia/Shanghai'"))
    bundle_gap_s: Mapped[int]
    push_test_days: Mapped[int] = mapped_column(SmallInteger)
    sms_test_days: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[Version]
    changed_by: Mapped[UUID | None]
    changed_at: Mapped[datetime]


class ReachState(Base):
    """What is known of one person over one channel: the last test, the last proof, the last failure, the next look."""

    __tablename__ = "reach_states"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[UUID]
    next_at: Mapped[datetime]
    tested_at: Mapped[datetime | None]
    proved_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None]
