"""The nouns of a message's life."""

from enum import StrEnum


class Channel(StrEnum):
    """A way to reach somebody."""

    PUSH = "push"
    WEBPUSH = "webpush"  # to phones without Google services; a push all the same
    SMS = "sms"
    VOICE = "voice"  # a call that is answered with a key


class Provider(StrEnum):
    """Who carries a channel."""

    FCM = "fcm"
    WEBPUSH = "webpush"
    TWILIO = "twilio"
    ALIYUN = "aliyun"


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


class TemplateState(StrEnum):
    """Where a provider's registration of a wording stands; only an approved one may be sent."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class TemplateEvent(StrEnum):
    """What moves a registration."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    REVISE = "revise"
