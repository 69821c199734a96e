"""What others ask to be told, and what a person or the desk sees of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from api.notifications.types.words import AckKind


@dataclass(frozen=True)
class LadderStep:
    """One rung of a ladder: a channel (`push`, `sms`, `voice`), and how long the rung before it is given first.

    `after_s` counts from the moment the rung before was taken; the first rung is taken at once, whatever it says.
    """

    channel: str
    after_s: int = 0


@dataclass(frozen=True)
class Notice:
    """Tell one person one thing. `step` tells apart several messages about one subject to one person.

    `station_id` is needed only from a Ctx whose actor has no station. `ladder`: the channels to climb until somebody
    is known to have read it; without one it is a push, or a text where no push can arrive.
    """

    person_id: UUID
    subject_kind: str
    subject_id: UUID
    template: str
    urgency: str
    step: str
    expires_at: datetime
    variables: Mapping[str, str] = field(default_factory=dict)
    station_id: UUID | None = None
    ladder: tuple[LadderStep, ...] = ()


@dataclass(frozen=True)
class NumberNotice:
    """Text a number that belongs to no enrolled person; the number is sealed with the message's variables."""

    phone: str
    subject_kind: str
    subject_id: UUID
    template: str
    urgency: str
    step: str
    expires_at: datetime
    language: str = "zh-CN"
    variables: Mapping[str, str] = field(default_factory=dict)
    station_id: UUID | None = None


@dataclass(frozen=True)
class Acknowledgement:
    """A phone's word about one message, with the phone's clock and its own sequence number if it keeps one."""

    kind: AckKind
    occurred_at: datetime
    client_seq: int | None = None


@dataclass(frozen=True)
class Wording:
    """One language: the push's title and body, and the text message."""

    title: str
    body: str
    sms: str


@dataclass(frozen=True)
class InboxItem:
    """A message as its reader's phone pulls it. `state` is the truth: one that is cancelled or expired asks nothing."""

    id: UUID
    type: str
    subject_kind: str
    subject_id: UUID | None
    step: str
    channel: str
    state: str
    created_at: datetime
    expires_at: datetime
    read_at: datetime | None
    text: Mapping[str, Wording]  # by language


@dataclass(frozen=True)
class MessageStatus:
    """A message as the desk follows it: what became of it, never what it says."""

    id: UUID
    subject_kind: str
    subject_id: UUID | None
    person_id: UUID | None
    template: str
    step: str
    origin_id: UUID | None
    urgency: str
    channel: str
    state: str
    attempts: int
    error_code: str | None
    created_at: datetime
    expires_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    shown_at: datetime | None
    read_at: datetime | None
