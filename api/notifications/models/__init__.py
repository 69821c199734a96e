"""Tables of notifications. The messages themselves are `api.plumbing.outbox`."""

from api.notifications.models.sending import MessageAttempt, ProviderBreaker, ProviderReceipt

__all__ = [
    "MessageAttempt",
    "ProviderBreaker",
    "ProviderReceipt",
]
