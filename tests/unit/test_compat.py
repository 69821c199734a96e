"""The compatibility check: every way to break an old client is found and named, and growing is allowed."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from api.cli.compat import (
    Finding,
    compare_documents,
    compare_enums,
    compare_errors,
    compare_pushes,
    excuse,
    strip_prose,
    write_lines,
)

pytestmark = pytest.mark.unit
Document = dict[str, Any]


def _document() -> Document:
    """A small released contract with one of everything."""
    return {
        "paths": {
            "/tasks/{task_id}": {
                "parameters": [{"in": "path", "name": "task_id", "required": True, "schema": {"type": "string"}}],
                "get": {
                    "operationId": "tasksShow",
                    "security": [],
                    "parameters": [
                        {"in": "query", "name": "sort", "schema": {"type": "string", "enum": ["new", "old"]}},
                        {"in": "query", "name": "limit", "schema": {"type": "integer", "maximum": 200}},
                    ],
                    "responses": {"200": _answer("Task"), "default": {"description": "a problem"}},
                },
                "post": {
                    "operationId": "tasksAnswer",
                    "security": [{"bearer": []}],
                    "requestBody": {"content": {"application/json": {"schema": _ref("Order")}}},
                    "responses": {"200": _answer("Task"), "202": {"description": "later"}},
                },
            }
        },
        "components": {
            "schemas": {
                "Task": {
                    "type": "object",
                    "required": ["id", "state"],
                    "properties": {
                        "id": {"type": "string", "format": "uuid"},
                        "state": {"type": "string", "enum": ["open", "done"]},
                        "kind": {"type": "string", "x-extensible-enum": ["walk"]},
                        "count": {"type": "integer"},
                        "parent": {"anyOf": [_ref("Task"), {"type": "null"}]},
                        "tags": {"type": "array", "items": {"type": "string"}},
                        "where": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
                    },
                },
                "Order": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["answer"],
                    "properties": {
                        "answer": {"type": "string", "enum": ["yes", "no"]},
                        "note": {"type": ["string", "null"], "maxLength": 500},
                        "amount": {"type": "number"},
                        "where": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
                    },
                },
            }
        },
    }


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(name: str) -> Document:
    return {"description": "OK", "content": {"application/json": {"schema": _ref(name)}}}


def _get(document: Document) -> Document:
    return document["paths"]["/tasks/{task_id}"]["get"]


def _post(document: Document) -> Document:
    return document["paths"]["/tasks/{task_id}"]["post"]


def _task(document: Document) -> Document:
    return document["components"]["schemas"]["Task"]


def _order(document: Document) -> Document:
    return document["components"]["schemas"]["Order"]


def _put(target: Callable[[Document], Document], *path: str, to: Any) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        node = target(document)
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = to

    return change


def _drop(target: Callable[[Document], Document], *path: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        node = target(document)
        for step in path[:-1]:
            node = node[step]
        del node[path[-1]]

    return change


def _path(document: Document) -> Document:
    return document["paths"]["/tasks/{task_id}"]


BREAKS: dict[str, Callable[[Document], None]] = {
    "operation-removed": _drop(_path, "post"),
    "operation-id-changed": _put(_get, "operationId", to="tasksRead"),
    "security-added": _put(_get, "security", to=[{"bearer": []}]),
    "parameter-removed": lambda document: _get(document)["parameters"].pop(),
    "parameter-required": lambda document: _get(document)["parameters"][0].update(required=True),
    "body-required": _put(_post, "requestBody", "required", to=True),
    "request-media-removed": _drop(_post, "requestBody", "content", "application/json"),
    "success-status-removed": _drop(_post, "responses", "202"),
    "response-media-removed": _drop(_get, "responses", "200", "content", "application/json"),
    "response-property-removed": _drop(_task, "properties", "count"),
    "response-property-optional": _put(_task, "required", to=["id"]),
    "response-type-widened": _put(_task, "properties", "count", "type", to=["integer", "null"]),
    "response-format-changed": _put(_task, "properties", "id", "format", to="uri"),
    "response-enum-value-added": _put(_task, "properties", "state", "enum", to=["open", "done", "lost"]),
    "response-enum-opened": _drop(_task, "properties", "state", "enum"),
    "request-property-required": _put(_order, "required", to=["answer", "note"]),
    "request-property-removed": _drop(_order, "properties", "note"),
    "request-type-narrowed": _put(_order, "properties", "amount", "type", to="integer"),
    "request-enum-value-removed": _put(_order, "properties", "answer", "enum", to=["yes"]),
    "request-enum-closed": _put(_order, "properties", "note", "enum", to=["a"]),
    "request-bound-tightened": _put(_order, "properties", "note", "maxLength", to=100),
    "request-pattern-changed": _put(_order, "properties", "note", "pattern", to="^a"),
    "request-alternative-removed": lambda document: _order(document)["properties"]["where"]["oneOf"].pop(),
    "response-alternative-added": lambda document: _task(document)["properties"]["where"]["oneOf"].append(
        {"type": "boolean"}
    ),
    "request-format-changed": _put(_order, "properties", "note", "format", to="date"),
}

GROWTH: dict[str, Callable[[Document], None]] = {
    "a new operation": _put(lambda d: d["paths"], "/more", to={"get": {"operationId": "more", "responses": {}}}),
    "a new optional parameter": lambda document: _get(document)["parameters"].append(
        {"in": "query", "name": "page", "schema": {"type": "string"}}
    ),
    "a new field in an answer": _put(_task, "properties", "extra", to={"type": "string"}),
    "a new optional field in a request": _put(_order, "properties", "extra", to={"type": "string"}),
    "an answer that is always there": _put(_task, "required", to=["id", "state", "count"]),
    "a wider request": _put(_order, "properties", "note", "maxLength", to=900),
    "a new value in a request": _put(_order, "properties", "answer", "enum", to=["yes", "no", "maybe"]),
    "a new value of an open list": _put(_task, "properties", "kind", "x-extensible-enum", to=["walk", "drive"]),
    "a field that may be left out": _put(_order, "required", to=[]),
    "another name for a placeholder": lambda document: document["paths"].update(
        {"/tasks/{id}": document["paths"].pop("/tasks/{task_id}")}
    ),
}


def _compare(change: Callable[[Document], None]) -> list[Finding]:
    released, changed = _document(), copy.deepcopy(_document())
    change(changed)
    return compare_documents(released, changed)


@pytest.mark.parametrize("rule", BREAKS)
def test_every_break_is_found_and_names_the_operation(rule: str) -> None:
    findings = _compare(BREAKS[rule])
    assert rule in {finding.rule for finding in findings}
    assert all("/tasks/{task_id}" in finding.sentence for finding in findings)


@pytest.mark.parametrize("what", GROWTH)
def test_growth_is_allowed(what: str) -> None:
    assert _compare(GROWTH[what]) == []


def test_the_released_document_is_compatible_with_itself() -> None:
    assert compare_documents(_document(), _document()) == []


def test_a_break_inside_a_list_and_inside_a_nullable_reference_is_found() -> None:
    assert {
        finding.where for finding in _compare(_put(_task, "properties", "tags", "items", "type", to="integer"))
    } >= {"GET /tasks/{task_id} 200.tags[]"}
    rules = {finding.rule for finding in _compare(_put(_task, "properties", "parent", to=_ref("Order")))}
    assert "response-property-removed" in rules


def test_a_placeholder_that_takes_less_is_found_whatever_it_is_called() -> None:
    def narrow(document: Document) -> None:
        _path(document)["parameters"][0] |= {"name": "id", "schema": {"type": "string", "format": "uuid"}}
        document["paths"] = {"/tasks/{id}": _path(document)}

    assert {finding.rule for finding in _compare(narrow)} == {"request-format-changed"}


def test_a_request_that_was_open_must_not_close() -> None:
    released, closed = _document(), _document()
    del _order(released)["additionalProperties"]
    assert "request-closed" in {finding.rule for finding in compare_documents(released, closed)}


def test_pushes_may_only_grow() -> None:
    old = {"offer": {"type": "object", "required": ["v"], "properties": {"v": {"const": "1"}, "body": {}}}, "old": {}}
    new = {"offer": {"type": "object", "required": [], "properties": {"v": {"const": "2"}}}, "young": {}}
    assert {finding.key for finding in compare_pushes(old, new)} == {
        "push-removed old", "response-property-optional push offer.v", "response-enum-value-added push offer.v",
        "response-property-removed push offer.body",
    }  # fmt: skip
    assert compare_pushes(old, {**old, "young": {}}) == []


def test_a_released_document_is_kept_without_its_prose_and_compares_the_same() -> None:
    document = _document()
    _task(document)["properties"]["description"] = {"type": "string", "description": "prose", "example": "x"}
    kept = strip_prose(document)
    assert _task(kept)["properties"]["description"] == {"type": "string"}
    assert "prose" not in write_lines(kept)
    assert json.loads(write_lines(kept)) == kept
    assert compare_documents(kept, document) == compare_documents(document, kept) == []


def test_error_codes_and_enumerations_may_only_grow() -> None:
    old = {"errors": {"full": {"status": 409, "retryable": False}, "gone": {"status": 410}}}
    new = {"errors": {"full": {"status": 422, "retryable": True}, "new": {"status": 400}}}
    assert {finding.rule for finding in compare_errors(old, new)} == {
        "error-code-removed",
        "error-status-changed",
        "error-retryable-changed",
    }
    values = {"enums": {"colour": {"red": {}, "blue": {}}, "force": {"a": {}}}}
    fewer = {"enums": {"colour": {"red": {}, "white": {}}}}
    assert {finding.key for finding in compare_enums(values, fewer)} == {
        "enum-value-removed colour.blue",
        "enum-removed force",
    }
    assert compare_errors(old, old) == []
    assert compare_enums(values, values) == []


def test_only_a_reason_excuses_and_stale_excuses_are_told() -> None:
    findings = _compare(BREAKS["response-property-removed"])
    keys = {finding.key for finding in findings}
    left, stale = excuse(findings, dict.fromkeys(keys, "nobody ever read it") | {"operation-removed GET /x": "old"})
    assert left == []
    assert stale == ["operation-removed GET /x"]
    left, _ = excuse(findings, dict.fromkeys(keys, " "))
    assert left == findings
