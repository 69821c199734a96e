"""Two schemas in one direction: a request may only grow wider, a response only narrower.

Corner cases: schemas that refer to themselves (a pair is compared once); a nullable reference, which is written as
`anyOf` with null; enumerations that are published open (`x-extensible-enum`), which may grow in answers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from api.cli.compat.findings import Finding

_ANY = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})
# (keyword, whether a larger value is narrower)
_BOUNDS = (
    ("minLength", True), ("minimum", True), ("exclusiveMinimum", True), ("minItems", True),
    ("maxLength", False), ("maximum", False), ("exclusiveMaximum", False), ("maxItems", False),
)  # fmt: skip


class Direction(StrEnum):
    """Which way the values travel."""

    REQUEST = "request"
    RESPONSE = "response"


@dataclass
class Sides:
    """The two documents, and the pairs of named schemas already compared under one place."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    seen: set[tuple[str, str, str, str]] = field(default_factory=set)


@dataclass(frozen=True)
class Pair:
    """Two resolved schemas, where they stand, and which way they travel."""

    old: Mapping[str, Any]
    new: Mapping[str, Any]
    direction: Direction
    where: str

    def found(self, rule: str, sentence: str) -> Finding:
        """A finding at this place."""
        return Finding(f"{self.direction}-{rule}", self.where, f"{self.where}: {sentence}")


def compare_schemas(
    sides: Sides, old: Mapping[str, Any], new: Mapping[str, Any], direction: Direction, where: str
) -> Iterator[Finding]:
    """Findings of one pair of schemas and everything inside them. `where` begins with the operation's name."""
    names = _name(old), _name(new)
    if names != ("", ""):
        key = (*names, direction, " ".join(where.split(" ")[:2]))
        if key in sides.seen:
            return
        sides.seen.add(key)
    pair = Pair(_flatten(sides.old, old), _flatten(sides.new, new), direction, where)
    yield from _compare_types(pair)
    yield from _compare_values(pair)
    yield from _compare_properties(sides, pair)
    if "items" in pair.old:
        yield from compare_schemas(sides, pair.old["items"], pair.new.get("items", {}), direction, f"{where}[]")
    yield from _compare_alternatives(sides, pair)


def _name(schema: Mapping[str, Any]) -> str:
    """The reference a schema is, or is but for null; empty for one that is written out."""
    real = [part for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())) if part.get("type") != "null"]
    return str(schema.get("$ref") or (real[0].get("$ref", "") if len(real) == 1 else ""))


