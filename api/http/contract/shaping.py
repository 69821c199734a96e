"""What the generator of the document leaves out and generated clients need: types beside values, names of vocabularies.

Corner cases: an enumeration that may be null; a constant, which is published as a mere default and as if it could be
missing; a length on an object, which JSON Schema calls a number of properties.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from marshmallow import fields

from api.kernel.labels import Vocabulary

Document = dict[str, Any]
Vocabularies = Mapping[str, Iterable[str]]
VOCABULARY = "x-vocabulary"
_TEXT = "string"
_INT32 = 2**31 - 1


def name_vocabularies(vocabularies: Iterable[Vocabulary]) -> Callable[..., Document]:
    """What a field of an enumeration says beside its values: under which name `/v1/enums` has their words."""
    names = {one.kind: one.name for one in vocabularies if one.kind is not None}

    def name_vocabulary(_: Any, field: fields.Field[Any], **kwargs: Any) -> Document:
        name = names.get(field.enum) if isinstance(field, fields.Enum) else None
        return {} if name is None or VOCABULARY in field.metadata else {VOCABULARY: name}

    return name_vocabulary


def mark_constant(_: Any, field: fields.Field[Any], **kwargs: Any) -> Document:
    """A constant is one: generated clients make a literal of it."""
    return {"type": _TEXT, "const": field.constant} if isinstance(field, fields.Constant) else {}


def shape_values(node: Any, vocabularies: Vocabularies) -> None:
    """Complete every schema below `node`, in place. `vocabularies`: name -> its values."""
    if isinstance(node, list):
        for inner in node:
            shape_values(inner, vocabularies)
    if not isinstance(node, dict):
        return
    for name, inner in node.items():
        # Examples are values, not schemas.
        if name not in ("example", "examples"):
            shape_values(inner, vocabularies)
    _list_words(node, vocabularies)
    _type_values(node)
    _require_constants(node)
    if "integer" in node.get("type", ()) and node.get("maximum", 0) > _INT32:
        # Generated clients take an integer for one of 32 bits unless they are told.
        node["format"] = "int64"
    if "default" in node and node["default"] is None:
        # Left out and null are the same then; some generators fail at a null where they expect a date.
        del node["default"]
    if "object" in node.get("type", ()) and "maxLength" in node:
        node["maxProperties"] = node.pop("maxLength")


def _list_words(schema: Document, vocabularies: Vocabularies) -> None:
    """A text that names its vocabulary and does not list its values lists them: openly, since words are added."""
    named = schema.get(VOCABULARY)
    if named is None or schema.keys() & {"enum", "x-extensible-enum"}:
        return
    words = [word for name in ([named] if isinstance(named, str) else named) for word in vocabularies.get(name, ())]
    if words:
        # Two vocabularies may share a word.
        nothing = [None] if "null" in schema.get("type", ()) else []
        schema["x-extensible-enum"] = [*dict.fromkeys(words), *nothing]


def _type_values(schema: Document) -> None:
    values = schema.get("enum")
    if isinstance(values, list) and "type" not in schema:
        schema["type"] = [_TEXT, "null"] if None in values else _TEXT


def _require_constants(schema: Document) -> None:
    properties = schema.get("properties")
    for name, inner in properties.items() if isinstance(properties, dict) else ():
        if isinstance(inner, dict) and "const" in inner:
            inner.pop("default", None)
            schema["required"] = sorted({*schema.get("required", ()), name})
