"""The words and values of ladders, proof of reading, replies, and of whom nothing reaches."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class LadderState(StrEnum):
    """Where the climb from channel to channel is. `exhausted`: no channel is left, and nothing is proved."""

    CLIMBING = "climbing"
    EXHAUSTED = "exhausted"
    PROVED = "proved"
    ENDED = "ended"


class LadderEvent(StrEnum):
    """What can happen to a ladder."""

    CLIMB = "climb"
    EXHAUST = "exhaust"
    PROVE = "prove"
    END = "end"


class Proof(StrEnum):
    """What shows that somebody read a message. Having been shown is none: a locked phone shows it to an empty room."""

    ACK = "ack"  # the app says it was opened
    APP = "app"  # answered, or looked at, in the app
    LINK = "link"  # answered on the page behind the link
    REPLY = "reply"  # a text that came back
    KEYPRESS = "keypress"  # a key pressed in the call


class Unreached(StrEnum):
    """Why somebody counts as not reached, from the least hopeless to the most."""

    UNREAD = "unread"  # it arrived, and nothing shows that anybody read it
    UNCONFIRMED = "unconfirmed"  # a provider took it and says nothing since
    NOT_TRIED = "not_tried"  # still on its way to a provider
    PROVIDER_FAILING = "provider_failing"
    OVER_QUOTA = "over_quota"  # their number has had all the texts that carriers let through
    OPTED_OUT = "opted_out"
    NUMBER_INVALID = "number_invalid"
    TOKEN_DEAD = "token_dead"  # noqa: S105 - a reason, not a secret
    NO_ANSWER = "no_answer"  # they were called, and nobody took the call
    NO_CHANNEL = "no_channel"


@dataclass(frozen=True)
class NotReached:
    """Somebody of whom nothing shows that they read what they were sent about a subject, and why.

    `channels`: those over which something was tried, in the order of the ladder. `since`: when it began.
    """

    person_id: UUID
    subject_id: UUID
    reason: Unreached
    channels: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class Receipt:
    """What became of one message to a person; `read_at` with the `proof` it rests on."""

    subject_id: UUID
    person_id: UUID
    channel: str
    template: str
    queued_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    shown_at: datetime | None
    read_at: datetime | None
    proof: str | None


@dataclass(frozen=True)
class Reading:
    """Somebody's proof of having read what they were sent about a subject."""

    subject_kind: str
    subject_id: UUID
    person_id: UUID
    proof: str
    at: datetime


@dataclass(frozen=True)
class Trace:
    """One message as the not-reached list judges it."""

    channel: str
    state: str
    code: str | None
    delivered: bool


@dataclass(frozen=True)
class FailedAddress:
    """A number or a phone's token that providers refused. `fixed`: the person has another one since."""

    id: UUID
    person_id: UUID
    name: str
    phone: str  # masked
    channel: str
    code: str
    count: int
    first_at: datetime
    last_at: datetime
    fixed: bool


class Speech(StrEnum):
    """What a call ends with."""

    GOING = "going"
    DECLINED = "declined"
    FULL = "full"
    ENDED = "ended"
    BUSY = "busy"
    HEARD = "heard"
    GOODBYE = "goodbye"


@dataclass(frozen=True)
class Call:
    """A call somebody is listening to. `over`: what it was about has ended."""

    message_id: UUID
    station_id: UUID
    person_id: UUID
    subject_kind: str
    subject_id: UUID
    template: str
    language: str
    over: bool


class Word(StrEnum):
    """What a text that came back means."""

    YES = "yes"
    NO = "no"
    STOP = "stop"
    START = "start"
    HELP = "help"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class ReadText:
    """A text message as understood: what it says, and the code that names what it is about, if it carries one."""

    word: Word
    code: int | None = None


class ReplyFate(StrEnum):
    """What became of a text somebody sent us."""

    MATCHED = "matched"  # it names an open question; the area asked answers
    UNKNOWN_CODE = "unknown_code"
    WHICH = "which"  # several questions are open and it names none
    UNCLEAR = "unclear"  # neither a yes nor a no
    NOTHING_OPEN = "nothing_open"
    HELP = "help"
    STOPPED = "stopped"
    STARTED = "started"
    STRANGER = "stranger"  # from a number nothing was ever sent to: no answer
    REPEATED = "repeated"  # the provider delivers it again


@dataclass(frozen=True)
class InboundText:
    """A text message that came in; `sender` is E.164."""

    provider: str
    ref: str
    sender: str
    body: str


@dataclass(frozen=True)
class Reply:
    """An inbound text as placed; `id` names it. With MATCHED: the question, and who was asked.

    `codes`: of the questions that are open. No station: nobody we know, who gets no answer.
    """

    id: UUID
    fate: ReplyFate
    word: Word = Word.UNCLEAR
    subject_kind: str = ""
    subject_id: UUID | None = None
    person_id: UUID | None = None
    station_id: UUID | None = None
    codes: tuple[int, ...] = ()
    language: str = "zh-CN"

    def as_(self, fate: ReplyFate) -> "Reply":
        """The same text with this fate."""
        return replace(self, fate=fate)

    def with_codes(self, codes: Iterable[int]) -> "Reply":
        """The same text, knowing which questions are open."""
        return replace(self, codes=tuple(codes))

    def about(self, subject_kind: str, subject_id: UUID, person_id: UUID, station_id: UUID) -> "Reply":
        """The text as the answer to a question."""
        return replace(
            self, fate=ReplyFate.MATCHED, subject_kind=subject_kind, subject_id=subject_id, person_id=person_id,
            station_id=station_id,
        )  # fmt: skip
