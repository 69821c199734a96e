"""Values of a roster on its way in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from api.grids.types.members import MemberStatus, SkillHeld
from api.grids.types.units import KEEP, Keep
from api.identity.types import Language, Role


class Column(StrEnum):
    """The columns of a roster; `rules.roster.columns` knows what they are called in files."""

    NAME = "name"
    PHONE = "phone"
    FORCE = "force"
    GRID_CODE = "grid_code"
    SKILLS = "skills"
    EXPIRES = "expires"
    ROLES = "roles"
    LANGUAGE = "language"
    STATUS = "status"
    JOINED_ON = "joined_on"


class RosterHeader(NamedTuple):
    """Where each column stands, and the names of columns nobody reads."""

    positions: dict[Column, int]
    ignored: tuple[str, ...]


class Sheet(NamedTuple):
    """A file as rows of cell texts with their numbers, the header first; an empty row has no cells."""

    file_format: str  # xlsx | csv
    rows: list[tuple[int, tuple[str, ...]]]


@dataclass(frozen=True)
class Vocabulary:
    """What the words of a roster stand for at one station; keys are lower-case codes and labels in zh and en."""

    forces: Mapping[str, str]
    skills: Mapping[str, str]
    grids: Mapping[str, UUID]


class RowFault(NamedTuple):
    """One thing wrong with one row. `first_row` names the earlier row of a number that is there twice."""

    row: int
    column: Column
    code: str
    first_row: int | None = None


@dataclass(frozen=True)
class RosterRow:
    """A row that can be applied. A column the file does not have is None and changes nothing; an empty cell empties."""

    row: int
    name: str
    phone: str  # E.164
    force: str
    grid_id: UUID | Keep | None = KEEP
    skills: tuple[SkillHeld, ...] | None = None
    language: Language | None = None
    roles: tuple[Role, ...] | None = None
    status: MemberStatus | None = None
    joined_on: date | None = None


@dataclass(frozen=True)
class Enrolled:
    """What the station knows about the person behind a row: an enrolment, where `member_id` is not None."""

    person_id: UUID
    name: str
    member_id: UUID | None = None
    force: str = ""
    grid_id: UUID | None = None
    status: str = ""
    joined_on: date | None = None
    version: int = 0
    skills: Mapping[str, date | None] = field(default_factory=dict)


class RosterChange(NamedTuple):
    """A row that changes something, and the enrolment it changes (None: a new one)."""

    row: RosterRow
    before: Enrolled


class RosterPlan(NamedTuple):
    """What a roster would do to a station."""

    created: list[RosterChange]
    updated: list[RosterChange]
    unchanged: int
    faults: list[RowFault]


@dataclass(frozen=True)
class RosterFile:
    """A file to import. `dry_run`: only say what would happen. `keep_good`: apply the rest when some rows are bad."""

    name: str
    data: bytes
    dry_run: bool = True
    keep_good: bool = False


@dataclass(frozen=True)
class RosterReport:
    """What an import did, or for a dry run would do.

    `rows` counts those that are not empty; each is created, updated, unchanged or bad. `faults` holds every fault up to
    a limit, beyond which a bad row is still named with its first one and `faults_left_out` counts the others.
    """

    id: UUID
    at: datetime
    file_format: str
    dry_run: bool
    keep_good: bool
    applied: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    bad: int
    ignored_columns: tuple[str, ...] = ()
    faults: tuple[RowFault, ...] = ()
    faults_left_out: int = 0


@dataclass(frozen=True)
class RosterLine:
    """A member on the way out; `phone` in E.164, or masked."""

    name: str
    phone: str
    force: str
    grid_code: str | None
    skills: Mapping[str, date | None]
    language: str
    status: str
    joined_on: date


@dataclass(frozen=True)
class RosterImportView:
    """An import as the list of imports shows it."""

    id: UUID
    at: datetime
    imported_by: UUID | None
    file_format: str
    dry_run: bool
    keep_good: bool
    applied: bool
    rows: int
    created: int
    updated: int
    unchanged: int
    bad: int
