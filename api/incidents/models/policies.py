"""How a station asks, and what it learnt of who says yes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import REAL, CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.db import Base, Id


class DispatchPolicy(Base):
    """One version of a station's own policy; append-only. Without `rules` it takes the policy before it back."""

    __tablename__ = "dispatch_policies"
    __table_args__ = (
        UniqueConstraint(
            "station_id", "kind", "colour", "version", name="uq_dispatch_policies_version",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("version > 0", name="version"),
    )  # fmt: skip

    id: Mapped[Id]
    station_id: Mapped[UUID]
    kind: Mapped[str]
    colour: Mapped[str | None]  # none: every colour that has no policy of its own
    version: Mapped[int]
    rules: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    note: Mapped[str | None]
    written_by: Mapped[UUID | None]
    written_at: Mapped[datetime]


class AcceptanceForecast(Base):
    """The chance that somebody says yes, learnt from the station's own offers; an empty word stands for any."""

    __tablename__ = "acceptance_forecasts"
    __table_args__ = (
        CheckConstraint("accepted BETWEEN 0 AND asked", name="counts"),
        CheckConstraint("low <= mean AND mean <= high", name="order"),
    )

    station_id: Mapped[UUID] = mapped_column(primary_key=True)
    force: Mapped[str] = mapped_column(primary_key=True)
    band: Mapped[str] = mapped_column(primary_key=True)
    hours: Mapped[str] = mapped_column(primary_key=True)
    asked: Mapped[int]
    accepted: Mapped[int]
    mean: Mapped[float] = mapped_column(REAL)
    low: Mapped[float] = mapped_column(REAL)
    high: Mapped[float] = mapped_column(REAL)
    learnt_at: Mapped[datetime]
