"""S18: telling everybody at one person's word: a wide circle, many small notices, a limit moved first."""

from typing import Any

import pytest

from api.identity.types import Role
from api.incidents.schemas.orders import MOST_WANTED
from api.notices.types import NoticePolicy, Target
from api.plumbing.context import Ctx
from tests.attacks.arena import Arena, Route
from tests.attacks.ledger import count
from tests.attacks.world import World, make_world
from tests.builders.identity import bearer, enroll, open_session
from tests.builders.incidents import dispatch, make_scene, offers, report
from tests.notices.stage import Stage, draft, make_stage, rows, service

DISPATCH = "POST /v1/incidents/<uuid:incident_id>/dispatches"
ORDERS: dict[str, dict[str, Any]] = {
    "a radius of a thousand kilometres": {"needs": [{"wanted": 1}], "radius_m": 1e9},
    "a radius without end": {"needs": [{"wanted": 1}], "radius_m": 1e308},
    "a radius of nothing": {"needs": [{"wanted": 1}], "radius_m": -1},
    "everybody": {"needs": [{"wanted": 5_000}]},
    "everybody in ten needs": {"needs": [{"wanted": 100}] * 10},
    "one more than may be": {"needs": [{"wanted": MOST_WANTED}, {"wanted": 1}]},
    "a thousand needs": {"needs": [{"wanted": 1}] * 1_000},
    "a thousand units": {"needs": [{"wanted": 1}], "unit_ids": ["00000000-0000-4000-8000-000000000000"] * 1_000},
    "a circle and an outline": {
        "needs": [{"wanted": 1}], "radius_m": 500,
        "area": {"type": "Polygon", "datum": "wgs84", "coordinates": [[[107, 29], [108, 29], [108, 30], [107, 29]]]},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def world(arena: Arena) -> World:
    return make_world(arena)


@pytest.mark.parametrize("name", ["POST /v1/incidents/<uuid:incident_id>/dispatches", f"{DISPATCH}/preview"])
def test_no_order_is_wider_than_a_call_for_help(arena: Arena, routes: list[Route], world: World, name: str) -> None:
    [route] = [route for route in routes if str(route) == name]
    wrong = []
    for title, order in ORDERS.items():
        answer = arena.send(route, world.chief, url=route.url(**world.ids), json=order)
        if answer.status_code != 422:
            wrong.append(f"{title}: {answer.status_code}")
    count("S18", f"orders too wide, {name.rsplit('/', 1)[1]}", len(ORDERS), len(ORDERS) - len(wrong))
    assert wrong == []


def test_a_whole_district_is_looked_at_and_few_are_asked(arena: Arena) -> None:
    scene = make_scene(arena.ctx, volunteers=60)
    incident_id = report(scene)
    asked = len(offers(scene, dispatch(scene, incident_id, radius_m=50_000.0)))
    count("S18", "people in reach of one dispatch for one place", 60, asked=asked)
    assert 0 < asked <= 10


@pytest.fixture
def stage(arena: Arena) -> Stage:
    stage = make_stage(arena.ctx)
    for number in range(6):
        stage.add(f"p{number}", "e1")
    return stage


ALL = Target(whole_station=True, roles=(Role.VOLUNTEER,))


def set_limit(stage: Stage, most: int, desk: Ctx | None = None) -> None:
    service.change_policy(desk or stage.desk(Role.STATION_ADMIN), policy=NoticePolicy(approve_above=most))


def submit(desk):
    notice = service.write_notice(desk, draft=draft(desk, ALL))
    return service.submit_notice(desk, notice_id=notice.id, version=notice.version)


def test_many_small_notices_are_a_large_one(stage: Stage) -> None:
    set_limit(stage, 12)
    writer, colleague = stage.desk(), stage.desk()
    states = [str(submit(writer).state) for _ in range(3)]
    another = submit(colleague).state
    count("S18", "notices to 6 at a limit of 12, by one person", 3, states=states, by_another=another)
    assert states == ["sending", "sending", "awaiting"]
    assert another == "sending"


def test_who_moves_the_limit_does_not_move_it_for_themselves(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(NoticePolicy, "__init__", limited_to(4))
    chief, other = stage.desk(Role.STATION_ADMIN, Role.SUPERVISOR), stage.desk(Role.STATION_ADMIN, Role.SUPERVISOR)
    set_limit(stage, 5_000, chief)
    states = {"who moved it": submit(chief).state, "somebody else": submit(other).state}
    changes = "SELECT details FROM audit_entries WHERE action = 'notice_policy.changed'"
    told = rows(stage.ctx, f"{changes} AND station_id = '{stage.station_id}'")
    count("S18", "a limit moved from 4 to 5,000 before a notice to 6", 2, **states)
    assert states == {"who moved it": "awaiting", "somebody else": "sending"}
    assert [row.details for row in told] == [{"approve_above": 5_000}]


def limited_to(few: int):
    """A policy to begin with that is as small as the test's station."""
    whole = NoticePolicy.__init__

    def make(self, approve_above: int = few, *args: Any, **kwargs: Any) -> None:
        whole(self, approve_above, *args, **kwargs)

    return make


def test_nobody_is_their_own_second_person(arena: Arena, routes: list[Route], world: World) -> None:
    """Whoever wrote a notice is refused as its approver over HTTP too, with every role there is."""
    station = arena.connection.exec_driver_sql(
        f"SELECT station_id FROM notices WHERE id = '{world.ids['notice_id']}'"
    ).scalar_one()
    chief = bearer(open_session(arena.ctx, enroll(arena.ctx, station_id=station, roles=list(Role))))
    [write] = [route for route in routes if str(route) == "POST /v1/station/notices"]
    body = world.bodies["PUT /v1/station/notices/<uuid:notice_id>"]
    made = arena.send_for_good(write, chief, json=body)
    arena.connection.exec_driver_sql(f"UPDATE notices SET state = 'awaiting' WHERE id = '{made.json['id']}'")
    [decide] = [route for route in routes if str(route).endswith("/decision") and "notices" in route.path]
    statuses = [
        arena.send(decide, who, url=decide.url(notice_id=made.json["id"]), json={"decision": "approve"}).status_code
        for who in (chief, world.chief)
    ]
    count("S18", "approving one's own notice, and somebody else's", 2)
    assert statuses == [403, 202]
