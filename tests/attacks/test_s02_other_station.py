"""S02: the ids of another station are like ids of nothing, for somebody with every role."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from api.grids.rules.sheets import read_sheet
from tests.attacks.arena import Arena, Route
from tests.attacks.world import World, make_world

QUERIES = {
    "GET /v1/members/<uuid:member_id>/trail": {
        "from": "2026-11-20T00:00:00Z", "to": "2026-11-20T01:00:00Z", "reason": "complaint",
    }
}  # fmt: skip


@pytest.fixture(scope="module")
def theirs(arena: Arena) -> World:
    return make_world(arena)


@pytest.fixture(scope="module")
def ours(arena: Arena) -> World:
    return make_world(arena)


@pytest.fixture(scope="module")
def with_ids(routes: list[Route]) -> list[Route]:
    return [route for route in routes if route.ids]


def request_of(route: Route, world: World) -> dict[str, Any]:
    """What somebody of this world would send."""
    if route.method == "GET":
        return {"query_string": QUERIES.get(str(route), {})}
    return {"json": world.bodies.get(str(route), {})}


def told(answer: TestResponse) -> tuple[int, Any]:
    """What the caller learns."""
    if answer.data.startswith(b"PK"):  # a workbook says when it was made; what it tells is in its rows
        return answer.status_code, read_sheet("answer.xlsx", answer.data).rows
    body = answer.get_json(silent=True)
    return answer.status_code, {k: v for k, v in body.items() if k != "request_id"} if body else answer.data


def aims(route: Route, theirs: World, ours: World) -> Iterator[tuple[dict[str, UUID], dict[str, UUID]]]:
    """Pairs of ids to try: with something of theirs, and the same with an id of nothing."""
    yield {name: theirs.ids[name] for name in route.ids}, {}
    if len(route.ids) > 1:
        for name in route.ids:
            own = {other: ours.ids[other] for other in route.ids if other != name}
            yield {**own, name: theirs.ids[name]}, own


def test_every_parameter_has_an_object(with_ids, theirs) -> None:
    named = {name for route in with_ids for name in route.ids}
    assert named == theirs.ids.keys(), "make one in tests/attacks/world.py"


def test_their_own_people_find_all_of_it(arena, with_ids, theirs) -> None:
    """Without this, a form that is refused would pass for an id that is refused."""
    lost = []
    for route in with_ids:
        how, url = request_of(route, theirs), route.url(**theirs.ids)
        seen = {name: arena.send(route, who, url=url, **how) for name, who in theirs.insiders.items()}
        if all(answer.status_code in {400, 403, 404, 422} for answer in seen.values()):
            lost.append(
                f"{route}: {[(n, a.status_code, a.json['code'], a.json.get('errors')) for n, a in seen.items()]}"
            )
    assert not lost, "\n".join(lost)


@pytest.mark.parametrize("who", ["chief", "clerk"])
def test_their_ids_are_ids_of_nothing(arena, with_ids, theirs, ours, who, record_property) -> None:
    before, leaks, cells = arena.digest(), [], 0
    for route in with_ids:
        how = request_of(route, ours)
        for aimed, nothing in aims(route, theirs, ours):
            first = told(arena.send_for_good(route, ours.insiders[who], url=route.url(**aimed), **how))
            second = told(arena.send_for_good(route, ours.insiders[who], url=route.url(**nothing), **how))
            cells += 1
            if first[0] != 404 or first != second:
                leaks.append(f"{route} {sorted(aimed)}: {first} but {second}")
    after = arena.digest()
    assert not leaks, "\n".join(leaks)
    assert {name for name in after if after[name] != before[name]} == set()
    record_property("cells", cells)
    print(f"\nS02: {cells} cells of {len(with_ids)} routes as {who}")


def test_their_ids_in_bodies_and_filters_are_ids_of_nothing(arena, routes, theirs, ours, spec) -> None:
    leaks, cells = [], 0
    for route in routes:
        url = route.url(**ours.ids)
        for how_theirs, how_nothing, where in nested(spec, route, theirs, ours):
            first = told(arena.send(route, ours.chief, url=url, **how_theirs))
            second = told(arena.send(route, ours.chief, url=url, **how_nothing))
            cells += 1
            if first != second or (where.startswith("body") and first[0] < 400):
                leaks.append(f"{route} {where}: {first} but {second}")
    assert not leaks, "\n".join(leaks)
    assert cells
    print(f"\nS02: {cells} cells of ids in bodies and filters")


def nested(spec, route: Route, theirs: World, ours: World) -> Iterator[tuple[dict[str, Any], dict[str, Any], str]]:
    operation = spec.operation(route)
    base = ours.bodies.get(str(route), {})
    for name in spec.ids_in_body(operation):
        for kind, id_ in theirs.ids.items():
            yield {"json": {**base, name: str(id_)}}, {"json": {**base, name: str(uuid4())}}, f"body {name}={kind}"
    for name in spec.ids_in_query(operation):
        for kind, id_ in theirs.ids.items():
            yield {"query_string": {name: str(id_)}}, {"query_string": {name: str(uuid4())}}, f"query {name}={kind}"
