"""What providers report, in our words, and merged so that order, doubling and lateness make no difference."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from uuid import UUID

from api.notifications.rules.states import raise_state
from api.notifications.types import MessageState

# Twilio's MessageStatus and CallStatus. Everything before `sent` already proves that the message was accepted.
TWILIO_STATES: dict[str, MessageState] = {
    "accepted": MessageState.SENT,
    "scheduled": MessageState.SENT,
    "queued": MessageState.SENT,
    "sending": MessageState.SENT,
    "sent": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.READ,
    "undelivered": MessageState.DEAD,
    "failed": MessageState.DEAD,
    "canceled": MessageState.DEAD,
    # CallStatus. Taken off the hook is delivered, as far as anybody knows: a machine may have listened.
    "initiated": MessageState.SENT,
    "ringing": MessageState.SENT,
    "in-progress": MessageState.DELIVERED,
    "completed": MessageState.DELIVERED,
    "busy": MessageState.DEAD,
    "no-answer": MessageState.DEAD,
}
_SIGNATURE_BYTES = 16


def merge_receipts(current: MessageState, statuses: Iterable[str]) -> MessageState:
    """The state after these reports, in whatever order they came; unknown words change nothing."""
    for status in statuses:
        if status in TWILIO_STATES:
            current = raise_state(current, TWILIO_STATES[status])
    return current


def sign_message_id(message_id: UUID, key: bytes) -> str:
    """`<id>.<signature>`: goes out in a callback URL and proves, coming back, that we asked for this report."""
    return f"{message_id.hex}.{_signature(message_id, key)}"


def read_signed_id(signed: str, key: bytes) -> UUID | None:
    """The message id of a signed one; None when it was not made with this key."""
    head, _, signature = signed.partition(".")
    try:
        message_id = UUID(hex=head)
    except ValueError:
        return None
    genuine = hmac.compare_digest(signature.encode(), _signature(message_id, key).encode())
    return message_id if genuine else None


def _signature(message_id: UUID, key: bytes) -> str:
    digest = hmac.new(key, b"receipt\0" + message_id.bytes, hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).decode().rstrip("=")
