"""What the words of identity are called."""

from api.identity.types import (
    DeviceState,
    Language,
    PersonStatus,
    Platform,
    PushProvider,
    Role,
    SessionState,
)
from api.kernel.labels import vocabulary

LABELS = (
    vocabulary(
        "role",
        Role,
        {
            "volunteer": ("志愿者", "Volunteer"),
            "grid_officer": ("网格员", "Grid officer"),
            "patrol_officer": ("巡逻民警", "Patrol officer"),
            "mediator": ("调解员", "Mediator"),
            "dispatcher": ("接警员", "Dispatcher"),
            "supervisor": ("值班领导", "Supervisor"),
            "station_admin": ("所长", "Station chief"),
            "auditor": ("审计员", "Auditor"),
        },
    ),
    vocabulary(
        "person_status",
        PersonStatus,
        {"active": ("在用", "Active"), "suspended": ("停用", "Suspended"), "left": ("已离开", "Left")},
    ),
    vocabulary(
        "session_state",
        SessionState,
        {"active": ("有效", "Active"), "revoked": ("已撤销", "Revoked"), "expired": ("已过期", "Expired")},
    ),
    vocabulary("device_state", DeviceState, {"active": ("在用", "Active"), "retired": ("已停用", "Retired")}),
    vocabulary(
        "push_provider",
        PushProvider,
        {"fcm": ("谷歌推送（FCM）", "Firebase Cloud Messaging"), "webpush": ("浏览器推送", "Web Push")},
    ),
    vocabulary(
        "platform",
        Platform,
        {
            "android": ("安卓", "Android"),
            "ios": ("苹果", "iOS"),
            "harmony": ("鸿蒙", "HarmonyOS"),
            "web": ("网页", "Web"),
        },
    ),
    vocabulary("language", Language, {"zh-CN": ("中文", "Chinese"), "en": ("英文", "English")}),
)
