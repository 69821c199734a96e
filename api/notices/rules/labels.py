"""What the words of notices are called."""

from api.kernel.labels import vocabulary
from api.notices.types.words import Category, Decision, NoticeState, Severity

LABELS = (
    vocabulary(
        "notice_category",
        Category,
        {
            "flood": ("防汛", "Flood"),
            "fire": ("火灾", "Fire"),
            "weather": ("天气", "Weather"),
            "traffic": ("交通", "Traffic"),
            "fraud": ("防诈骗", "Fraud"),
            "missing_person": ("寻人", "Missing person"),
            "general": ("一般通知", "General"),
        },
    ),
    vocabulary(
        "notice_severity",
        Severity,
        {
            "red": ("红色", "Red"),
            "orange": ("橙色", "Orange"),
            "yellow": ("黄色", "Yellow"),
            "blue": ("蓝色", "Blue"),
        },
    ),
    vocabulary(
        "notice_state",
        NoticeState,
        {
            "draft": ("草稿", "Draft"),
            "awaiting": ("待复核", "Waiting for a second person"),
            "sending": ("发送中", "Sending"),
            "sent": ("已发送", "Sent"),
            "rejected": ("未通过", "Rejected"),
            "withdrawn": ("已撤回", "Withdrawn"),
            "expired": ("已过期", "Expired"),
        },
    ),
    vocabulary("notice_decision", Decision, {"approve": ("同意", "Approve"), "reject": ("不同意", "Reject")}),
)
