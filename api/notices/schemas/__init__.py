"""What notices look like on the wire."""

from api.notices.schemas.orders import DecisionSchema, NoticeDraftSchema, NoticePolicyOrderSchema, StationNoticeQuery
from api.notices.schemas.views import (
    NoticeAreaListSchema,
    NoticePolicySchema,
    NoticePreviewSchema,
    NoticeReceiptsSchema,
    OwnNoticePageSchema,
    OwnNoticeSchema,
    StationNoticePageSchema,
    StationNoticeSchema,
    UnreadPageSchema,
)

__all__ = [
    "DecisionSchema",
    "NoticeAreaListSchema",
    "NoticeDraftSchema",
    "NoticePolicyOrderSchema",
    "NoticePolicySchema",
    "NoticePreviewSchema",
    "NoticeReceiptsSchema",
    "OwnNoticePageSchema",
    "OwnNoticeSchema",
    "StationNoticePageSchema",
    "StationNoticeQuery",
    "StationNoticeSchema",
    "UnreadPageSchema",
]
