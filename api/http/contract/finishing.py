"""Finishing the generated document: refusals, open answers, examples.

Answers are open: clients must expect fields and values they do not know, so a list of values in an answer is published
as `x-extensible-enum`. Requests are closed: what is not named is refused. A schema that travels both ways keeps its
list.
"""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from api.http.contract.examples import example_of, follow
from api.http.contract.problems import (
    ISSUE_SCHEMA,
    PROBLEM_SCHEMA,
    STATUSES,
    default_response,
    problem_response,
)
from api.http.contract.shaping import Vocabularies, shape_values
from api.http.versions import STILL_ANSWERED

Document = dict[str, Any]
_JSON = "application/json"
_VERBS = frozenset({"get", "put", "post", "delete", "patch"})
_GENERATED = ("Error", "PaginationMetadata")


def finish(generated: Document, vocabularies: Vocabularies | None = None) -> Document:
    """The document as it is published; `generated` is left as it was. `vocabularies`: name -> values."""
    document = copy.deepcopy(generated)
    shape_values(document, vocabularies or {})
    schemas = document["components"]["schemas"]
    for name in _GENERATED:
        schemas.pop(name, None)
    schemas["Problem"], schemas["ProblemIssue"] = PROBLEM_SCHEMA, ISSUE_SCHEMA
    responses: Document = {f"Problem{status}": problem_response(status) for status in STATUSES}
    document["components"]["responses"] = {**responses, "Problem": default_response()}
    for name, operation, shared in operations_of(document):
        _declare_refusals(document, name, operation, shared)
        _allow_no_body(document, operation)
        if name.startswith("PATCH"):
            # Mini-programs have no PATCH.
            operation["x-also-as"] = "POST with the header X-HTTP-Method-Override: PATCH"
    _translate_patterns(document)
    _open_answers(document)
    for _, operation, _ in operations_of(document):
        _add_examples(document, operation)
    return document


def operations_of(document: Document) -> Iterator[tuple[str, Document, list[Document]]]:
    """(`POST /v1/offers`, operation, the parameters its path shares) of every operation."""
    for path, item in document["paths"].items():
        for verb in item.keys() & _VERBS:
            yield f"{verb.upper()} {path}", item[verb], item.get("parameters", [])


def _declare_refusals(document: Document, name: str, operation: Document, shared: list[Document]) -> None:
    answers = {status: answer for status, answer in operation["responses"].items() if status[0] in "23"}
    # What an operation says of itself (`alt_response`) is kept; its words are the same everywhere.
    own = operation["responses"].keys() & STATUSES.keys()
    for status in sorted(own | _refusals(document, name, operation, shared)):
        answers[status] = {"$ref": f"#/components/responses/Problem{status}"}
    operation["responses"] = {**answers, "default": {"$ref": "#/components/responses/Problem"}}


def _refusals(document: Document, name: str, operation: Document, shared: list[Document]) -> set[str]:
    parameters = [*shared, *operation.get("parameters", [])]
    places = {(parameter["in"], parameter["name"]) for parameter in parameters}
    found = {"429", "503"}
    if operation.get("security"):
        found |= {"401", "403"}
        if not name.startswith("GET "):
            # Whatever is written meets a state, and the state may not allow it.
            found |= {"409"}
    path = name.split(" ", 1)[1]
    if path.startswith("/v1/") and path.replace("{", "<").replace("}", ">") not in STILL_ANSWERED:
        found |= {"426"}
    if any(place == "path" for place, _ in places) or _names_something(document, operation):
        found |= {"404"}
    if "requestBody" in operation:
        found |= {"400", "413", "415", "422"}
    if any(place == "query" for place, _ in places):
        found |= {"400", "422"}
    if ("header", "Idempotency-Key") in places:
        found |= {"400", "409", "422"}
    if ("header", "If-Match") in places:
        found |= {"412", "428"}
    return found


def _names_something(document: Document, operation: Document) -> bool:
    """Whether the body or the query can hold an id, and so the id of something that is not there."""
    schemas = document["components"]["schemas"]
    parts = [operation.get("requestBody", {}), operation.get("parameters", [])]
    return any(_holds_id(part) for part in [*parts, *(schemas[name] for name in reachable(document, parts))])


def _holds_id(node: Any) -> bool:
    if isinstance(node, dict):
        return node.get("format") == "uuid" or any(_holds_id(inner) for inner in node.values())
    return isinstance(node, list) and any(_holds_id(inner) for inner in node)


def _allow_no_body(document: Document, operation: Document) -> None:
    """A JSON body that need not hold anything need not be sent: none is read as an empty one."""
    body = operation.get("requestBody", {})
    schema = body.get("content", {}).get(_JSON, {}).get("schema")
    if schema is not None:
        named = follow(document, schema["$ref"]) if "$ref" in schema else schema
        body["required"] = bool(named.get("required"))


def _translate_patterns(node: Any) -> None:
    """Python's patterns as everybody's: ours are held against the beginning, and Python alone ends one with `\\Z`."""
    if isinstance(node, list):
        for inner in node:
            _translate_patterns(inner)
    if not isinstance(node, dict):
        return
    pattern = node.get("pattern")
    if isinstance(pattern, str) and not pattern.startswith("^"):
        pattern = pattern.replace(r"\Z", "$")
        node["pattern"] = f"^(?:{pattern})" if "|" in pattern else f"^{pattern}"
    for inner in node.values():
        _translate_patterns(inner)


def _open_answers(document: Document) -> None:
    schemas = document["components"]["schemas"]
    asked = reachable(document, _request_roots(document))
    for name in schemas.keys() - asked:
        _open(schemas[name])
    for _, operation, _ in operations_of(document):
        for answer in operation["responses"].values():
            for content in answer.get("content", {}).values():
                _open(content.get("schema", {}))


def _request_roots(document: Document) -> Iterator[Any]:
    for _, operation, shared in operations_of(document):
        yield operation.get("requestBody", {})
        yield from (parameter.get("schema", {}) for parameter in [*shared, *operation.get("parameters", [])])


def reachable(document: Document, roots: Iterable[Any]) -> set[str]:
    """Names of the schemas that these parts of the document lead to."""
    found: set[str] = set()
    todo = [reference for root in roots for reference in _references(root)]
    while todo:
        reference = todo.pop()
        name = reference.rsplit("/", 1)[-1]
        if name not in found:
            found.add(name)
            todo += _references(follow(document, reference))
    return found


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        here = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return here + [reference for inner in node.values() for reference in _references(inner)]
    if isinstance(node, list):
        return [reference for inner in node for reference in _references(inner)]
    return []


def _open(schema: Any) -> None:
    if isinstance(schema, list):
        for inner in schema:
            _open(inner)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("enum"), list):
        schema["x-extensible-enum"] = schema.pop("enum")
    for inner in schema.values():
        _open(inner)


def _add_examples(document: Document, operation: Document) -> None:
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [answer.get("content", {}) for answer in operation["responses"].values()]
    for content in contents:
        if _JSON in content and "example" not in content[_JSON]:
            content[_JSON]["example"] = example_of(document, content[_JSON].get("schema", {}))
