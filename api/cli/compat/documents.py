"""Two OpenAPI documents, operation by operation."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.cli.compat.findings import Finding
from api.cli.compat.schemas import Direction, Sides, compare_schemas

_VERBS = ("get", "put", "post", "delete", "patch", "head", "options")


@dataclass(frozen=True)
class Operation:
    """One operation of one document; `name` is how a finding calls it."""

    name: str
    path: str
    body: Mapping[str, Any]
    parameters: Mapping[tuple[str, str], Mapping[str, Any]]


def compare_documents(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Finding]:
    """Every way in which a client of `old` breaks against `new`; adding is always allowed."""
    sides, findings = Sides(old, new), []
    before, after = _operations(old), _operations(new)
    for key, was in before.items():
        now = after.get(key)
        if now is None:
            findings.append(Finding("operation-removed", was.name, f"The operation {was.name} is gone."))
        else:
            findings += _compare_operation(sides, was, now)
    return list(dict.fromkeys(findings))


def _operations(document: Mapping[str, Any]) -> dict[tuple[str, str], Operation]:
    found = {}
    for path, item in document["paths"].items():
        for verb in _VERBS:
            if verb in item:
                body = item[verb]
                listed = [_resolve(document, p) for p in [*item.get("parameters", ()), *body.get("parameters", ())]]
                parameters = {(p["in"], p["name"]): p for p in listed}
                name = f"{verb.upper()} {path}"
                # The name of a path's placeholder is nothing a client sends.
                found[verb, _anonymous(path)] = Operation(name, path, body, parameters)
    return found


def _anonymous(path: str) -> str:
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def _compare_operation(sides: Sides, was: Operation, now: Operation) -> Iterator[Finding]:
    if was.body.get("operationId") != now.body.get("operationId"):
        old_id, new_id = was.body.get("operationId"), now.body.get("operationId")
        sentence = f"{was.name} was called {old_id} and is now called {new_id}; generated clients lose the method."
        yield Finding("operation-id-changed", was.name, sentence)
    if was.body.get("security") == [] and now.body.get("security") != []:
        yield Finding("security-added", was.name, f"{was.name} was open and now asks for a token.")
    yield from _compare_parameters(sides, was, now)
    yield from _compare_request(sides, was, now)
    yield from _compare_responses(sides, was, now)


def _compare_parameters(sides: Sides, was: Operation, now: Operation) -> Iterator[Finding]:
    for key, old in was.parameters.items():
        place, name = key
        if place == "path":
            yield from _compare_placeholder(sides, was, now, name)
            continue
        where = f"{was.name} {place} {name}"
        new = now.parameters.get(key)
        if new is None:
            sentence = f"{was.name} no longer takes the {place} parameter {name}; an unknown one is refused."
            yield Finding("parameter-removed", where, sentence)
            continue
        if new.get("required") and not old.get("required"):
            sentence = f"{was.name} now requires the {place} parameter {name}."
            yield Finding("parameter-required", where, sentence)
        yield from compare_schemas(sides, old.get("schema", {}), new.get("schema", {}), Direction.REQUEST, where)
    for (place, name), new in now.parameters.items():
        if place != "path" and (place, name) not in was.parameters and new.get("required"):
            sentence = f"{was.name} now requires the {place} parameter {name}."
            yield Finding("parameter-required", f"{was.name} {place} {name}", sentence)


def _compare_placeholder(sides: Sides, was: Operation, now: Operation, name: str) -> Iterator[Finding]:
    """A placeholder is told by where it stands: its name is the document's own business."""
    place = was.path.split("/").index(f"{{{name}}}")
    new = now.parameters.get(("path", now.path.split("/")[place].strip("{}")), {})
    old = was.parameters["path", name]
    where = f"{was.name} path {name}"
    yield from compare_schemas(sides, old.get("schema", {}), new.get("schema", {}), Direction.REQUEST, where)


def _compare_request(sides: Sides, was: Operation, now: Operation) -> Iterator[Finding]:
    old = _resolve(sides.old, was.body.get("requestBody", {}))
    new = _resolve(sides.new, now.body.get("requestBody", {}))
    if new.get("required") and not old.get("required"):
        yield Finding("body-required", was.name, f"{was.name} now requires a body.")
    for media, content in old.get("content", {}).items():
        if media not in new.get("content", {}):
            yield Finding("request-media-removed", f"{was.name} {media}", f"{was.name} no longer takes {media}.")
            continue
        after = new["content"][media].get("schema", {})
        yield from compare_schemas(sides, content.get("schema", {}), after, Direction.REQUEST, f"{was.name} request")


def _compare_responses(sides: Sides, was: Operation, now: Operation) -> Iterator[Finding]:
    for status, response in was.body.get("responses", {}).items():
        if not status.startswith(("2", "3")):
            continue
        if status not in now.body.get("responses", {}):
            sentence = f"{was.name} no longer answers {status}."
            yield Finding("success-status-removed", f"{was.name} {status}", sentence)
            continue
        old = _resolve(sides.old, response).get("content", {})
        new = _resolve(sides.new, now.body["responses"][status]).get("content", {})
        for media, content in old.items():
            where = f"{was.name} {status}"
            if media not in new:
                yield Finding("response-media-removed", f"{where} {media}", f"{was.name} no longer answers {media}.")
                continue
            after = new[media].get("schema", {})
            yield from compare_schemas(sides, content.get("schema", {}), after, Direction.RESPONSE, where)


def _resolve(document: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node
