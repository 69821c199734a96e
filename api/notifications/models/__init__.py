"""Tables of notifications. The messages themselves are `api.plumbing.outbox`."""

from api.notifications.models.carrying import (
    DailySpend,
    MessageCharge,
    MessagePrice,
    SmsQuota,
    SmsRoute,
    SmsTemplate,
)
from api.notifications.models.reach import MessageText, OwnQuietHours, ReachPolicyRow, ReachState
from api.notifications.models.reaching import FailedAddressRow, InboundMessage, Ladder, OptOut, ReplyCode
from api.notifications.models.sending import MessageAttempt, ProviderBreaker, ProviderReceipt

__all__ = [
    "DailySpend",
    "FailedAddressRow",
    "InboundMessage",
    "Ladder",
    "MessageAttempt",
    "MessageCharge",
    "MessagePrice",
    "MessageText",
    "OptOut",
    "OwnQuietHours",
    "ProviderBreaker",
    "ProviderReceipt",
    "ReachPolicyRow",
    "ReachState",
    "ReplyCode",
    "SmsQuota",
    "SmsRoute",
    "SmsTemplate",
]
