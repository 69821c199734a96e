"""The nouns of a message's life, and the values passed between its stages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Channel(StrEnum):
    """A way to reach somebody."""

    PUSH = "push"
    SMS = "sms"


class Provider(StrEnum):
    """Who carries a channel."""

    FCM = "fcm"
    TWILIO = "twilio"


class Urgency(StrEnum):
    """How much lateness and doubling matter: an alert may double but not be missed, a code must never be repeated."""

    ALERT = "alert"
    OTP = "otp"
    NORMAL = "normal"


class MessageState(StrEnum):
    """Where a message is. `unknown`: it was handed over and nobody can say whether it was taken."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    UNKNOWN = "unknown"
    FALLBACK = "fallback"
    DEAD = "dead"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class MessageEvent(StrEnum):
    """What can happen to a message."""

    CLAIM = "claim"
    ACCEPT = "accept"
    REFUSE = "refuse"
    RETRY = "retry"
    LOSE = "lose"
    RESEND = "resend"
    DIVERT = "divert"
    DELIVER = "deliver"
    READ = "read"
    EXPIRE = "expire"
    CANCEL = "cancel"


class AckKind(StrEnum):
    """What a phone says it did with a message."""

    RECEIVED = "received"
    SHOWN = "shown"
    READ = "read"


class OutcomeKind(StrEnum):
    """How one call to a provider ended."""

    ACCEPTED = "accepted"
    PERMANENT = "permanent"  # will never work for this message
    RETRY = "retry"  # certainly not accepted; may work later
    UNKNOWN = "unknown"  # the request left and no answer came back
    CREDENTIALS = "credentials"  # our own account is refused: says nothing about the recipient
    HELD = "held"  # not called at all: the provider is resting


class Fallback(StrEnum):
    """Whether the next channel takes over now."""

    NONE = "none"
    IF_LAST = "if_last"  # when the person has no other live registration
    ALWAYS = "always"


@dataclass(frozen=True)
class Notice:
    """Tell one person one thing. `step` tells apart several messages about one subject to one person.

    `station_id` is needed only from a Ctx whose actor has no station.
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
class Letter:
    """A claimed message with its address: what one send needs, and the lease it is sent under."""

    id: UUID
    station_id: UUID
    urgency: Urgency
    channel: Channel
    person_id: UUID | None
    device_id: UUID | None
    subject_kind: str
    subject_id: UUID | None
    template: str
    step: str
    variables: Mapping[str, Any]
    attempts: int
    expires_at: datetime
    lease_token: UUID
    claimed_at: datetime
    address: str | None = None
    language: str = "zh-CN"


@dataclass(frozen=True)
class PushEnvelope:
    """A push as FCM takes it: strings only in `data`; the texts are generic."""

    token: str
    data: Mapping[str, str]
    title: str
    body: str
    android_channel: str
    tag: str
    ttl_s: int
    apns_headers: Mapping[str, str]
    interruption_level: str


@dataclass(frozen=True)
class SmsEnvelope:
    """A text message, and where the provider reports what became of it."""

    to: str
    body: str
    callback_url: str
    ttl_s: int


Envelope = PushEnvelope | SmsEnvelope


@dataclass(frozen=True)
class Outcome:
    """How one call ended.

    `provider_wide`: the refusal is about us and everybody, not about this message. `called`: false when nothing was
    sent at all, because there was no address or no text.
    """

    kind: OutcomeKind
    code: str = ""
    provider_ref: str | None = None
    retry_after_s: float | None = None
    address_dead: bool = False
    provider_wide: bool = True
    called: bool = True


@dataclass(frozen=True)
class Attempt:
    """One call as it is settled. `jitter`: a draw in 0..1; `segments`: the parts of a text message."""

    letter: Letter
    provider: Provider
    outcome: Outcome
    took_ms: int
    jitter: float
    segments: int | None = None


@dataclass(frozen=True)
class Settlement:
    """What a settled attempt makes of the message. `retire`: its push registration is dead."""

    state: MessageState
    next_at: datetime | None = None
    code: str | None = None
    fallback: Fallback = Fallback.NONE
    retire: bool = False


@dataclass(frozen=True)
class Breaker:
    """What is known of a provider's health. Calls rest until `open_until`; then one probe decides.

    `probing`: the probe is out, and `open_until` is when it is given up.
    """

    provider: str
    failures: int = 0
    openings: int = 0
    open_until: datetime | None = None
    probing: bool = False
    reason: str = ""


@dataclass(frozen=True)
class ReceiptFact:
    """What a provider reported about one message, as it was said."""

    provider: str
    ref: str
    status: str
    error_code: str | None = None
    message_id: UUID | None = None


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
