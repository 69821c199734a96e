"""Reads of notifications."""

from api.notifications.queries.channels import count_channels
from api.notifications.queries.messages import inbox_of, messages_about, told_subjects
from api.notifications.queries.quotas import over_quota
from api.notifications.queries.reaching import not_reached, receipts_about

__all__ = [
    "count_channels",
    "inbox_of",
    "messages_about",
    "not_reached",
    "over_quota",
    "receipts_about",
    "told_subjects",
]
