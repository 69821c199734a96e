"""The part of a document that a comparison looks at, written so that a release's diff can be read.

Prose and examples are left out: they break nobody and are two thirds of the size. A line is an operation or a schema.
"""

import json
from collections.abc import Mapping
from typing import Any

_PROSE = frozenset({"description", "summary", "example", "examples", "title"})
# Below these a key is a name somebody chose, and may be called `description`.
_NAMED = frozenset({"properties", "schemas", "responses", "parameters", "paths", "content"})


def strip_prose(node: Any, *, names: bool = False) -> Any:
    """The same without what is only to be read."""
    if isinstance(node, list):
        return [strip_prose(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    kept = {name: inner for name, inner in node.items() if names or name not in _PROSE}
    return {name: strip_prose(inner, names=not names and name in _NAMED) for name, inner in kept.items()}


def write_lines(document: Mapping[str, Any], depth: int = 2) -> str:
    """JSON with a line for each member down to `depth`, and none below."""
    return _lines(document, depth, "") + "\n"


def _lines(node: Any, depth: int, indent: str) -> str:
    if depth < 0 or not isinstance(node, dict) or not node:
        return json.dumps(node, ensure_ascii=False, separators=(",", ":"))
    inner = indent + " "
    members = (f"{inner}{json.dumps(name)}: {_lines(value, depth - 1, inner)}" for name, value in node.items())
    return "{\n" + ",\n".join(members) + f"\n{indent}}}"
