"""Values of the trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Entry:
    """An audit entry as it is digested and listed."""

    id: int
    at: datetime
    station_id: UUID | None
    actor_kind: str
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID | None
    details: dict[str, Any]
    request_id: str


@dataclass(frozen=True)
class ChainFault:
    """The first place where the chain does not hold, and what is wrong there."""

    position: int
    entry_id: int | None
    reason: str


@dataclass(frozen=True)
class Usual:
    """What work explains of one reader's day: so many readings of one subject, and of so many different ones."""

    same: int
    others: int
