"""S17: outlines that cost more than they are worth: measured before they are parsed, refused, and never repaired."""

import json
import math
import re
import time
from pathlib import Path
from typing import Any

import pytest

from api.grids.rules.areas import MAX_VERTICES
from api.http.limits import OUTLINE_BODY
from tests.attacks.arena import Arena, Route
from tests.attacks.ledger import LONG, count
from tests.attacks.spec import Spec
from tests.attacks.world import World, make_world

ROOT = Path(__file__).parents[2]
LON, LAT = 107.38, 29.70
# Every route that takes an outline; a new one needs the limit of its body, and stands here.
TAKING = {
    "PATCH /v1/units/<uuid:unit_id>",
    "POST /v1/incidents/<uuid:incident_id>/dispatches",
    "POST /v1/incidents/<uuid:incident_id>/dispatches/preview",
    "POST /v1/station/notices",
    "POST /v1/station/notices/preview",
    "POST /v1/units",
    "PUT /v1/station/notices/<uuid:notice_id>",
}


def circle(points: int, step: int = 1) -> list[list[float]]:
    """A ring of so many points; with a step of more than one every side crosses many others."""
    ring = [
        [
            LON + 0.005 * math.cos(2 * math.pi * n * step / points),
            LAT + 0.005 * math.sin(2 * math.pi * n * step / points),
        ]
        for n in range(points)
    ]
    return [*ring, ring[0]]


def box(size: float, lon: float = LON, lat: float = LAT) -> list[list[float]]:
    return [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]


def nested(depth: int) -> Any:
    value: Any = [LON, LAT]
    for _ in range(depth):
        value = [value]
    return value


def polygon(*rings: Any, **more: Any) -> dict[str, Any]:
    return {"type": "Polygon", "datum": "wgs84", "coordinates": list(rings), **more}


