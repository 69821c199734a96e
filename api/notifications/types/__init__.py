"""The nouns of a message's life, and the values passed between its stages."""

from api.notifications.types.sending import (
    Attempt,
    Breaker,
    Envelope,
    Letter,
    Outcome,
    PushEnvelope,
    ReceiptFact,
    Settlement,
    SmsEnvelope,
)
from api.notifications.types.values import Acknowledgement, InboxItem, MessageStatus, Notice, NumberNotice, Wording
from api.notifications.types.words import (
    AckKind,
    Channel,
    Fallback,
    MessageEvent,
    MessageState,
    OutcomeKind,
    Provider,
    Urgency,
)

__all__ = [
    "AckKind",
    "Acknowledgement",
    "Attempt",
    "Breaker",
    "Channel",
    "Envelope",
    "Fallback",
    "InboxItem",
    "Letter",
    "MessageEvent",
    "MessageState",
    "MessageStatus",
    "Notice",
    "NumberNotice",
    "Outcome",
    "OutcomeKind",
    "Provider",
    "PushEnvelope",
    "ReceiptFact",
    "Settlement",
    "SmsEnvelope",
    "Urgency",
    "Wording",
]
