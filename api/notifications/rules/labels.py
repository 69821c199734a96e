"""What the words of notifications are called."""

from api.kernel.labels import vocabulary
from api.notifications.types.reaching import LadderState, Proof, Unreached
from api.notifications.types.words import AckKind, Channel, MessageState, Provider, TemplateEvent, TemplateState

LABELS = (
    vocabulary(
        "channel",
        Channel,
        {
            "push": ("推送", "Push"),
            "webpush": ("浏览器推送", "Web Push"),
            "sms": ("短信", "Text message"),
            "voice": ("语音电话", "Voice call"),
        },
    ),
    vocabulary(
        "provider",
        Provider,
        {
            "fcm": ("谷歌推送（FCM）", "Firebase Cloud Messaging"),
            "webpush": ("浏览器推送", "Web Push"),
            "twilio": ("Twilio 短信", "Twilio"),
            "aliyun": ("阿里云短信", "Aliyun"),
        },
    ),
    vocabulary(
        "message_state",
        MessageState,
        {
            "queued": ("待发送", "Queued"),
            "leased": ("发送中", "Being sent"),
            "sent": ("已发送", "Sent"),
            "delivered": ("已送达", "Delivered"),
            "read": ("已读", "Read"),
            "unknown": ("结果未知", "Not known"),
            "fallback": ("已改用其他方式", "Sent another way"),
            "dead": ("无法送达", "Cannot be delivered"),
            "expired": ("已过期", "Expired"),
            "cancelled": ("已取消", "Cancelled"),
        },
    ),
    vocabulary(
        "acknowledgement",
        AckKind,
        {"received": ("已收到", "Received"), "shown": ("已显示", "Shown"), "read": ("已读", "Read")},
    ),
    vocabulary(
        "ladder_state",
        LadderState,
        {
            "climbing": ("逐级通知中", "Climbing"),
            "exhausted": ("各方式均无回应", "No channel is left"),
            "proved": ("已证实阅读", "Proved read"),
            "ended": ("已结束", "Ended"),
        },
    ),
    vocabulary(
        "reading_proof",
        Proof,
        {
            "ack": ("应用内打开", "Opened in the app"),
            "app": ("应用内操作", "Acted on in the app"),
            "link": ("链接页面", "Answered behind the link"),
            "reply": ("短信回复", "Replied by text"),
            "keypress": ("电话按键", "Pressed a key"),
        },
    ),
    vocabulary(
        "unreached_reason",
        Unreached,
        {
            "unread": ("送达未读", "Not read"),
            "unconfirmed": ("未证实送达", "Not confirmed"),
            "not_tried": ("尚未发出", "Not tried yet"),
            "provider_failing": ("运营商故障", "Provider fails"),
            "over_quota": ("短信额度已满", "No more texts allowed"),
            "opted_out": ("已退订", "Opted out"),
            "number_invalid": ("号码无效", "Number not valid"),
            "token_dead": ("应用已卸载", "App is gone"),
            "no_answer": ("电话未接", "Call not taken"),
            "no_channel": ("没有联系方式", "No way to reach them"),
        },
    ),
    vocabulary(
        "template_state",
        TemplateState,
        {
            "draft": ("草稿", "Draft"),
            "submitted": ("审核中", "Submitted"),
            "approved": ("已通过", "Approved"),
            "rejected": ("未通过", "Rejected"),
        },
    ),
    vocabulary(
        "template_event",
        TemplateEvent,
        {
            "submit": ("提交", "Submit"),
            "approve": ("通过", "Approve"),
            "reject": ("不通过", "Reject"),
            "revise": ("修改", "Revise"),
        },
    ),
)
