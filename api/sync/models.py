"""Tables of sync."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.db import Base


class PhoneCommand(Base):
    """A command that was applied: when by the phone's clock, when by ours, and how far the phone's was behind.

    `offset_ms` is null where the phone did not tell its present time.
    """

    __tablename__ = "phone_commands"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    command_id: Mapped[str] = mapped_column(primary_key=True)
    station_id: Mapped[UUID]
    type: Mapped[str]
    target_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    offset_ms: Mapped[int | None] = mapped_column(BigInteger)


class SyncPoint(Base):
    """A cursor behind a number: clients that know times only are given one in milliseconds, never the same twice."""

    __tablename__ = "sync_points"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    token: Mapped[list[Any]] = mapped_column(JSONB)
    made_at: Mapped[datetime]
