"""What FCM's documents say in words, beyond the schema. Pure.

Each rule takes the message with names in snake_case and yields what it breaks. Where the
documents leave a choice the stricter reading wins: a request this stand-in takes must not be
refused by the real service.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from workers.sandbox.fcm.errors import Violation

Json = dict[str, Any]
Rule = Callable[[Json], Iterator[Violation]]

TARGETS = ("fid", "token", "topic", "condition")
MAX_PAYLOAD = 4096
MAX_TOPIC_PAYLOAD = 2048
MAX_TTL = 2_419_200
"""Four weeks, seconds."""

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}\Z|[A-Za-z0-9_-]{11,22}:[A-Za-z0-9_-]{100,400}\Z")
"""An installation id, or a registration token: an id, a colon and what Google signed."""
_TOPIC = re.compile(r"[a-zA-Z0-9\-_.~%]{1,900}\Z")
_CONDITION = re.compile(r"[\s()!&|]*('[a-zA-Z0-9\-_.~%]+' in topics[\s()!&|]*){1,5}\Z")
_LABEL = re.compile(r"[a-zA-Z0-9\-_.~%]{1,50}\Z")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}\Z")
_RESERVED = re.compile(r"(from|message_type)\Z|google\.|gcm\.notification\.")
_APNS_HEADERS = {
    "apns-id": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"),
    "apns-push-type": re.compile(
        "(alert|background|location|voip|complication|fileprovider|mdm|liveactivity|pushtotalk)\\Z"
    ),
    "apns-expiration": re.compile(r"\d{1,12}\Z"),
    "apns-priority": re.compile(r"(1|5|10)\Z"),
    "apns-topic": re.compile(r"[A-Za-z0-9.\-]+\Z"),
    "apns-collapse-id": re.compile(r".{1,64}\Z", re.DOTALL),
}


def check_message(message: Json) -> list[Violation]:
    """Everything the message breaks, in the order of the rules."""
    return [violation for rule in RULES for violation in rule(message)]


def is_token(text: str) -> bool:
    """Whether the text has the form of a registration token or an installation id."""
    return bool(_TOKEN.match(text))


def target_of(message: Json) -> str | None:
    """The token, installation id, topic or condition the message goes to."""
    return next((message[kind] for kind in TARGETS if kind in message), None)


def _one_target(message: Json) -> Iterator[Violation]:
    named = [kind for kind in TARGETS if kind in message]
    if not named or not message[named[0]]:
        yield Violation("message", "Recipient of the message is not set.")
    if len(named) > 1:
        first, second = named[:2]
        yield Violation(
            "message",
            f"oneof field 'target' is already set by '{first}'. Cannot set '{second}'",
        )


def _well_formed_target(message: Json) -> Iterator[Violation]:
    topic, condition = message.get("topic"), message.get("condition")
    if topic is not None and not _TOPIC.match(topic):
        yield Violation("message.topic", "Malformed topic name.")
    if condition is not None and not _CONDITION.match(condition):
        yield Violation("message.condition", "Invalid condition expression provided.")


def _input_only(message: Json) -> Iterator[Violation]:
    if "name" in message:
        yield Violation("message.name", "The field is output only.")
    if "android" in message and "android_v2" in message:
        yield Violation("message.android_v2", "android and android_v2 exclude each other.")


def _free_keys(message: Json) -> Iterator[Violation]:
    for place, data in _data_places(message):
        for key in data:
            if not key or _RESERVED.match(key):
                yield Violation(place, f"Invalid data payload key: {key}")


def _ttl(message: Json) -> Iterator[Violation]:
    for part in ("android", "android_v2"):
        ttl = message.get(part, {}).get("ttl")
        if ttl is not None and not 0 <= float(ttl.removesuffix("s")) <= MAX_TTL:
            yield Violation(f"message.{part}.ttl", "Invalid ttl: 0 to 2419200 seconds.")


def _android_notification(message: Json) -> Iterator[Violation]:
    for place, shown in _android_notifications(message):
        if "color" in shown and not _COLOR.match(shown["color"]):
            yield Violation(f"{place}.color", "Invalid color: #rrggbb is wanted.")
        for kind in ("title", "body"):
            if f"{kind}_loc_args" in shown and not shown.get(f"{kind}_loc_key"):
                yield Violation(f"{place}.{kind}_loc_key", "Required when loc_args are given.")
        lights = shown.get("light_settings")
        if lights is not None:
            for name in ("color", "light_on_duration", "light_off_duration"):
                if name not in lights:
                    yield Violation(f"{place}.light_settings.{name}", "The field is required.")


def _labels(message: Json) -> Iterator[Violation]:
    for path in ((), ("android",), ("android_v2",), ("apns",), ("webpush",)):
        label = _dig(message, (*path, "fcm_options", "analytics_label"))
        if label is not None and not _LABEL.match(label):
            where = ".".join(("message", *path, "fcm_options.analytics_label"))
            yield Violation(where, "Invalid analytics label.")


def _apns_headers(message: Json) -> Iterator[Violation]:
    for name, value in message.get("apns", {}).get("headers", {}).items():
        form = _APNS_HEADERS.get(name.lower())
        if form is None or not form.match(value):
            yield Violation("message.apns.headers", f"Invalid APNs header: {name}: {value}")


def _apns_payload(message: Json) -> Iterator[Violation]:
    payload = _dig(message, ("apns", "payload"))
    if payload is None:
        return
    aps = payload.get("aps", {})
    if not isinstance(aps, dict) or (not aps and "notification" not in message):
        yield Violation("message.apns.payload.aps", "aps must be an object that says something.")
        return
    for key, kinds in _APS_KINDS.items():
        if key in aps and (not isinstance(aps[key], kinds) or isinstance(aps[key], bool)):
            yield Violation(f"message.apns.payload.aps.{key}", "Wrong type.")
    if aps.get("interruption-level", "active") not in _INTERRUPTIONS:
        yield Violation("message.apns.payload.aps.interruption-level", "Unknown level.")


_APS_KINDS: dict[str, tuple[type, ...]] = {
    "alert": (str, dict),
    "badge": (int,),
    "sound": (str, dict),
    "thread-id": (str,),
    "category": (str,),
    "content-available": (int,),
    "mutable-content": (int,),
    "interruption-level": (str,),
    "relevance-score": (int, float),
}
_INTERRUPTIONS = ("passive", "active", "time-sensitive", "critical")


def _quiet_data_on_apple(message: Json) -> Iterator[Violation]:
    """A payload of data fields only may go to iOS at normal priority only."""
    headers = message.get("apns", {}).get("headers", {})
    priority = next((v for k, v in headers.items() if k.lower() == "apns-priority"), None)
    aps = _dig(message, ("apns", "payload", "aps")) or {}
    speaks = "notification" in message or any(key in aps for key in ("alert", "badge", "sound"))
    if priority == "10" and not speaks:
        yield Violation("message.apns.headers", "A data message needs apns-priority 5.")


def _web_links(message: Json) -> Iterator[Violation]:
    link = _dig(message, ("webpush", "fcm_options", "link"))
    if link is not None and not link.startswith("https://"):
        yield Violation("message.webpush.fcm_options.link", "HTTPS is required.")


def _size(message: Json) -> Iterator[Violation]:
    limit = MAX_TOPIC_PAYLOAD if "topic" in message else MAX_PAYLOAD
    for place, size in _payload_sizes(message):
        if size > limit:
            yield Violation(place, f"Message is too big: {size} bytes, {limit} are allowed.")


RULES: tuple[Rule, ...] = (
    _one_target,
    _well_formed_target,
    _input_only,
    _free_keys,
    _ttl,
    _android_notification,
    _labels,
    _apns_headers,
    _apns_payload,
    _quiet_data_on_apple,
    _web_links,
    _size,
)


def _data_places(message: Json) -> Iterator[tuple[str, dict[str, str]]]:
    for part in ((), ("android",), ("android_v2",), ("webpush",)):
        data = _dig(message, (*part, "data"))
        if data:
            yield ".".join(("message", *part, "data")), data


def _android_notifications(message: Json) -> Iterator[tuple[str, Json]]:
    for path in (("android",), ("android_v2", "remote_notification")):
        shown = _dig(message, (*path, "notification"))
        if shown is not None:
            yield ".".join(("message", *path, "notification")), shown


def _payload_sizes(message: Json) -> Iterator[tuple[str, int]]:
    """Bytes each kind of phone would get: its data (or the common data) and what it shows."""
    common, shown = message.get("data", {}), message.get("notification", {})
    android = message.get("android", {})
    yield (
        "message.data",
        _weight(android.get("data") or common) + _weight({**shown, **android.get("notification", {})}),
    )
    payload = _dig(message, ("apns", "payload"))
    if payload is not None:
        yield "message.apns.payload", _weight(payload) + _weight(common)


def _weight(value: Any) -> int:
    """UTF-8 bytes of keys and values, without the punctuation between them."""
    if isinstance(value, dict):
        return sum(len(key.encode()) + _weight(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(_weight(item) for item in value)
    return len(str(value).encode())


def _dig(message: Json, path: tuple[str, ...]) -> Any:
    value: Any = message
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value
