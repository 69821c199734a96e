"""The values of choosing a provider: quotas, routes, registered wordings, prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from api.notifications.types.words import Provider, TemplateState


@dataclass(frozen=True)
class Quota:
    """How many texts carriers let one number get in 24 hours: of one text, of different ones, of one template."""

    identical: int
    different: int
    per_template: int


@dataclass(frozen=True)
class Usage:
    """What a number has been sent in 24 hours, seen from one text to come."""

    identical: int = 0
    different: int = 0
    of_template: int = 0


@dataclass(frozen=True)
class Destination:
    """Where a text goes and what it says, in the form in which both may be written down and compared."""

    prefix: str
    to_index: bytes
    text_digest: bytes


@dataclass(frozen=True)
class Route:
    """A provider for the numbers of a country. `weight` and `configured` in 0..100."""

    prefix: str
    provider: Provider
    weight: int
    configured: int
    changed_at: datetime
    replies: bool = False


@dataclass(frozen=True)
class RegisteredText:
    """A wording a provider has approved: its code, whose name stands before it, and its variables' names for ours."""

    code: str
    signature: str
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Health:
    """How a provider did in the last minutes."""

    provider: Provider
    calls: int = 0
    errors: int = 0
    told: int = 0  # texts whose delivery was reported, or should have been by now
    slow: int = 0  # of these, the late ones


@dataclass(frozen=True)
class TemplateOrder:
    """A wording to be registered with a provider."""

    provider: Provider
    template: str
    language: str
    linked: bool
    signature: str
    body: str
    mapping: Mapping[str, str]


@dataclass(frozen=True)
class TemplateView:
    """A registered wording as the station's admin sees it; `current`: it says what we say today."""

    id: UUID
    provider: str
    template: str
    wording: int
    language: str
    linked: bool
    signature: str
    body: str
    mapping: Mapping[str, str]
    code: str | None
    state: TemplateState
    reason: str | None
    changed_at: datetime
    current: bool


@dataclass(frozen=True)
class Cost:
    """A sum of charges in one currency. `uncertain`: the part nobody knows was really sent."""

    currency: str | None
    channel: str
    provider: str
    messages: int
    parts: int
    amount: Decimal
    uncertain: Decimal
