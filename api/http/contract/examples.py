"""An example value for any schema of the document: readable, the same every time, and valid.

A field's own `example` (marshmallow: `metadata={"example": ...}`) comes first, then a list of permitted values, then
what its name or format suggests.
"""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_DEEP = 8
_UUID = "018f5a3e-7c1b-7d2a-9f00-5e1b2c3d4e5f"
_BY_FORMAT: dict[str, Any] = {
    "uuid": _UUID,
    "date-time": "2026-11-22T08:30:00+00:00",
    "date": "2026-11-22",
    "time": "08:30:00",
    "uri": "https://station.example/v1/files/" + _UUID,
    "url": "https://station.example/v1/files/" + _UUID,
    "email": "desk@station.example",
    "ip": "192.0.2.1",
}
_BY_NAME: dict[str, Any] = {
    "lat": 29.7031,
    "lon": 107.3897,
    "name": "王芳",
    "zh": "荔枝街道",
    "en": "Lizhi sub-district",
    "phone": "+8613812345678",
    "ref": "7K3-9QX2",
    "address": "荔枝街道青枫路12号",
    "description": "老人走失，灰色外套，最后见于菜市场门口",
    "language": "zh-CN",
    "code": "482913",
    "client_ref": "visit-0417-2",
    "subject_kind": "dispute",
    "etag": '"3"',
    "version": 3,
    "distance_m": 420,
    "eta_s": 315,
    "accuracy_m": 12.0,
    "captured_at": "2026-11-22T08:29:40+00:00",
    "next_cursor": None,
    "cursor": None,
    "limit": 50,
    "note": "已电话确认",
}


def example_of(document: Schema, schema: Schema, *, name: str = "", depth: int = 0) -> Any:
    """A value that fits `schema` of `document`; `name` is the property's, for a telling value."""
    if "example" in schema:
        return schema["example"]
    if "$ref" in schema:
        return example_of(document, follow(document, schema["$ref"]), name=name, depth=depth + 1)
    for keyword in ("const", "default"):
        if keyword in schema and schema[keyword] is not None:
            return schema[keyword]
    values = schema.get("enum") or schema.get("x-extensible-enum")
    if values:
        return next((value for value in values if value is not None), None)
    if inner := [*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        return example_of(document, inner[0], name=name, depth=depth)
    return _example_of_type(document, schema, name, depth)


def follow(document: Schema, reference: str) -> Schema:
    """The schema that a local reference names."""
    node: Any = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step]
    found: Schema = node
    return found


def _example_of_type(document: Schema, schema: Schema, name: str, depth: int) -> Any:
    kinds = schema.get("type", "object" if "properties" in schema else "string")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    # A tree that contains itself ends where it may.
    if "null" in kinds and depth > _DEEP:
        return None
    kind = next(kind for kind in kinds if kind != "null") if kinds != ["null"] else "null"
    if kind == "object":
        properties = schema.get("properties", {})
        return {key: example_of(document, inner, name=key, depth=depth + 1) for key, inner in properties.items()}
    if kind == "array":
        return _array(document, schema, name, depth)
    if kind in ("integer", "number"):
        return _number(schema, name, whole=kind == "integer")
    return {"boolean": True, "null": None}.get(kind) if kind != "string" else _string(schema, name)


def _array(document: Schema, schema: Schema, name: str, depth: int) -> list[Any]:
    if depth > _DEEP:
        return []
    item = example_of(document, schema.get("items", {}), name=name.removesuffix("s"), depth=depth + 1)
    return [item] * max(1, schema.get("minItems", 1))


def _number(schema: Schema, name: str, *, whole: bool) -> float:
    low, high = schema.get("minimum"), schema.get("maximum")
    value = _BY_NAME.get(name, 1 if low is None else low)
    if not isinstance(value, int | float):
        value = 1
    if low is not None:
        value = max(value, low)
    if high is not None:
        value = min(value, high)
    return int(value) if whole else float(value)


def _string(schema: Schema, name: str) -> str:
    if schema.get("format") in _BY_FORMAT:
        return str(_BY_FORMAT[schema["format"]])
    value = _BY_NAME.get(name)
    text = value if isinstance(value, str) else name.replace("_", " ") or "text"
    short = schema.get("minLength", 0)
    return text.ljust(short, "x")[: schema.get("maxLength", len(text) + short)]
