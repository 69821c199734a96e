"""What the words of duty are called."""

from api.duty.types import TrailReason, Verdict
from api.kernel.labels import vocabulary

LABELS = (
    vocabulary(
        "fix_verdict",
        Verdict,
        {
            "used": ("已采用", "Used"),
            "late": ("迟到的位置", "Late"),
            "duplicate": ("重复", "Duplicate"),
            "future": ("时间在未来", "From the future"),
            "inaccurate": ("精度不足", "Inaccurate"),
            "impossible": ("移动过快", "Impossible"),
            "off_duty": ("不在岗", "Off duty"),
        },
    ),
    vocabulary(
        "trail_reason",
        TrailReason,
        {
            "task_review": ("任务复核", "Review of a task"),
            "member_safety": ("队员安全", "Safety of the member"),
            "complaint": ("投诉核查", "Complaint"),
            "legal_request": ("依法调取", "Legal request"),
        },
    ),
)
