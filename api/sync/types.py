"""Values of sync."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

Encode = Callable[[Any], bytes]
"""One row as JSON bytes."""


class Collection(StrEnum):
    """What a phone keeps a copy of. Grows; a phone ignores what it does not know."""

    OFFERS = "offers"
    VISITS = "visits"
    NOTICES = "notices"
    CASES = "cases"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Begun:
    """A first look that goes on over pages: the collection being listed, and the last id handed out."""

    collection: Collection
    after: UUID | None = None


@dataclass
class Pulled:
    """One page. `reset`: forget what was there before, this is the beginning."""

    at: datetime
    reset: bool = False
    more: bool = False
    token: list[Any] = field(default_factory=list)
    upserts: dict[Collection, list[bytes]] = field(default_factory=dict)
    removals: dict[Collection, list[UUID]] = field(default_factory=dict)
    size: int = 0

    def add(self, collection: Collection, row: bytes) -> None:
        """A row as it is now."""
        self.upserts.setdefault(collection, []).append(row)
        self.size += len(row)

    def remove(self, collection: Collection, row_id: UUID) -> None:
        """A row the reader may not see, or that is gone."""
        self.removals.setdefault(collection, []).append(row_id)
        self.size += 40


class CommandStatus(StrEnum):
    """What became of a command. Only `failed` is worth sending again unchanged."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"  # it was applied before; the result is that of then
    REJECTED = "rejected"  # it can never be applied as it is
    CONFLICT = "conflict"  # what it was about has moved on; `state` says where to
    FAILED = "failed"  # something broke on our side, or it was too busy


@dataclass(frozen=True)
class Command:
    """Something a phone did while nobody could hear it.

    `command_id` is the phone's own name for it. `occurred_at` and `sent_at` are by the phone's clock: trusted for
    order, and by their distance to our clock for how wrong it is. `base_version`: of what it changes, the version the
    phone saw.
    """

    command_id: str
    type: str
    target_id: UUID | None
    occurred_at: datetime
    sent_at: datetime | None
    payload: Mapping[str, Any]
    base_version: int | None = None


@dataclass(frozen=True)
class CommandResult:
    """What became of one command; `problem` is the refusal's code, texts and issues."""

    command_id: str
    status: CommandStatus
    state: Mapping[str, Any] | None = None
    problem: Mapping[str, Any] | None = None
