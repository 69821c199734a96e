"""What a phone is pushed, as a published JSON Schema per type, with examples that fit and some that do not.

Corner cases: FCM and Apple carry title and body beside the data, Web Push carries everything in one object, so they are
named here and not required; a silent push has neither. Nothing but strings travels, since FCM takes nothing else.
"""

from typing import Any

from api.notifications.rules.payloads import PAYLOAD_VERSION
from api.notifications.rules.templates import TEMPLATES, Template

DIALECT = "https://json-schema.org/draft/2020-12/schema"
# What FCM, Apple and Web Push all take.
MOST_BYTES = 4_096
# An open notice's title and body; no text of a template is longer.
MOST_TITLE, MOST_BODY = 60, 240
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_MESSAGE, _SUBJECT = "018f5a3e-7c1b-7d2a-9f00-5e1b2c3d4e5f", "018f5a3e-7c1b-7d2a-9f00-5e1b2c3d4e60"
_LOUD = ("time-sensitive", "active")


def push_types() -> list[str]:
    """The templates that phones are pushed; the others go out as text messages only."""
    return sorted(name for name, template in TEMPLATES.items() if template.listed or template.silent)


def push_schema(name: str) -> dict[str, Any]:
    """The schema of one type of push."""
    template = TEMPLATES[name]
    return {
        "$schema": DIALECT,
        "$id": f"urn:gridloop:push:{name}:{PAYLOAD_VERSION}",
        "title": name,
        "description": _description(template),
        "type": "object",
        "required": ["msg_id", "type", "subject_id", "v"],
        "properties": {**_data(name), **(_quiet() if template.silent else _words(template))},
        "additionalProperties": {"type": "string"},
        "examples": _examples(template),
        "x-invalid-examples": _wrong_examples(template),
    }


def _description(template: Template) -> str:
    if template.silent:
        shown = "Nothing is shown; the app acknowledges it by itself."
    else:
        shown = f"Shown as “{template.zh.title}” / “{template.en.title}”."
    return (
        f"{shown} Ids and generic words only; what it is about is fetched after unlocking. At most {MOST_BYTES} bytes."
    )


def _data(name: str) -> dict[str, Any]:
    return {
        "msg_id": {
            "type": "string", "pattern": f"^{_UUID}$",
            "description": "Show each once, however often it arrives; acknowledge it by this id.",
        },
        "type": {"const": name},
        "subject_id": {
            "type": "string", "pattern": f"^({_UUID})?$",
            "description": "The task, visit or notice it is about; empty where it is about nothing in particular.",
        },
        "v": {"const": PAYLOAD_VERSION, "description": "Counts up when a field changes its meaning."},
    }  # fmt: skip


def _words(template: Template) -> dict[str, Any]:
    return {
        "title": {"type": "string", "maxLength": MOST_TITLE},
        "body": {"type": "string", "maxLength": MOST_BODY},
        "channel": {"const": template.android_channel, "description": "Android's notification channel."},
        "interruption-level": {"type": "string", "description": "time-sensitive, or active; there may be more."},
    }


def _quiet() -> dict[str, Any]:
    return {"silent": {"const": "1"}}


def _examples(template: Template) -> list[dict[str, str]]:
    plain = {"msg_id": _MESSAGE, "type": template.name, "subject_id": _SUBJECT, "v": PAYLOAD_VERSION}
    if template.silent:
        return [plain, {**plain, "silent": "1"}]
    full = [
        {
            **plain,
            "title": words.title,
            "body": words.body.format(**dict.fromkeys(template.fields, "12")),
            "channel": template.android_channel,
            "interruption-level": level,
        }
        for words, level in zip((template.zh, template.en), _LOUD, strict=True)
    ]
    return [plain, {**plain, "subject_id": ""}, *full]


def _wrong_examples(template: Template) -> list[dict[str, Any]]:
    good = _examples(template)[0]
    wrong = [
        ("no id to tell doubles by", {key: value for key, value in good.items() if key != "msg_id"}),
        ("an id that is none", {**good, "msg_id": "1"}),
        ("the type of another push", {**good, "type": f"{template.name}_"}),
        ("a number where a string belongs", {**good, "v": 1}),
        ("a new field that is no string", {**good, "count": 3}),
    ]
    if not template.silent:
        wrong.append(("a text too long to be sure of the size", {**good, "body": "长" * (MOST_BODY + 1)}))
    return [{"why": why, "value": value} for why, value in wrong]
