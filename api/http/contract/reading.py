"""The document cut into what a page of the readable form shows. Pure: a document in, plain values out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from api.http.contract.examples import follow
from api.http.contract.finishing import operations_of, reachable

Document = dict[str, Any]
_BOUNDS = ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern")


@dataclass(frozen=True)
class Field:
    """A parameter or a property: `kind` in words, `schema` the name of the schema it links to, or empty."""

    name: str
    kind: str
    schema: str
    required: bool
    note: str
    words: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """One body or answer: its status (empty: a request), what it is, its schema's name, and an example."""

    status: str
    meaning: str
    media: str = ""
    schema: str = ""
    example: str = ""


@dataclass(frozen=True)
class OperationPage:
    """One operation as it is shown."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    permission: str
    sunset: str
    also: str
    parameters: list[Field]
    bodies: list[Shown]
    answers: list[Shown]
    refusals: list[Shown]


@dataclass(frozen=True)
class SchemaPage:
    """One named schema as it is shown."""

    name: str
    text: str
    fields: list[Field]


@dataclass(frozen=True)
class AreaPage:
    """Everything of one tag: its operations, and every schema they lead to."""

    name: str
    text: str
    operations: list[OperationPage]
    schemas: list[SchemaPage]


def read_areas(document: Document) -> list[AreaPage]:
    """One page per tag, in the document's order."""
    return [_area(document, tag["name"], tag.get("description", "")) for tag in document["tags"]]


def _area(document: Document, name: str, text: str) -> AreaPage:
    own = [(title, op, shared) for title, op, shared in operations_of(document) if name in op.get("tags", ())]
    named = document["components"]["schemas"].keys() - {"Problem", "ProblemIssue"}
    schemas = [_schema(document, each) for each in sorted(named & reachable(document, [op for _, op, _ in own]))]
    return AreaPage(name, text, [_operation(document, *each) for each in own], schemas)


def _operation(document: Document, title: str, operation: Document, shared: list[Document]) -> OperationPage:
    method, path = title.split(" ", 1)
    answers: list[Shown] = []
    refusals: list[Shown] = []
    for status, answer in operation["responses"].items():
        shown = list(_contents(status, _resolved(document, answer)))
        (answers if status[0] in "23" else refusals).extend(shown)
    return OperationPage(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=operation.get("summary", ""),
        text=operation.get("description", ""),
        permission=operation.get("x-permission", ""),
        sunset=operation.get("x-sunset", "some day") if operation.get("deprecated") else "",
        also=operation.get("x-also-as", ""),
        parameters=[_parameter(document, each) for each in [*shared, *operation.get("parameters", [])]],
        bodies=list(_contents("", operation["requestBody"])) if "requestBody" in operation else [],
        answers=answers,
        refusals=refusals,
    )


def _resolved(document: Document, part: Document) -> Document:
    return dict(follow(document, part["$ref"])) if "$ref" in part else part


def _contents(status: str, part: Document) -> Iterator[Shown]:
    meaning = part.get("description", "")
    if not part.get("content"):
        yield Shown(status, meaning)
    for media, content in part.get("content", {}).items():
        example = content.get("example")
        text = "" if example is None else json.dumps(example, ensure_ascii=False, indent=2)
        yield Shown(status, meaning, media, _link(content.get("schema", {})), text)


def _parameter(document: Document, named: Document) -> Field:
    parameter = _resolved(document, named)
    return _field(parameter["name"], parameter.get("schema", {}), parameter.get("required", False), parameter)


def _schema(document: Document, name: str) -> SchemaPage:
    schema = document["components"]["schemas"][name]
    required = schema.get("required", ())
    fields = [_field(key, inner, key in required, inner) for key, inner in schema.get("properties", {}).items()]
    return SchemaPage(name, schema.get("description", ""), fields)


def _field(name: str, schema: Document, required: bool, described: Document) -> Field:
    listed = schema.get("enum") or schema.get("x-extensible-enum") or schema.get("items", {}).get("x-extensible-enum")
    words = schema.get("x-vocabulary") or schema.get("items", {}).get("x-vocabulary") or ""
    notes = [described.get("description", "")]
    notes += [f"{bound} {schema[bound]}" for bound in _BOUNDS if bound in schema]
    if schema.get("deprecated"):
        notes.insert(0, f"Deprecated; until {schema.get('x-sunset', 'some day')}.")
    return Field(
        name,
        _kind(schema),
        _link(schema),
        required,
        "; ".join(note for note in notes if note),
        " / ".join([words] if isinstance(words, str) else words),
        tuple(str(value) for value in listed or () if value is not None),
    )


def _kind(schema: Document) -> str:
    """`text`, `list of Offer`, `date-time or null`."""
    if linked := _link(schema):
        kind = f"list of {linked}" if "items" in schema else linked
        nullable = any(part.get("type") == "null" for part in schema.get("anyOf", ()))
        return f"{kind} or null" if nullable else kind
    if "const" in schema:
        return f"always {schema['const']}"
    types = schema.get("type", "anything")
    types = [types] if isinstance(types, str) else types
    said = [schema.get("format", kind) if kind == "string" else kind for kind in types]
    words = " or ".join("text" if kind == "string" else kind for kind in said)
    return f"list of {_kind(schema['items'])}" if "items" in schema else words


def _link(schema: Document) -> str:
    """The name of the one schema this is, or a list of, or else null."""
    parts = [schema, schema.get("items", {}), *schema.get("anyOf", ()), *schema.get("allOf", ())]
    return next((part["$ref"].rsplit("/", 1)[-1] for part in parts if "$ref" in part), "")
