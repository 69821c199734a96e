"""The values passed between the stages of sending one message."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from api.notifications.types.carrying import Destination, RegisteredText
from api.notifications.types.values import Wording
from api.notifications.types.words import Channel, Fallback, MessageState, OutcomeKind, Provider, Urgency


@dataclass(frozen=True)
class Letter:
    """A claimed message with its address: what one send needs, and the lease it is sent under.

    `before`: the provider that tried last.
    """

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
    before: str | None = None
    carriage: "Carriage | None" = None
    wording: Wording | None = None  # the text it shares with others, instead of its template's


@dataclass(frozen=True)
class Carriage:
    """How a claimed message goes out. `other`: another provider of its channel could take it, and has not just tried.

    `destination`: for what goes to a number. `stop`: why it does not go out at all.
    """

    provider: Provider
    registered: RegisteredText | None = None
    destination: Destination | None = None
    other: bool = False
    stop: "Outcome | None" = None


@dataclass(frozen=True)
class PushEnvelope:
    """A push as FCM takes it: strings only in `data`; the texts are generic. `silent`: data only, nothing is shown."""

    token: str
    data: Mapping[str, str]
    title: str
    body: str
    android_channel: str
    tag: str
    ttl_s: int
    apns_headers: Mapping[str, str]
    interruption_level: str
    silent: bool = False


@dataclass(frozen=True)
class SmsEnvelope:
    """A text message, and where the provider reports what became of it.

    `reference`: the signed id, for a provider that gives it back. `registered` with `values`: the same text as code and
    variables, for a provider that takes only wordings it has approved.
    """

    to: str
    body: str
    callback_url: str
    ttl_s: int
    reference: str = ""
    registered: RegisteredText | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class VoiceEnvelope:
    """A call: the number, where the provider asks what to say, where it reports, and how long it may ring."""

    to: str
    answer_url: str
    callback_url: str
    ring_s: int


Envelope = PushEnvelope | SmsEnvelope | VoiceEnvelope


@dataclass(frozen=True)
class Outcome:
    """How one call ended.

    `provider_wide`: the refusal is about us and everybody, not about this message. `called`: false when nothing was
    sent at all, because there was no address or no text. `elsewhere`: another provider of the channel may take what
    this one never will.
    """

    kind: OutcomeKind
    code: str = ""
    provider_ref: str | None = None
    retry_after_s: float | None = None
    address_dead: bool = False
    provider_wide: bool = True
    called: bool = True
    elsewhere: bool = False


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
