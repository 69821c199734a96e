"""S16: coordinates PostGIS would take and make something of."""

import pytest

from tests.attacks.world import make_world

GOOD = {"lat": 29.7031, "lon": 107.3897, "datum": "wgs84"}
BAD = {
    "latitude of 200": {"lat": 200},
    "longitude of 181": {"lon": 181},
    "swapped": {"lat": 107.3897, "lon": 29.7031},
    "projected": {"lat": 3_289_000.5, "lon": 36_537_000.5},
    "text": {"lat": "x"},
    "empty text": {"lat": ""},
    "null": {"lon": None},
    "list": {"lat": [29.7]},
    "object": {"lat": {"deg": 29.7}},
    "truth": {"lat": True},
    "infinite": {"lat": "Infinity"},
    "not a number": {"lon": "NaN"},
    "another datum": {"datum": "epsg:3857"},
    "no datum": {"datum": None},
}
MISSING = ["lat", "lon", "datum"]


@pytest.fixture(scope="module")
def world(arena):
    return make_world(arena)


@pytest.fixture(scope="module")
def by_name(routes):
    return {str(route): route for route in routes}


def cases():
    yield from ((name, {**GOOD, **changes}) for name, changes in BAD.items())
    yield from ((f"without {name}", {k: v for k, v in GOOD.items() if k != name}) for name in MISSING)


CASES = pytest.mark.parametrize("place", [pytest.param(place, id=name) for name, place in cases()])


def report(world, place) -> dict:
    return {**world.bodies["POST /v1/incidents"], "place": place}


def test_a_good_place_is_taken(arena, by_name, world) -> None:
    assert arena.send(by_name["POST /v1/incidents"], world.chief, json=report(world, GOOD)).status_code == 201


@CASES
def test_an_incident_is_nowhere_else(arena, by_name, world, place) -> None:
    answer = arena.send(by_name["POST /v1/incidents"], world.chief, json=report(world, place))
    assert answer.status_code == 422
    assert all(issue["pointer"].startswith("/place") for issue in answer.json["errors"])


@CASES
def test_nothing_is_near_a_place_that_is_none(arena, by_name, world, place) -> None:
    query = {name: value for name, value in place.items() if value is not None}
    if place == {**GOOD, "lat": True}:
        query["lat"] = "true"
    answer = arena.send(by_name["GET /v1/incidents/nearby"], world.chief, query_string=query)
    assert answer.status_code == 422


@CASES
def test_a_fix_is_nowhere_else(arena, by_name, world, place) -> None:
    fix = {name: value for name, value in place.items() if name != "datum"}
    body = {"fixes": [{**fix, "accuracy_m": 8, "captured_at": "2026-11-22T00:00:00Z"}], "datum": place.get("datum")}
    answer = arena.send(by_name["POST /v1/positions"], world.insiders["volunteer"], json=body)
    assert answer.status_code == 422 or {item["status"] for item in answer.json["items"]} == {"invalid"}, answer.json


@pytest.mark.parametrize("place", [None, [], "29.7,107.4", 7, {}], ids=str)
def test_a_place_of_another_shape_is_none(arena, by_name, world, place) -> None:
    answer = arena.send(by_name["POST /v1/incidents"], world.chief, json=report(world, place))
    assert answer.status_code == 422
