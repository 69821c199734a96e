"""Tables of grids."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from api.plumbing.crypto import Sealed
from api.plumbing.db import Base, Id, Version


class Unit(Base):
    """A district, station, community, village or grid, valid in [valid_from, valid_to).

    Two exclusion constraints (in the migration) keep a code single at any time: within its station, and among
    districts and stations.
    """

    __tablename__ = "units"

    id: Mapped[Id]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    code: Mapped[str]
    name: Mapped[str]
    area: Mapped[Any | None] = mapped_column(Geometry("MULTIPOLYGON", 4326, spatial_index=False))
    source: Mapped[str]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    version: Mapped[Version]
    created_at: Mapped[datetime]


class UnitOwner(Base):
    """Who answers for a unit, in [since, until)."""

    __tablename__ = "unit_owners"

    id: Mapped[Id]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    since: Mapped[date]
    until: Mapped[date | None]


class Force(Base):
    """A kind of volunteer; without a station it is common to all."""

    __tablename__ = "forces"

    id: Mapped[Id]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    code: Mapped[str]
    zh: Mapped[str]
    en: Mapped[str]


class Skill(Base):
    """Something a member can do; without a station it is common to all."""

    __tablename__ = "skills"

    id: Mapped[Id]
    station_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    code: Mapped[str]
    zh: Mapped[str]
    en: Mapped[str]


class Member(Base):
    """A person enrolled at the station; `force` is a code of `forces`."""

    __tablename__ = "members"

    id: Mapped[Id]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), unique=True)
    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    grid_id: Mapped[UUID | None] = mapped_column(ForeignKey("units.id"))
    force: Mapped[str]
    status: Mapped[str]
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    version: Mapped[Version]
    created_at: Mapped[datetime]


class MemberSkill(Base):
    """A skill a member has, and until when its certificate counts (that day included)."""

    __tablename__ = "member_skills"

    member_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"), primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)
    expires_on: Mapped[date | None]
    certificate_no: Mapped[str | None] = mapped_column(Sealed("member_skills.certificate_no"))


class RosterImport(Base):
    """One file that was read: its digest and what came of it; never its content."""

    __tablename__ = "roster_imports"

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    imported_by: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    sha256: Mapped[bytes]
    file_format: Mapped[str]
    dry_run: Mapped[bool]
    keep_good: Mapped[bool]
    applied: Mapped[bool]
    row_count: Mapped[int]
    created_count: Mapped[int]
    updated_count: Mapped[int]
    unchanged_count: Mapped[int]
    bad_count: Mapped[int]


class Enterprise(Base):
    """A company or shop on the station's ground; `synthetic` ones are invented."""

    __tablename__ = "enterprises"

    id: Mapped[Id]
    station_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("units.id"))
    name: Mapped[str]
    kind: Mapped[str]
    point: Mapped[Any] = mapped_column(Geometry("POINT", 4326, spatial_index=False))
    synthetic: Mapped[bool]
