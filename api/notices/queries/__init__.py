"""Reading notices: whom one means, how far it came, one's own."""

from api.notices.queries.audience import audience
from api.notices.queries.notices import (
    notice_in,
    notice_policy,
    notices_of,
    own_notice,
    own_notice_ids,
    own_notices,
    own_notices_among,
    set_limit_oneself,
    target_of,
    told_alone,
    view_of,
)
from api.notices.queries.receipts import count_by_area, count_progress, counts_of, unread_of

__all__ = [
    "audience",
    "count_by_area",
    "count_progress",
    "counts_of",
    "notice_in",
    "notice_policy",
    "notices_of",
    "own_notice",
    "own_notice_ids",
    "own_notices",
    "own_notices_among",
    "set_limit_oneself",
    "target_of",
    "told_alone",
    "unread_of",
    "view_of",
]
