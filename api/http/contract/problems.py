"""How refusals stand in the document: one schema, and one response per status with an example."""

from typing import Any

MEDIA = "application/problem+json"

# Status -> what it means here, and the code its example shows.
STATUSES: dict[str, tuple[str, str, str, str]] = {
    "400": ("The request cannot be read.", "malformed", "请求无法解析。", "The request cannot be read."),
    "401": ("No valid token.", "unauthenticated", "请先登录。", "Sign in first."),
    "403": ("The token's holder may not do this.", "forbidden", "您无权执行此操作。", "You may not do this."),
    "404": ("There is no such thing, for this caller.", "not_found", "未找到。", "There is no such thing."),
    "409": ("It contradicts what is.", "conflict", "与当前状态冲突。", "This contradicts the present state."),
    "410": ("It has ended.", "gone", "已失效。", "This has ended."),
    "412": ("Somebody changed it since it was read.", "stale", "内容已被他人修改。", "Somebody changed it meanwhile."),
    "413": ("Too large.", "too_large", "请求过大。", "The request is too large."),
    "415": ("Not a kind of content this route takes.", "unsupported", "不支持的内容类型。", "Unsupported content."),
    "421": (
        "Another process serves this; `facts` names it.",
        "served_elsewhere",
        "请使用提示中的地址。",
        "Ask the address given.",
    ),
    "422": ("A field is wrong; `errors` names each.", "invalid", "请检查标出的字段。", "Check the fields named."),
    "426": (
        "The app is too old; `facts.link` has a newer one.",
        "app_too_old",
        "应用版本过旧，请更新。",
        "Update the app.",
    ),
    "428": ("Name the version you saw (If-Match).", "precondition_required", "缺少版本号。", "Name the version."),
    "429": ("Too often; wait as long as Retry-After says.", "too_many", "请求过于频繁。", "Too many requests."),
    "460": ("The bytes are not those of their checksum.", "checksum_mismatch", "校验和不符。", "The bytes differ."),
    "503": ("Not now; repeat after Retry-After.", "unavailable", "服务暂时不可用。", "Not available just now."),
}

_TEXT = {"type": "string"}

ISSUE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What is wrong with one field.",
    "required": ["pointer", "code", "zh", "en"],
    "properties": {
        "pointer": {**_TEXT, "description": "JSON pointer into the request, or the name of a parameter."},
        "code": _TEXT,
        "zh": _TEXT,
        "en": _TEXT,
    },
}

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A refusal, as RFC 9457 writes it. `code` is stable; every code stands in the error catalogue.",
    "required": ["type", "title", "status", "code", "text", "request_id"],
    "properties": {
        "type": {**_TEXT, "format": "uri-reference", "description": "Where the code is explained."},
        "title": {**_TEXT, "description": "In the language the caller prefers."},
        "status": {"type": "integer"},
        "code": _TEXT,
        "text": {
            "type": "object",
            "required": ["zh-CN", "en"],
            "properties": {"zh-CN": _TEXT, "en": _TEXT},
        },
        "request_id": {**_TEXT, "description": "Finds the line in the server's log."},
        "facts": {"type": "object", "additionalProperties": True, "description": "What a program may act upon."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemIssue"}},
    },
}


def problem_response(status: str) -> dict[str, Any]:
    """The component response of one status."""
    meaning, code, zh, en = STATUSES[status]
    example: dict[str, Any] = {
        "type": f"/v1/problems/{code}",
        "title": zh,
        "status": int(status),
        "code": code,
        "text": {"zh-CN": zh, "en": en},
        "request_id": "018f5a3e-7c1b-7d2a-9f00-5e1b2c3d4e5f",
    }
    if status == "422":
        example["errors"] = [
            {"pointer": "/place/datum", "code": "required", "zh": "必填。", "en": "Missing data for required field."}
        ]
    response: dict[str, Any] = {
        "description": meaning,
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if status in ("429", "503"):
        response["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return response


def default_response() -> dict[str, Any]:
    """Any other refusal: the same document."""
    response = problem_response("409")
    return {**response, "description": "Any other refusal, always in this form."}
