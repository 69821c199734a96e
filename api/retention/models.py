"""Tables of retention."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.db import Base, Id


class RetentionRule(Base):
    """One version of how long something is kept; written once. `station_id` None is common to all stations."""

    __tablename__ = "retention_rules"
    __table_args__ = (CheckConstraint("keep_days BETWEEN 180 AND 36500", name="keep_days"),)

    id: Mapped[Id]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    purpose: Mapped[str]
    version: Mapped[int]
    keep_days: Mapped[int]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]
