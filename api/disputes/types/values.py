"""Values of cases and parties."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from api.disputes.types.states import CaseState
from api.disputes.types.words import Colour, PartyKind, PartyRole, RiskSign, Scale, Source
from api.grids.types import UnitRef
from api.kernel.geo import Datum, Point


class CaseHead(NamedTuple):
    """What deciding about a case needs: nothing personal. `due_at`: when its present step is overdue."""

    id: UUID
    station_id: UUID
    ref: str
    state: CaseState
    step_no: int
    step_since: datetime
    due_at: datetime | None
    version: int
    round: int
    colour: Colour
    category: str
    strict: bool
    unit_id: UUID | None
    place: Point | None
    lead_id: UUID | None
    received_by: UUID | None
    incident_id: UUID | None
    accepted_at: datetime | None
    settled_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Spot:
    """A place and the datum it was given in."""

    point: Point
    datum: Datum


@dataclass(frozen=True)
class NewParty:
    """A person or organisation of a case. `agent_of`: the party it acts for, by position in the same list or by id.

    For a legal person `name` is the organisation's and `contact` the person to talk to. No field but the name is
    required: many a party gives no document and no number.
    """

    name: str
    role: PartyRole = PartyRole.APPLICANT
    kind: PartyKind = PartyKind.NATURAL
    minor: bool = False
    phone: str | None = None
    document: str | None = None
    document_number: str | None = None
    sex: str | None = None
    born_on: date | None = None
    ethnicity: str | None = None
    education: str | None = None
    address: str | None = None
    workplace: str | None = None
    contact: str | None = None
    agent_of: int | UUID | None = None


@dataclass(frozen=True)
class NewCase:
    """A dispute as it is reported. Codes (`category`, `source`, `scale`) are checked against the lists of the day.

    `unit_id`: its grid, where the place is not known to the metre.
    """

    category: str
    summary: str
    source: str = Source.COUNTER
    scale: str = Scale.INDIVIDUAL
    title: str | None = None
    address: str | None = None
    spot: Spot | None = None
    unit_id: UUID | None = None
    occurred_at: datetime | None = None
    amount: Decimal | None = None
    people_count: int = 2
    signs: frozenset[RiskSign] = frozenset()
    repeat_calls: int = 0
    organisations: str | None = None
    deadline_on: date | None = None
    parties: tuple[NewParty, ...] = ()
    incident_id: UUID | None = None
    received_by: UUID | None = None


@dataclass(frozen=True)
class Draft:
    """A case ready to be written: checked, its parties completed, its grid found. Old cases bring their own times."""

    new: NewCase
    category_version: int
    unit: UnitRef | None
    reported_at: datetime
    state: CaseState = CaseState.REPORTED
    settled_at: datetime | None = None
    register_no: str | None = None
    colour: Colour | None = None


@dataclass(frozen=True)
class CaseEdit:
    """What an edit changes of the version the editor saw; `changes` holds NewCase's fields, without parties."""

    dispute_id: UUID
    version: int
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PartyEdit:
    """What an edit changes of a party's version the editor saw; `changes` holds NewParty's fields."""

    dispute_id: UUID
    party_id: UUID
    version: int
    changes: Mapping[str, Any] = field(default_factory=dict)


class Reason(NamedTuple):
    """Why a score is what it is: a weight, and the number or code that earned it."""

    reason: str
    weight: int
    evidence: str


class Grade(NamedTuple):
    """A score, its colour, and the reasons that led to it, heaviest first."""

    score: int
    colour: Colour
    reasons: tuple[Reason, ...]
