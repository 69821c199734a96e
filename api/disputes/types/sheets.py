"""Values of a file of old cases on its way in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from api.disputes.types.states import CaseState
from api.disputes.types.values import NewCase
from api.disputes.types.words import Colour
from api.grids.types import UnitRef


class CaseColumn(StrEnum):
    """The columns of the file; `rules.sheet.columns` knows what they are called."""

    REGISTER_NO = "register_no"
    REPORTED_ON = "reported_on"
    CATEGORY = "category"
    SUMMARY = "summary"
    SOURCE = "source"
    SCALE = "scale"
    STATE = "state"
    SETTLED_ON = "settled_on"
    ADDRESS = "address"
    GRID_CODE = "grid_code"
    LAT = "lat"
    LON = "lon"
    DATUM = "datum"
    AMOUNT = "amount"
    PEOPLE = "people_count"
    SIGNS = "signs"
    COLOUR = "colour"
    APPLICANT = "applicant"
    APPLICANT_PHONE = "applicant_phone"
    APPLICANT_DOCUMENT = "applicant_document"
    APPLICANT_NUMBER = "applicant_number"
    RESPONDENT = "respondent"
    RESPONDENT_PHONE = "respondent_phone"
    RESPONDENT_DOCUMENT = "respondent_document"
    RESPONDENT_NUMBER = "respondent_number"


class CaseHeader(NamedTuple):
    """Where each column stands, and the names of columns nobody reads."""

    positions: Mapping[CaseColumn, int]
    ignored: tuple[str, ...]


class CaseFault(NamedTuple):
    """One thing wrong with one cell. `first_row`: the earlier row of a number that is there twice."""

    row: int
    column: CaseColumn
    code: str
    first_row: int | None = None


@dataclass(frozen=True)
class CaseLine:
    """A row that can be filed."""

    row: int
    new: NewCase
    unit: UnitRef | None
    reported_on: date
    state: CaseState
    settled_on: date | None
    register_no: str | None
    colour: Colour | None


@dataclass(frozen=True)
class CaseFile:
    """A file to import. `dry_run`: only say what would happen. `keep_good`: file the rest when some rows are bad."""

    name: str
    data: bytes
    dry_run: bool = True
    keep_good: bool = False


@dataclass(frozen=True)
class CaseImport:
    """What an import did, or would do. `known`: rows whose register number is filed already; they change nothing."""

    id: UUID
    at: datetime
    imported_by: UUID | None
    file_format: str
    dry_run: bool
    keep_good: bool
    applied: bool
    rows: int
    created: int
    known: int
    bad: int
    ignored_columns: tuple[str, ...] = ()
    faults: tuple[CaseFault, ...] = ()
    faults_left_out: int = 0
