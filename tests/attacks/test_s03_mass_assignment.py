"""S03: a field nobody declared is refused by name, on every route that takes a body."""

import pytest

from tests.attacks.arena import routes_of
from tests.attacks.world import make_world

EXTRAS = {
    "role": "station_admin",
    "roles": ["station_admin"],
    "station_id": "00000000-0000-4000-8000-000000000001",
    "id": "00000000-0000-4000-8000-000000000002",
    "created_at": "2020-01-01T00:00:00Z",
    "verified": True,
    "state": "closed",
    "permissions": ["people.manage"],
    "version": 9,
    "__proto__": {"role": "station_admin"},
}


@pytest.fixture(scope="module")
def world(arena):
    return make_world(arena)


@pytest.fixture(scope="module")
def writing(shared_app, spec):
    """Every route that takes a JSON body, and its schema."""
    found = [
        (route, spec.body(spec.operation(route))) for route in routes_of(shared_app) if route.path.startswith("/v1")
    ]
    return [(route, schema) for route, schema in found if schema is not None]


def test_an_undeclared_field_is_refused_by_name(arena, writing, world) -> None:
    before, taken, cells = arena.digest(), [], 0
    for route, schema in writing:
        body = world.bodies.get(str(route), {})
        for name, value in EXTRAS.items():
            if name in schema["properties"]:
                continue
            url = route.url(**world.ids)
            answer = arena.send_for_good(route, world.chief, url=url, json={**body, name: value})
            issues = {(issue["pointer"], issue["code"]) for issue in (answer.json or {}).get("errors", [])}
            cells += 1
            if answer.status_code != 422 or (f"/{name}", "unknown_field") not in issues:
                taken.append(f"{route} {name}: {answer.status_code} {sorted(issues)}")
    after = arena.digest()
    assert not taken, "\n".join(taken)
    assert {name for name in after if after[name] != before[name]} == set()
    assert len(writing) > 35
    print(f"\nS03: {cells} cells of {len(writing)} routes")


def test_every_body_says_that_it_is_closed(writing) -> None:
    assert [str(route) for route, schema in writing if schema.get("additionalProperties") is not False] == []
