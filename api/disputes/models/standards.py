"""What a station decides by, as versions: code lists, weights, deadlines; the history of scores; imports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, ForeignKey, Identity, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id


class DisputeCode(Base):
    """One version of one code of a list, valid from a day to a day; common to all stations, never changed."""

    __tablename__ = "dispute_codes"

    list: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    parent: Mapped[str | None]
    zh: Mapped[str]
    en: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]  # the last day it may be chosen


class DisputeStandard(Base):
    """One version of a standard, never changed once written; `station_id` None is common to all stations."""

    __tablename__ = "dispute_standards"

    id: Mapped[Id]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    kind: Mapped[str]
    version: Mapped[int]
    body: Mapped[dict[str, Any]]
    made_by: Mapped[UUID | None]
    made_at: Mapped[datetime]


class DisputeScore(Base):
    """A score a case had; append-only for the runtime role. `note`: why a person set another colour."""

    __tablename__ = "dispute_scores"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    dispute_id: Mapped[UUID]
    at: Mapped[datetime]
    score: Mapped[int] = mapped_column(SmallInteger)
    colour: Mapped[str]
    by_hand: Mapped[bool] = mapped_column(Boolean)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    weights_id: Mapped[UUID] = mapped_column(ForeignKey("dispute_standards.id"))
    made_by: Mapped[UUID | None]
    note: Mapped[str | None] = mapped_column(Sealed("dispute_scores.note"))


class DisputeImport(Base):
    """A file of old cases: how many rows, and what was wrong with which; never what stood in them."""

    __tablename__ = "dispute_imports"

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    imported_by: Mapped[UUID | None]
    at: Mapped[datetime]
    file_format: Mapped[str]
    file_sha256: Mapped[bytes]
    dry_run: Mapped[bool]
    keep_good: Mapped[bool]
    applied: Mapped[bool]
    rows: Mapped[int]
    created: Mapped[int]
    known: Mapped[int]
    bad: Mapped[int]
    faults: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
