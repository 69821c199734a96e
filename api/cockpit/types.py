"""What the wall of simulated phones is made of."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class StandIn:
    """A stand-in for a provider: its name, where it listens, and the key of its side door."""

    name: str
    base_url: str
    key: str


@dataclass(frozen=True)
class Arrival:
    """One message on one phone: the stand-in, its address there, seconds since 1970, and the message as it came."""

    stand_in: str
    address: str
    at: float
    message: dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A message as the phone shows it; `kind` is push, text or call."""

    kind: str
    stand_in: str
    at: float
    title: str
    body: str
    type: str


@dataclass(frozen=True)
class PhoneScreen:
    """One simulated phone and what it shows, the newest first."""

    person_id: UUID
    name: str
    phone: str
    messages: list[Shown]
