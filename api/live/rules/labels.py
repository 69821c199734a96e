"""What the values of live are called."""

from api.kernel.labels import vocabulary
from api.live.types import EndReason, LiveCollection, LiveEvent, Op, ResetReason, Scope

LABELS = (
    vocabulary("live_scope", Scope, {"own": ("本人", "One's own"), "station": ("本所", "The station's")}),
    vocabulary(
        "live_collection",
        LiveCollection,
        {
            "offers": ("任务", "Tasks"),
            "visits": ("回访", "Visits"),
            "notices": ("通知", "Notices"),
            "cases": ("纠纷", "Disputes"),
            "reference": ("参考数据", "Reference data"),
            "messages": ("消息", "Messages"),
            "incidents": ("警情", "Incidents"),
            "timelines": ("处置记录", "Timelines"),
            "dispatches": ("派遣", "Dispatches"),
            "duty": ("在岗人员", "People on duty"),
            "shifts": ("排班", "Shifts"),
        },
    ),
    vocabulary(
        "live_op",
        Op,
        {
            "upsert": ("新增或变更", "New or changed"),
            "remove": ("移除", "Removed"),
            "list": ("整个列表有变化", "The list has changed"),
        },
    ),
    vocabulary(
        "live_event",
        LiveEvent,
        {
            "hello": ("已连接", "Connected"),
            "change": ("有变化", "Something changed"),
            "mark": ("位置标记", "A mark to go on from"),
            "reset": ("需重新加载", "Begin anew"),
            "end": ("连接结束", "The stream ends"),
        },
    ),
    vocabulary(
        "live_reset_reason",
        ResetReason,
        {
            "too_old": ("离线时间过长", "Away for too long"),
            "unknown": ("无法从该位置继续", "The id says nothing here"),
            "too_much": ("变化过多", "Too much has changed"),
        },
    ),
    vocabulary(
        "live_end_reason",
        EndReason,
        {
            "token_expired": ("登录凭证已过期", "The access token has expired"),
            "session_ended": ("登录已失效", "The session has ended"),
            "rights_changed": ("权限已变更", "The person's rights have changed"),
            "replaced": ("已在别处打开", "Opened elsewhere"),
            "restarting": ("服务正在重启", "The server restarts"),
            "too_slow": ("网络过慢", "The network is too slow"),
        },
    ),
)
