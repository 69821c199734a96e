"""S24: finding a place, or a colleague, by asking for distances from many places of one's own choice."""

from typing import Any

import pytest

from api.incidents.rules.views import STEP_M, STEP_S, coarse_distance_m, coarse_eta_s
from api.incidents.types import NeedOrder
from api.kernel.ids import uuid7
from tests.attacks.arena import Arena
from tests.attacks.ledger import LONG, count
from tests.builders.identity import bearer, open_session
from tests.builders.incidents import PLACE, Scene, Somebody, dispatch, make_scene, offers, report

PLACES = 100 if LONG else 12
INCIDENTS = 200 if LONG else 40


@pytest.fixture(scope="module")
def scene(arena: Arena) -> Scene:
    return make_scene(arena.ctx, volunteers=4)


@pytest.fixture(scope="module")
def asked(arena: Arena, scene: Scene) -> tuple[Somebody, dict[str, str], dict[str, Any]]:
    """Somebody who was asked and has not answered; their headers; the offer as the desk knows it."""
    offer = offers(scene, dispatch(scene, report(scene)))[0]
    somebody = scene.of(offer["person_id"])
    return somebody, bearer(open_session(arena.ctx, somebody.person)), offer


def told(arena: Arena, headers: dict[str, str], offer_id: object) -> list[tuple[int, int]]:
    """Distance and time, on every road on which a phone is told them."""

    def get(path: str) -> Any:
        return arena.client.get(path, headers=headers, environ_base={"REMOTE_ADDR": arena.address}).json

    ways = [get(f"/v1/offers/{offer_id}"), *get("/v1/offers")["items"]]
    changes = get("/v1/sync?collections=offers") or {}
    ways += [row for row in walk(changes) if row.get("id") == str(offer_id)]
    return [(way["distance_m"], way["eta_s"]) for way in ways]


def walk(value: Any) -> list[dict[str, Any]]:
    """Every object in an answer that has a distance."""
    if isinstance(value, dict):
        inner = [found for one in value.values() for found in walk(one)]
        return [value, *inner] if "distance_m" in value else inner
    return [found for one in value for found in walk(one)] if isinstance(value, list) else []


def test_moving_about_tells_nothing_new(arena: Arena, asked) -> None:
    """The distance is that of the moment of asking: a hundred places of one's own give one circle, and a wide one."""
    _, headers, offer = asked
    seen = set(told(arena, headers, offer["id"]))
    for number in range(PLACES):
        fix = {
            "lat": PLACE.lat + (number % 7 - 3) * 0.004, "lon": PLACE.lon + (number // 7 - 3) * 0.004, "accuracy_m": 5,
            "captured_at": arena.ctx.now.isoformat(),
        }  # fmt: skip
        body = {"datum": "wgs84", "fixes": [fix]}
        arena.client.post("/v1/positions", json=body, headers=headers, environ_base={"REMOTE_ADDR": arena.address})
        seen |= set(told(arena, headers, offer["id"]))
    count("S24", "places from which one open offer was looked at", PLACES, answers=len(seen))
    [(metres, seconds)] = seen
    assert (metres % STEP_M, seconds % STEP_S) == (0, 0)
    assert offer["distance_m"] <= metres <= offer["distance_m"] + 2 * STEP_M


def test_the_steps_lie_elsewhere_for_each_incident() -> None:
    """The same way shown for many incidents: no border between two steps is where another one's is."""
    ids = [uuid7(1_800_000_000_000, number.to_bytes(2, "big") * 5) for number in range(0, 65_536, 65_536 // INCIDENTS)]
    shown = {metres: {coarse_distance_m(metres, one) for one in ids} for metres in (10, 240, 499, 750, 4_990)}
    borders = {
        next(m for m in range(500, 1_001) if coarse_distance_m(m, one) > coarse_distance_m(500, one)) for one in ids
    }
    count("S24", "incidents whose steps were compared", len(ids), different_borders=len(borders))
    assert len(borders) > INCIDENTS // 2
    assert all(max(found) - min(found) <= STEP_M and min(found) >= metres for metres, found in shown.items())
    assert all(coarse_eta_s(1, one) in (STEP_S, 2 * STEP_S) for one in ids)


def test_one_incident_has_one_answer_for_one_distance(arena: Arena) -> None:
    """Asked a hundred times the answer is the same: there is nothing to average."""
    incident_id = arena.ctx.new_id()
    answers = {coarse_distance_m(1_234.5, incident_id) for _ in range(100)}
    count("S24", "answers for one distance of one incident", 100, different=len(answers))
    assert len(answers) == 1


def test_nobody_who_goes_is_told_where_the_others_are(arena: Arena) -> None:
    scene = make_scene(arena.ctx, volunteers=2)
    asked = offers(scene, dispatch(scene, report(scene), NeedOrder(2)))
    people = [(offer, bearer(open_session(arena.ctx, scene.of(offer["person_id"]).person))) for offer in asked]
    for offer, headers in people:
        key = {"Idempotency-Key": f"s24-{offer['id']}"}
        accepted = arena.client.post(f"/v1/offers/{offer['id']}/accept", json={}, headers={**headers, **key})
        assert (accepted.status_code, accepted.json["state"]) == (200, "accepted")
    offer, headers = people[0]
    task = arena.client.get(f"/v1/offers/{offer['id']}", headers=headers).json["task"]
    fields = {field for companion in task["companions"] for field in companion}
    places = positions_in({**task, "place": None})
    count("S24", "companions of an accepted task", len(task["companions"]), places_of_theirs=len(places))
    assert fields == {"offer_id", "name", "state", "leads"}
    assert places == []


def positions_in(value: Any) -> list[Any]:
    """Every place in an answer."""
    if isinstance(value, dict):
        here = [value] if {"lat", "lon"} & value.keys() else []
        return here + [found for one in value.values() for found in positions_in(one)]
    return [found for one in value for found in positions_in(one)] if isinstance(value, list) else []
