"""Values of notices."""

from api.notices.types.values import (
    AreaCount,
    Draft,
    NoticePolicy,
    NoticeView,
    OwnNotice,
    Preview,
    Progress,
    Target,
    Unread,
    Words,
)
from api.notices.types.words import Category, Decision, NoticeEvent, NoticeState, Severity

__all__ = [
    "AreaCount",
    "Category",
    "Decision",
    "Draft",
    "NoticeEvent",
    "NoticePolicy",
    "NoticeState",
    "NoticeView",
    "OwnNotice",
    "Preview",
    "Progress",
    "Severity",
    "Target",
    "Unread",
    "Words",
]