SHAPES: dict[str, Any] = {
    "one vertex too many": polygon(circle(MAX_VERTICES)),
    "too many in many rings": polygon(*[circle(60) for _ in range(12)]),
    "knot of all vertices": polygon(circle(MAX_VERTICES - 3, step=211)),
    "bow tie": polygon([[LON, LAT], [LON + 0.01, LAT + 0.01], [LON + 0.01, LAT], [LON, LAT + 0.01], [LON, LAT]]),
    "hole outside": polygon(box(0.01), box(0.01, LON + 1)),
    "holes in holes": polygon(box(0.09), box(0.05, LON + 0.01, LAT + 0.01), box(0.01, LON + 0.02, LAT + 0.02)),
    "the world": polygon([[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]),
    "the district": polygon(box(3)),
    "no length": polygon([[LON, LAT]] * 5),
    "one line": polygon([[LON, LAT], [LON + 0.01, LAT], [LON + 0.02, LAT], [LON, LAT]]),
    "not closed": polygon([*box(0.01)[:-1], [LON, LAT + 0.005]]),
    "swapped": polygon([[y, x] for x, y in box(0.01)]),
    "beyond the poles": polygon(box(0.01, lat=200)),
    "projected": polygon([[x * 111_000, y * 111_000] for x, y in box(0.01)]),
    "strings": polygon([[str(x), str(y)] for x, y in box(0.01)]),
    "with heights": polygon([[x, y, 5] for x, y in box(0.01)]),
    "booleans": polygon([[True, False]] * 4),
    "empty": polygon(),
    "empty ring": polygon([]),
    "deep": {"type": "Polygon", "datum": "wgs84", "coordinates": nested(28)},
    "another kind": {**polygon(box(0.01)), "type": "GeometryCollection"},
    "a collection": {"type": "GeometryCollection", "geometries": []},
    "its own system": polygon(box(0.01), crs={"type": "name", "properties": {"name": "EPSG:3857"}}),
    "no datum": {"type": "Polygon", "coordinates": [box(0.01)]},
    "text": "POLYGON((0 0,1 0,1 1,0 0))",
}


@pytest.fixture(scope="module")
def world(arena: Arena) -> World:
    return make_world(arena)


def has_outline(spec: Spec, schema: dict[str, Any], depth: int = 5) -> bool:
    """Whether a body's schema holds GeoJSON coordinates somewhere."""
    whole = spec.resolve(schema)
    inner = [*whole.get("properties", {}).values(), *whole.get("allOf", []), *whole.get("anyOf", [])]
    inner += [whole["items"]] if "items" in whole else []
    return "coordinates" in whole.get("properties", {}) or (
        depth > 0 and any(has_outline(spec, one, depth - 1) for one in inner)
    )


def test_the_routes_that_take_an_outline_are_known(routes: list[Route], spec: Spec) -> None:
    bodies = [(route, spec.body(spec.operation(route))) for route in routes if route.method != "GET"]
    assert {str(route) for route, body in bodies if body and has_outline(spec, body)} == TAKING


def body_with(world: World, route: Route, area: Any) -> dict[str, Any]:
    """What the route would take but for the outline."""
    body = dict(world.bodies.get(str(route).removesuffix("/preview"), {}))
    if "notices" in route.path:
        body = dict(world.bodies["PUT /v1/station/notices/<uuid:notice_id>"], target={"whole_station": True})
    return {**body, "area": area}


def aim(world: World, route: Route, area: Any) -> dict[str, Any]:
    body = body_with(world, route, area)
    if "notices" in route.path:
        body["target"] = {"area": body.pop("area")}
    return body


def who(world: World, route: Route) -> dict[str, str]:
    """Somebody of the station the route's object belongs to."""
    return world.insiders["clerk" if "units" in route.path else "chief"]


def test_no_outline_of_these_is_taken_anywhere(arena: Arena, routes, world: World) -> None:
    doors = [route for route in routes if str(route) in TAKING]
    before, taken, slowest = arena.digest(), [], 0.0
    for route in doors:
        for name, area in SHAPES.items():
            started = time.perf_counter()
            answer = arena.send(route, who(world, route), url=route.url(**world.ids), json=aim(world, route, area))
            slowest = max(slowest, time.perf_counter() - started)
            if answer.status_code not in {400, 422}:
                taken.append(f"{route} {name}: {answer.status_code}")
    cells = len(doors) * len(SHAPES)
    count(
        "S17",
        f"{len(SHAPES)} shapes at {len(doors)} routes",
        cells,
        cells - len(taken),
        slowest=f"{slowest * 1000:.0f} ms",
    )
    assert taken == []
    assert arena.digest() == before


def test_a_body_is_measured_before_it_is_parsed(arena: Arena, routes, world: World) -> None:
    """A million vertices are 41 MB; one byte beyond the limit is refused as well, and unread."""
    doors = [route for route in routes if str(route) in TAKING]
    padded = json.dumps({"area": polygon(box(0.01))}).ljust(OUTLINE_BODY + 1)
    bodies = [padded, json.dumps({"area": polygon(circle(1_000_000))})] if LONG else [padded]
    statuses = [
        arena.send(
            route, who(world, route), url=route.url(**world.ids), data=body, content_type="application/json"
        ).status_code
        for route in doors
        for body in bodies
    ]
    count("S17", "bodies that are too long", len(statuses), statuses.count(413))
    assert set(statuses) == {413}


def test_nobody_s_outline_is_ever_repaired() -> None:
    """ST_MakeValid on a small knot has been seen to run for minutes, past every time-out."""
    repairs = re.compile(r"(?i)\bST_(MakeValid|BuildArea|Node|UnaryUnion|Polygonize)\s*\(")
    files = [path for folder in ("api", "workers", "migrations") for path in (ROOT / folder).rglob("*.py")]
    found = [f"{path.relative_to(ROOT)}" for path in files if repairs.search(path.read_text())]
    count("S17", "files looked through for a repair", len(files), len(files) - len(found))
    assert found == []
