"""Check a request body against the schemas of the discovery document. Pure.

Follows protobuf's JSON mapping: names in camelCase or snake_case, null means not set,
numbers may come as strings, an unknown name is an error.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from workers.sandbox.fcm.errors import Violation

Json = dict[str, Any]
_DURATION = re.compile(r"-?\d{1,12}(\.\d{1,9})?s\Z")
_INTEGER = re.compile(r"-?\d+\Z")
_LOWER_CASE_ENUMS = {"android.priority", "android_v2.priority"}
"""The document lists NORMAL and HIGH but says it can take "normal" and "high", which is what
the SDKs send. Every other enum takes its values as written."""


class SchemaReader:
    """Reads bodies by one set of schemas."""

    def __init__(self, schemas: dict[str, Json]) -> None:
        self._schemas = {
            name: {_snake(field): spec for field, spec in fields.items()} for name, fields in schemas.items()
        }
        self._names = {
            name: {spelled: _snake(field) for field in fields for spelled in (field, _snake(field))}
            for name, fields in schemas.items()
        }

    def read(self, schema: str, body: Any) -> tuple[Json, list[Violation]]:
        """The body with all names in snake_case and unset fields left out, and what is wrong."""
        found: list[Violation] = []
        return self._read_message(schema, body, "", found), found

    def _read_message(self, schema: str, body: Any, path: str, found: list[Violation]) -> Json:
        if not isinstance(body, dict):
            found.append(_wrong(path, f"type.googleapis.com/{schema}", body))
            return {}
        names, specs = self._names[schema], self._schemas[schema]
        result: Json = {}
        for spelled, value in body.items():
            name = names.get(spelled)
            if name is None:
                found.append(_unknown(path, spelled))
            elif name in result:
                found.append(_twice(path, spelled))
            elif value is not None:
                result[name] = self._read_value(specs[name], value, _join(path, name), found)
        return result

    def _read_value(self, spec: Json, value: Any, path: str, found: list[Violation]) -> Any:
        if "$ref" in spec:
            return self._read_message(spec["$ref"], value, path, found)
        if "additionalProperties" in spec:
            return self._read_map(spec["additionalProperties"], value, path, found)
        if "items" in spec:
            return self._read_list(spec["items"], value, path, found)
        problem = _check_scalar(spec, value, path)
        if problem:
            found.append(_wrong(path, problem, value))
        return value

    def _read_map(self, spec: Json, value: Any, path: str, found: list[Violation]) -> Any:
        if not isinstance(value, dict):
            found.append(_wrong(path, "Map", value))
            return {}
        if spec["type"] != "any":
            for index, item in enumerate(value.values()):
                problem = _check_scalar(spec, item, path)
                if problem:
                    found.append(_wrong(f"{path}[{index}].value", problem, item))
        return value

    def _read_list(self, spec: Json, value: Any, path: str, found: list[Violation]) -> Any:
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            self._read_value(spec, item, f"{path}[{index}]", found)
        return items


def _check_scalar(spec: Json, value: Any, path: str) -> str | None:
    """The name of the type the value should have had, or None."""
    if "enum" in spec:
        return _check_enum(spec["enum"], value, path)
    check, name = _SCALARS[spec.get("format") or spec["type"]]
    return None if check(value) else name


def _check_enum(allowed: list[str], value: Any, path: str) -> str | None:
    spelled = value
    if isinstance(value, str) and path.removeprefix("message.") in _LOWER_CASE_ENUMS:
        spelled = value.upper()
    return None if spelled in allowed else "TYPE_ENUM"


def _is_string(value: Any) -> bool:
    return isinstance(value, str)


def _is_boolean(value: Any) -> bool:
    return isinstance(value, bool)


def _is_int32(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_INTEGER.match(value)) and _is_int32(int(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return value == int(value) and -(2**31) <= value < 2**31


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_duration(value: Any) -> bool:
    return isinstance(value, str) and bool(_DURATION.match(value))


def _is_timestamp(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_SCALARS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "string": (_is_string, "TYPE_STRING"),
    "boolean": (_is_boolean, "TYPE_BOOL"),
    "int32": (_is_int32, "TYPE_INT32"),
    "float": (_is_number, "TYPE_FLOAT"),
    "google-duration": (_is_duration, "type.googleapis.com/google.protobuf.Duration"),
    "google-datetime": (_is_timestamp, "type.googleapis.com/google.protobuf.Timestamp"),
}


def _wrong(path: str, wanted: str, value: Any) -> Violation:
    shown = json.dumps(value, ensure_ascii=False)
    return Violation(path, f"Invalid value at '{path}' ({wanted}), {shown[:200]}")


def _unknown(path: str, name: str) -> Violation:
    place = f" at '{path}'" if path else ""
    return Violation(path, f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.')


def _twice(path: str, name: str) -> Violation:
    return Violation(path, f"Invalid value at '{path}': field {name} is set twice.")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()
