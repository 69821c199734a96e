"""Values of code lists, matches and lists of cases."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from api.disputes.types.states import CaseState
from api.disputes.types.words import Colour


class CodeRow(NamedTuple):
    """One version of one code."""

    list: str
    code: str
    version: int
    parent: str | None
    zh: str
    en: str
    valid_from: date
    valid_to: date | None


class Match(NamedTuple):
    """An earlier case that shares something. `calls` counts its own call and the repeated ones."""

    dispute_id: UUID
    other_id: UUID
    reported_at: datetime
    calls: int
    pair: bool
    party: bool
    address: bool


@dataclass(frozen=True)
class History:
    """What is known of the same people and place. `pair_calls`: calls of the same pair in the window, this one too."""

    pair_calls: int
    pair_days: int
    same_pair: int
    same_party: int
    same_address: int
    matches: tuple[Match, ...] = ()


@dataclass(frozen=True)
class CaseQuery:
    """Filters of the list; `mine` is the person whose cases are wanted. `before` is an id: ids sort by time."""

    states: tuple[CaseState, ...] = ()
    colour: Colour | None = None
    category: str | None = None
    unit_id: UUID | None = None
    overdue: bool = False
    mine: UUID | None = None
    before: UUID | None = None
    limit: int = 50


@dataclass(frozen=True)
class Search:
    """What a party is looked up by; any of them, all that are given must fit."""

    name: str | None = None
    phone: str | None = None
    document_number: str | None = None
