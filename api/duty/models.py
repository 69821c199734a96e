"""Tables of duty. Indexes are declared by the migration."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import REAL, CheckConstraint, Double, ForeignKey, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.db import Base, Id, Version


class DutyLive(Base):
    """One member now: profile copied from grids, duty, last position, task.

    `fix_at` is the phone's capture time, `received_at` ours; both belong to the last position.
    """

    __tablename__ = "duty_live"
    __table_args__ = (
        CheckConstraint("on_duty = (period_id IS NOT NULL) AND on_duty = (on_duty_since IS NOT NULL)", name="duty"),
        CheckConstraint("(engaged_with IS NULL) = (engaged_since IS NULL)", name="engaged"),
        CheckConstraint("(position IS NULL) = (fix_at IS NULL)", name="fix"),
    )

    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(unique=True)
    station_id: Mapped[UUID]
    force: Mapped[str]
    grid_id: Mapped[UUID | None]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    active: Mapped[bool]
    on_duty: Mapped[bool] = mapped_column(server_default=text("false"))
    on_duty_since: Mapped[datetime | None]
    off_duty_due: Mapped[datetime | None]
    period_id: Mapped[UUID | None]
    # Read as numbers by the queries that need it; loading the row for anything else leaves it alone.
    position: Mapped[Any | None] = mapped_column(Geography("POINT", 4326, spatial_index=False), deferred=True)
    fix_at: Mapped[datetime | None]
    received_at: Mapped[datetime | None]
    accuracy_m: Mapped[float | None] = mapped_column(REAL)
    fix_datum: Mapped[str | None]
    engaged_with: Mapped[UUID | None]
    engaged_since: Mapped[datetime | None]
    engaged_drill: Mapped[bool] = mapped_column(server_default=text("false"))  # a drill never keeps anybody


class DutyPeriod(Base):
    """One stretch of duty, open until `ended_at`; causes are `types.Cause`."""

    __tablename__ = "duty_periods"
    __table_args__ = (CheckConstraint("ended_at >= started_at", name="order"),)

    id: Mapped[Id]
    station_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    shift_id: Mapped[UUID | None]
    started_at: Mapped[datetime]
    start_cause: Mapped[str]
    ended_at: Mapped[datetime | None]
    end_cause: Mapped[str | None]


class ShiftRow(Base):
    """A planned shift. Two live shifts of one member never overlap: the database refuses the second."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at AND ends_at - starts_at <= interval '24 hours'", name="length"),
        ExcludeConstraint(
            ("member_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="ex_shifts_overlap",
            using="gist",
            where=text("cancelled_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    station_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
    version: Mapped[Version]


class PositionRow(Base):
    """One kept fix of the trail; partitioned by the day of `received_at`, append-only for the runtime role.

    Plain numbers rather than a geography: the trail is read by member and time, never by place.
    """

    __tablename__ = "positions"
    __table_args__ = ({"postgresql_partition_by": "RANGE (received_at)"},)

    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    captured_at: Mapped[datetime] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(primary_key=True)
    station_id: Mapped[UUID]
    lat: Mapped[float] = mapped_column(Double)
    lon: Mapped[float] = mapped_column(Double)
    accuracy_m: Mapped[float] = mapped_column(REAL)
    speed_mps: Mapped[float | None] = mapped_column(REAL)
    heading: Mapped[float | None] = mapped_column(REAL)
    datum: Mapped[str]
    verdict: Mapped[str]
