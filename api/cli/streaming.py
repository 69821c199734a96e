"""The description of the event stream (AsyncAPI 3), from the schemas that the stream is made of."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from api.duty.schemas import LiveMemberSchema
from api.http.contract.examples import example_of
from api.incidents.schemas.boards import BoardRowSchema
from api.live.rules import HEARTBEAT_S
from api.live.rules.labels import LABELS
from api.live.rules.telling import OWN_SEES, STATION_SEES
from api.live.schemas import PAYLOADS
from api.live.types import LiveCollection, LiveEvent, Op, Scope

# What a row looks like, of the collections whose changes carry one.
ROWS = {LiveCollection.INCIDENTS: BoardRowSchema, LiveCollection.DUTY: LiveMemberSchema}
_PLAIN = re.compile("[A-Za-z_][A-Za-z0-9_-]{2,}")
_WORDS = {each.name: each.labels for each in LABELS}
_ABOUT = """\
Server-sent events (`text/event-stream`), as browsers know them: `event`, `id` and one line of JSON in `data`.
Ask the address that GET /v1/live names, with the bearer token of any request. A comment comes every {beat} seconds.
Go on with the last id in the header `Last-Event-ID` (or the parameter `after`): everything committed since comes once,
also what was begun before and committed late. A row that changed several times may come once. An event without an id
leaves the client with the one it has. Events, collections, reasons and fields that a client does not know are to be
ignored. Clients that cannot hold a stream poll the same events with GET /v1/stream/poll."""


def stream_document() -> dict[str, Any]:
    """The document as plain values."""
    schemas = _schemas()
    holder = {"components": {"schemas": schemas}}
    messages = {event.value: _message(event, holder) for event in PAYLOADS}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Gridloop event stream",
            "version": "1",
            "description": _ABOUT.format(beat=HEARTBEAT_S),
            "tags": [{"name": "live"}],
            "license": {"name": "MIT", "url": "https://spdx.org/licenses/MIT.html"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "station": {
                "host": "{host}",
                "protocol": "https",
                "description": "As GET /v1/live of the installation says.",
                "variables": {"host": {"default": "station.example"}},
                "security": [{"$ref": "#/components/securitySchemes/bearer"}],
            }
        },
        "channels": {
            "stream": {
                "address": "/v1/stream",
                "title": "What has just changed",
                "description": "A line that stays open until the access token expires.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "title": "Tell whoever is connected",
                "description": "A hello first, then what concerns the reader, and at last why it ends.",
                "channel": {"$ref": "#/channels/stream"},
                "messages": [{"$ref": f"#/channels/stream/messages/{name}"} for name in messages],
            }
        },
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _schemas() -> dict[str, Any]:
    spec = APISpec("", "", "3.1.0", plugins=[MarshmallowPlugin()])
    for schema in (*PAYLOADS.values(), *ROWS.values()):
        name = schema.__name__.removesuffix("Schema")
        if name not in spec.components.schemas:
            spec.components.schema(name, schema=schema)
    schemas = json.loads(json.dumps(spec.to_dict()["components"]["schemas"]))
    for schema in schemas.values():
        _publish(schema)
    change = schemas["Change"]["properties"]
    rows = [{"$ref": f"#/components/schemas/{schema.__name__.removesuffix('Schema')}"} for schema in ROWS.values()]
    change["row"] = {"description": change["row"]["description"], "anyOf": rows}
    change["scope"]["description"] = "own: as a person with a phone; station: at the desk of their station."
    told = ", ".join(f"{name} ({permission})" for name, permission in STATION_SEES.items())
    change["collection"]["description"] = f"own: {', '.join(OWN_SEES)}; station, by permission: {told}."
    return dict(sorted(schemas.items()))


def _publish(schema: Any) -> None:
    """Lists of words are open, as in every answer; and an example is one of several here."""
    if isinstance(schema, list):
        for inner in schema:
            _publish(inner)
    if isinstance(schema, dict):
        for given, published in (("enum", "x-extensible-enum"), ("example", "examples")):
            if given in schema and "type" in schema:
                schema[published] = schema.pop(given) if given == "enum" else [schema.pop(given)]
        for inner in schema.values():
            _publish(inner)


def _message(event: LiveEvent, holder: Mapping[str, Any]) -> dict[str, Any]:
    name = PAYLOADS[event].__name__.removesuffix("Schema")
    label = _WORDS["live_event"][event.value]
    schema = holder["components"]["schemas"][name]
    return {
        "name": event.value,
        "title": f"{label.en} / {label.zh}",
        "summary": schema.get("description", label.en),
        "payload": {"$ref": f"#/components/schemas/{name}"},
        "examples": list(_examples(event, schema, holder)),
    }


def _examples(event: LiveEvent, schema: Mapping[str, Any], holder: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    example = example_of(holder, schema)
    if event is not LiveEvent.CHANGE:
        yield {"name": event.value, "payload": example}
        return
    plain = {key: value for key, value in example.items() if key not in ("row", "incident_id")}
    yield {"name": "own", "payload": {**plain, "scope": Scope.OWN, "collection": LiveCollection.OFFERS}}
    for collection, row in ROWS.items():
        told = {**plain, "scope": Scope.STATION, "collection": collection}
        name = row.__name__.removesuffix("Schema")
        yield {
            "name": collection.value,
            "payload": {**told, "row": example_of(holder, holder["components"]["schemas"][name])},
        }
    gone = {"scope": Scope.STATION, "collection": LiveCollection.DUTY, "op": Op.REMOVE}
    yield {"name": "off_duty", "payload": {**plain, **gone}}
    many = {"scope": Scope.STATION, "collection": LiveCollection.SHIFTS, "op": Op.LIST, "id": None}
    yield {"name": "many", "payload": {**plain, **many}}


def write_yaml(value: Any) -> str:
    """Plain values as YAML that people can read: blocks of maps and lists, scalars as JSON, which YAML contains."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    pairs = value.items() if isinstance(value, Mapping) else ((None, item) for item in value)
    for key, inner in pairs:
        named = key if key is None or _PLAIN.fullmatch(key) else json.dumps(key, ensure_ascii=False)
        head = f"{indent}-" if named is None else f"{indent}{named}:"
        if isinstance(inner, Mapping | list) and inner:
            yield head
            yield from _lines(inner, indent + "  ")
        else:
            yield f"{head} {json.dumps(inner, ensure_ascii=False)}"
