"""S15: JSON that two readers would read differently, or that is made to exhaust one, on every route with a body."""

import json
from collections.abc import Iterator

import pytest

from api.identity.types import Role
from tests.attacks.arena import routes_of
from tests.attacks.world import make_world

# What is no JSON that two readers would agree on; it ends before any form is looked at.
MALFORMED = {
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": -Infinity}',
    "overflow": b'{"a": 1e999}',
    "duplicate": b'{"a": 1, "a": 2}',
    "deep list": b"[" * 1_000 + b"]" * 1_000,
    "deep object": b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    "many digits": b'{"a": ' + b"9" * 5_000 + b"}",
    "half": b'{"a": ',
    "not utf-8": b'{"a": "\xff\xfe"}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "lone surrogate": b'{"a": "\\ud800"}',
}
# What is JSON, but no object any route takes.
MISSHAPEN = {
    "nul": b'{"a": "\\u0000"}',
    "list": b"[]",
    "text": b'"a"',
    "null": b"null",
    "number": b"7",
}


@pytest.fixture(scope="module")
def chief(arena):
    return arena.person(*Role)


@pytest.fixture(scope="module")
def world(arena):
    return make_world(arena)


@pytest.fixture(scope="module")
def writing(shared_app, spec):
    """Every route that takes a JSON body."""
    found = [route for route in routes_of(shared_app) if route.path.startswith("/v1")]
    return [route for route in found if spec.body(spec.operation(route)) is not None]


@pytest.mark.parametrize("name", [*MALFORMED, *MISSHAPEN])
def test_hostile_json_is_refused_everywhere(arena, writing, chief, name) -> None:
    wrong, expected = [], {400} if name in MALFORMED else {400, 422}
    for route in writing:
        answer = arena.send(route, chief, data={**MALFORMED, **MISSHAPEN}[name], content_type="application/json")
        if answer.status_code not in expected or answer.mimetype != "application/problem+json":
            wrong.append(f"{route}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert len(writing) > 35


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "image/png"])
def test_a_body_of_another_kind_is_not_read_as_json(arena, writing, chief, kind) -> None:
    route = next(route for route in writing if str(route) == "POST /v1/incidents")
    assert arena.send(route, chief, data=b'{"kind": "other"}', content_type=kind).status_code in {400, 415, 422}


def texts_of(schema, body) -> Iterator[str]:
    """The names of what a body has or may have as text."""
    for name, known in schema["properties"].items():
        if known.get("type") == "string" or isinstance(body.get(name), str):
            yield name


@pytest.mark.parametrize("words", ["a\x00b", "a\ud800b", "\udc00"], ids=ascii)
def test_half_a_character_is_refused_and_a_nul_breaks_nothing(arena, writing, world, spec, words) -> None:
    broken = []
    for route in writing:
        body = world.bodies.get(str(route), {})
        for name in texts_of(spec.body(spec.operation(route)), body):
            raw = json.dumps({**body, name: words})
            url = route.url(**world.ids)
            answer = arena.send(route, world.chief, url=url, data=raw, content_type="application/json")
            allowed = answer.status_code < 500 if "\x00" in words else answer.status_code == 400
            broken += [] if allowed else [f"{route} {name}: {answer.status_code}"]
    assert not broken, "\n".join(broken)