def _flatten(document: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema with its references followed, its `allOf` merged, and a nullable `anyOf` written as a type."""
    flat: dict[str, Any] = {}
    for part in schema.get("allOf", ()):
        _merge(flat, _flatten(document, part))
    if "$ref" in schema:
        target: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        _merge(flat, _flatten(document, target))
    _merge(flat, {name: value for name, value in schema.items() if name not in ("allOf", "$ref", "anyOf", "oneOf")})
    alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    real = [part for part in alternatives if part.get("type") != "null"]
    if len(real) == 1:
        inner = _flatten(document, real[0])
        if len(real) < len(alternatives):
            inner["type"] = sorted(_types(inner) | {"null"})
        _merge(flat, inner)
    elif real:
        flat["alternatives"] = alternatives
    return flat


def _merge(flat: dict[str, Any], part: Mapping[str, Any]) -> None:
    for name, value in part.items():
        if name == "properties":
            flat[name] = {**flat.get(name, {}), **value}
        elif name == "required":
            flat[name] = sorted({*flat.get(name, ()), *value})
        else:
            flat[name] = value


def _types(schema: Mapping[str, Any]) -> frozenset[str]:
    declared = schema.get("type")
    if declared is None:
        return _ANY
    return frozenset([declared] if isinstance(declared, str) else declared)


def _covers(wide: frozenset[str], narrow: frozenset[str]) -> bool:
    return all(kind in wide or (kind == "integer" and "number" in wide) for kind in narrow)


def _compare_types(pair: Pair) -> Iterator[Finding]:
    old, new = _types(pair.old), _types(pair.new)
    if pair.direction is Direction.REQUEST and not _covers(new, old):
        yield pair.found("type-narrowed", f"took {_words(old)} and now takes {_words(new)}.")
    if pair.direction is Direction.RESPONSE and not _covers(old, new):
        yield pair.found("type-widened", f"was {_words(old)} and may now be {_words(new)}.")


def _words(types: frozenset[str]) -> str:
    return "anything" if types == _ANY else " or ".join(sorted(types))


def _compare_values(pair: Pair) -> Iterator[Finding]:
    old, new = pair.old, pair.new
    if old.get("format") != new.get("format") and (old.get("format") or pair.direction is Direction.REQUEST):
        yield pair.found("format-changed", f"format {old.get('format')} became {new.get('format')}.")
    if pair.direction is Direction.RESPONSE:
        yield from _compare_answered_values(pair)
        return
    was, now = _enum(old), _enum(new)
    if now is not None and was is None:
        yield pair.found("enum-closed", "took any value and now takes only a list.")
    for value in [value for value in was or () if now is not None and value not in now]:
        yield pair.found("enum-value-removed", f"no longer takes {value!r}.")
    if new.get("pattern") not in (None, old.get("pattern")):
        yield pair.found("pattern-changed", f"must now match {new['pattern']}.")
    for keyword, larger in _BOUNDS:
        if _is_tighter(old.get(keyword), new.get(keyword), larger=larger):
            yield pair.found("bound-tightened", f"{keyword} {old.get(keyword)} became {new[keyword]}.")


def _compare_answered_values(pair: Pair) -> Iterator[Finding]:
    was, now = _enum(pair.old), _enum(pair.new)
    if was is None:
        return
    if now is None:
        yield pair.found("enum-opened", "was one of a closed list and may now be any value.")
    for value in [value for value in now or () if value not in was]:
        yield pair.found("enum-value-added", f"a closed list may now also say {value!r}.")


def _enum(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _is_tighter(old: float | None, new: float | None, *, larger: bool) -> bool:
    if new is None or new == old:
        return False
    return old is None or (new > old if larger else new < old)


def _compare_properties(sides: Sides, pair: Pair) -> Iterator[Finding]:
    old, new = pair.old.get("properties", {}), pair.new.get("properties", {})
    was, now = set(pair.old.get("required", ())), set(pair.new.get("required", ()))
    for name, schema in old.items():
        if name not in new:
            if pair.direction is Direction.RESPONSE or pair.new.get("additionalProperties") is False:
                yield _inside(pair, name).found("property-removed", "is gone.")
            continue
        if pair.direction is Direction.RESPONSE and name in was and name not in now:
            yield _inside(pair, name).found("property-optional", "was always there and may now be missing.")
        yield from compare_schemas(sides, schema, new[name], pair.direction, _inside(pair, name).where)
    if pair.direction is Direction.REQUEST:
        for name in sorted(now - was):
            yield _inside(pair, name).found("property-required", "is now required.")
    if pair.direction is Direction.REQUEST and _closes(pair):
        yield pair.found("closed", "no longer takes fields it does not name.")


def _closes(pair: Pair) -> bool:
    return pair.new.get("additionalProperties") is False and pair.old.get("additionalProperties") is not False


def _inside(pair: Pair, name: str) -> Pair:
    return Pair(pair.old, pair.new, pair.direction, f"{pair.where}.{name}")


def _compare_alternatives(sides: Sides, pair: Pair) -> Iterator[Finding]:
    """Alternatives are told apart by where they stand; new ones come at the end."""
    old, new = pair.old.get("alternatives", []), pair.new.get("alternatives", [])
    for number, schema in enumerate(old):
        if number < len(new):
            where = f"{pair.where}|{number + 1}"
            yield from compare_schemas(sides, schema, new[number], pair.direction, where)
    if pair.direction is Direction.REQUEST and len(new) < len(old):
        yield pair.found("alternative-removed", "takes fewer forms than before.")
    if pair.direction is Direction.RESPONSE and len(new) > len(old) > 0:
        yield pair.found("alternative-added", "may now take a form that no client knows.")
