"""What the words of retention are called."""

from api.kernel.labels import vocabulary
from api.retention.types import Purpose

LABELS = (
    vocabulary(
        "retention_purpose",
        Purpose,
        {
            "dispute_party": ("纠纷当事人信息", "Who the parties of a dispute were"),
            "dispute_record": ("纠纷记录", "The record of a dispute"),
            "visit_position": ("回访位置", "Where a visit was reported from"),
            "incident_requester": ("求助人信息", "Who asked for help"),
            "notice": ("通知内容", "What notices said"),
            "message_text": ("消息内容", "What messages said"),
        },
    ),
)
