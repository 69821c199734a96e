"""Values of live."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from api.duty.rules.privacy import Grain


class Scope(StrEnum):
    """As whom a reader is told: as a person with a phone, or as somebody at the station's desk."""

    OWN = "own"
    STATION = "station"


class LiveCollection(StrEnum):
    """What an event is about. Grows; a client ignores what it does not know."""

    OFFERS = "offers"
    VISITS = "visits"
    NOTICES = "notices"
    CASES = "cases"
    REFERENCE = "reference"
    MESSAGES = "messages"
    INCIDENTS = "incidents"
    TIMELINES = "timelines"
    DISPATCHES = "dispatches"
    DUTY = "duty"
    SHIFTS = "shifts"


class Op(StrEnum):
    """What became of a row."""

    UPSERT = "upsert"
    REMOVE = "remove"
    LIST = "list"  # many rows at once: the list is to be loaded again


class LiveEvent(StrEnum):
    """The names of events."""

    HELLO = "hello"
    CHANGE = "change"
    MARK = "mark"
    RESET = "reset"
    END = "end"


class ResetReason(StrEnum):
    """Why a client has to begin anew."""

    TOO_OLD = "too_old"
    UNKNOWN = "unknown"
    TOO_MUCH = "too_much"


class EndReason(StrEnum):
    """Why the server ends a stream."""

    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - a reason, not a secret
    SESSION_ENDED = "session_ended"
    RIGHTS_CHANGED = "rights_changed"
    REPLACED = "replaced"
    RESTARTING = "restarting"
    TOO_SLOW = "too_slow"


class Witness(NamedTuple):
    """The newest personal line when a point was made: its number and its microseconds since 1970."""

    id: int
    at: int


class Place(NamedTuple):
    """A line's place in the logs: its transaction, which of the two logs, its number."""

    xid: int = 0
    log: int = 0
    id: int = 0


START = Place()
"""Before every line."""


@dataclass(frozen=True)
class Point:
    """How far somebody has seen: everything visible in the snapshot `base`, and of what `upto` sees all up to `place`.

    `at_us`: when it was made, in microseconds since 1970. `witness`: the newest personal line of that moment.
    """

    base: str
    at_us: int
    witness: Witness | None = None
    upto: str | None = None
    place: Place = START


class Line(NamedTuple):
    """A line of either log. `audience`: whom it concerns; none for a station's desk. `row_id`: none for many rows."""

    place: Place
    at: datetime
    station_id: UUID
    audience: UUID | None
    collection: str
    row_id: UUID | None
    about_id: UUID | None


@dataclass(frozen=True)
class Reader:
    """Somebody connected, as they were when they were let in.

    `audiences`: every id that stands for them. `grain`: how exactly they see where others are. `expires_in_s`: how long
    their token has left.
    """

    person_id: UUID
    station_id: UUID
    session_id: UUID
    permissions: frozenset[str]
    roles: frozenset[str]
    audiences: frozenset[UUID]
    sees: frozenset[LiveCollection]
    grain: Grain
    expires_in_s: float
    expires_at: datetime


@dataclass(frozen=True)
class Change:
    """What happened to one row, for everybody it concerns.

    `has_id`: whether a client may go on from it; not from the first of two with one place.
    `rows`: what a reader of each grain sees of it; under None what all see alike.
    """

    line: Line
    scope: Scope
    collection: LiveCollection
    op: Op
    row_id: UUID | None
    incident_id: UUID | None = None
    has_id: bool = True
    rows: Mapping[Grain | None, Mapping[str, Any]] = field(default_factory=dict)
