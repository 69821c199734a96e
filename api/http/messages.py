"""Marshmallow's English messages, with a stable code and the Chinese sentence each.

A schema that raises its own message gives an `Issue` or writes `中文 | English`; the totality test walks the installed
marshmallow for messages that are missing here.
"""

import re

_TABLE: list[tuple[str, str, str]] = [
    (r"Missing data for required field\.", "required", "此项必填。"),
    (r"Unknown field\.", "unknown_field", "不认识此字段。"),
    (r"Field may not be null\.", "null", "此项不能为空。"),
    (r"Invalid input type\.", "wrong_type", "类型不正确。"),
    (r"Invalid value\.", "invalid", "值不正确。"),
    (r"Not a valid string\.", "not_a_string", "应为文本。"),
    (r"Not a valid utf-8 string\.", "not_a_string", "应为 UTF-8 文本。"),
    (r"Not a valid integer\.", "not_an_integer", "应为整数。"),
    (r"Not a valid number\.", "not_a_number", "应为数字。"),
    (r"Special numeric values \(nan or infinity\) are not permitted\.", "not_finite", "应为有限的数字。"),
    (r"Number too large\.", "too_large", "数字过大。"),
    (r"Not a valid boolean\.", "not_a_boolean", "应为 true 或 false。"),
    (r"Not a valid UUID\.", "not_a_uuid", "应为 UUID。"),
    (r"Not a valid list\.", "not_a_list", "应为列表。"),
    (r"Not a valid tuple\.", "not_a_list", "应为列表。"),
    (r"Invalid type\.", "wrong_type", "类型不正确。"),
    (r"Not a valid mapping type\.", "not_an_object", "应为对象。"),
    (r"Not a valid (naive |aware )?datetime\.", "not_a_datetime", "应为带时区的时间（ISO 8601）。"),
    (r"Not a valid date\.", "not_a_date", "应为日期（YYYY-MM-DD）。"),
    (r"Not a valid time\.", "not_a_time", "应为时间。"),
    (r".*cannot be formatted as a .*", "wrong_format", "格式不正确。"),
    (r"Not a valid email address\.", "not_an_email", "应为电子邮件地址。"),
    (r"Not a valid URL\.", "not_a_url", "应为网址。"),
    (r"Must be one of: (?P<a>.*)\.", "not_a_choice", "应为以下之一：{a}。"),
    (r"Must be equal to (?P<a>.*)\.", "wrong_value", "应等于 {a}。"),
    (
        r"Must be greater than or equal to (?P<a>.*) and less than or equal to (?P<b>.*)\.",
        "range",
        "应在 {a} 到 {b} 之间。",
    ),
    (r"Must be greater than or equal to (?P<a>.*)\.", "too_small", "不能小于 {a}。"),
    (r"Must be less than or equal to (?P<a>.*)\.", "too_large", "不能大于 {a}。"),
    (r"Must be greater than (?P<a>.*)\.", "too_small", "应大于 {a}。"),
    (r"Must be less than (?P<a>.*)\.", "too_large", "应小于 {a}。"),
    (r"Length must be between (?P<a>.*) and (?P<b>.*)\.", "length", "长度应在 {a} 到 {b} 之间。"),
    (r"Shorter than minimum length (?P<a>.*)\.", "too_short", "长度不能少于 {a}。"),
    (r"Longer than maximum length (?P<a>.*)\.", "too_long", "长度不能超过 {a}。"),
    (r"Length must be (?P<a>.*)\.", "length", "长度应为 {a}。"),
    (r"String does not match expected pattern\.", "pattern", "格式不正确。"),
    (r"One or more of the choices you made was not in: (?P<a>.*)\.", "not_a_choice", "只能从以下选择：{a}。"),
]
_RULES = [(re.compile(pattern), code, zh) for pattern, code, zh in _TABLE]


def translate(message: str) -> tuple[str, str]:
    """(code, zh) of a validation message; a message written `中文 | English` carries its own Chinese."""
    for pattern, code, zh in _RULES:
        if found := pattern.fullmatch(message):
            return code, zh.format(**found.groupdict())
    if " | " in message:
        return "invalid", message.split(" | ", 1)[0]
    return "invalid", "值不正确。"
