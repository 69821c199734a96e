"""Units: the tree, codes and their days, outlines against their neighbours."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from api.audit.queries import entries_of
from api.grids.errors import AreaOverlaps
from api.grids.rules import station_day
from api.grids.service import create_unit
from api.grids.types import Area, NewUnit, UnitKind
from api.identity.types import Role
from api.kernel.geo import Datum, Point, from_wgs84
from api.plumbing.context import SYSTEM, Actor, Ctx, unit_of_work
from tests.builders.grids import box, make_community, make_grid, make_member, make_station
from tests.builders.identity import enroll
from tests.grids.shapes import polygon, square

CODE = "500102008001"


@pytest.fixture
def community(ctx: Ctx, station: UUID) -> UUID:
    return make_community(ctx, station, code=CODE, name="顺江社区")


def grid(parent: UUID, number: int = 1, **more: Any) -> dict[str, Any]:
    return {"kind": "grid", "parent_id": str(parent), "code": f"{CODE}{number:03d}", "name": "一网格", **more}


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def test_a_grid_is_added_with_its_outline_and_found_again(desk, community: UUID) -> None:
    answer = desk.post("/v1/units", grid(community, area=polygon(square(), square(107.383, 29.703, 0.002))))
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    body = answer.json
    assert (body["unit"]["kind"], body["unit"]["source"], body["unit"]["valid_to"]) == ("grid", "drawn", None)
    assert body["area"]["coordinates"][0][0][0] == [107.38, 29.7]
    assert body["area_m2"] == pytest.approx(1_030_000, rel=0.02)
    assert desk.get(f"/v1/units/{body['unit']['id']}").json == body


def test_an_outline_in_gcj02_is_stored_in_wgs84(desk, community: UUID) -> None:
    corner = Point(29.7031, 107.3897)
    lat, lon = from_wgs84(corner, Datum.GCJ02)
    answer = desk.post("/v1/units", grid(community, area=polygon(square(lon, lat), datum="gcj02")))
    stored = answer.json["area"]["coordinates"][0][0][0]
    assert stored == pytest.approx([corner.lon, corner.lat], abs=1e-6)


BOW = [[107.38, 29.70], [107.39, 29.71], [107.39, 29.70], [107.38, 29.71], [107.38, 29.70]]


@pytest.mark.parametrize(
    ("area", "pointer", "code"),
    [
        (polygon(square(), datum="mars"), "/area/datum", "not_a_choice"),
        ({"type": "Polygon", "coordinates": [square()]}, "/area/datum", "required"),
        (polygon([[107.3, 200], *square()[1:4], [107.3, 200]]), "/area/coordinates/0/0", "position_out_of_range"),
        (polygon(BOW), "/area", "self_intersection"),
        (polygon(square(), square(107.5, 29.9, 0.001)), "/area", "hole_outside"),
        (polygon([[107.38, 29.70], [107.39, 29.70], [107.38, 29.70], [107.38, 29.70]]), "/area", "too_few_points"),
        (polygon([[107 + i / 1e5, 29.7] for i in range(600)]), "/area/coordinates/0", "too_many_vertices"),
    ],
)  # fmt: skip
def test_a_bad_outline_is_refused_with_its_place(desk, community: UUID, area: Any, pointer: str, code: str) -> None:
    answer = desk.post("/v1/units", grid(community, area=area))
    assert answer.status_code == 422
    assert (pointer, code) in [(fault["pointer"], fault["code"]) for fault in answer.json["errors"]], answer.json
    assert desk.get("/v1/units", kind="grid").json["items"] == []


def test_the_place_where_an_outline_crosses_itself_is_told(desk, community: UUID) -> None:
    [fault] = desk.post("/v1/units", grid(community, area=polygon(BOW))).json["errors"]
    assert "29.705000" in fault["en"]
    assert "107.385000" in fault["zh"]


@pytest.mark.parametrize("raw", ["NaN", "1e999", "[" * 1000])
def test_numbers_that_are_none_are_no_json(desk, community: UUID, raw: str) -> None:
    data = f'{{"kind": "grid", "area": {{"type": "Polygon", "datum": "wgs84", "coordinates": [[[{raw}, 29]]]}}}}'
    answer = desk.post("/v1/units", data=data, content_type="application/json")
    assert problem(answer) == (400, "malformed")


def test_a_body_above_64_kb_is_refused(desk, community: UUID) -> None:
    answer = desk.post("/v1/units", grid(community, name="x" * 70_000))
    assert problem(answer) == (413, "too_large")


def test_ground_of_a_neighbour_is_refused_with_its_name_and_place(desk, community: UUID) -> None:
    desk.post("/v1/units", grid(community, 1, area=polygon(square())))
    answer = desk.post("/v1/units", grid(community, 2, area=polygon(square(107.385, 29.705))))
    assert problem(answer) == (409, "area_overlaps")
    [fault] = answer.json["errors"]
    assert f"{CODE}001" in fault["en"]
    assert "29.707" in fault["zh"]


def test_a_sliver_along_the_border_is_drawing_not_a_claim(desk, community: UUID) -> None:
    desk.post("/v1/units", grid(community, 1, area=polygon(square())))
    hair = 1e-6  # about 10 cm over 1.1 km: 107 square metres of a square kilometre
    assert desk.post("/v1/units", grid(community, 2, area=polygon(square(107.39 - hair)))).status_code == 201


def test_a_unit_may_lie_over_units_of_other_levels_and_over_its_own_past(desk, ctx: Ctx, community: UUID) -> None:
    made = desk.post("/v1/units", grid(community, area=polygon(square()))).json["unit"]
    moved = desk.send("PATCH", f"/v1/units/{made['id']}", {"area": polygon(square(107.381))}, version=1)
    assert moved.status_code == 200
    over = desk.send("PATCH", f"/v1/units/{community}", {"area": polygon(square(107.37, 29.69, 0.05))}, version=1)
    assert over.status_code == 200


def test_two_at_once_cannot_both_take_the_same_ground(committed_app: Flask) -> None:
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        station = make_station(ctx)
        parent = make_community(ctx, station, code=CODE)
    ring = tuple(Point(lat, lon) for lon, lat in square())

    def draw(number: int) -> str:
        with committed_app.app_context():
            try:
                with unit_of_work(Actor("system", station_id=station)) as ctx:
                    unit = NewUnit(UnitKind.GRID, parent, f"{CODE}{number:03d}", "网格", area=Area(((ring,),)))
                    create_unit(ctx, unit=unit)
            except AreaOverlaps:
                return "refused"
            return "drawn"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(draw, range(8)))
    assert sorted(outcomes) == ["drawn"] + ["refused"] * 7


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"code": "500102008002001"}, "unit_code_unfit"),
        ({"code": CODE}, "unit_code_unfit"),
        ({"kind": "village", "code": "500102008201"}, "unit_parent_unfit"),
        ({"parent_id": str(uuid4())}, "unit_parent_unfit"),
        ({"kind": "station", "code": "500102008000"}, "invalid"),
        ({"station_id": str(uuid4())}, "invalid"),
        ({"name": "  "}, "invalid"),
    ],
)
def test_a_unit_fits_its_place_in_the_tree(desk, community: UUID, change: dict[str, Any], code: str) -> None:
    assert problem(desk.post("/v1/units", grid(community) | change)) == (422, code)


def test_a_code_is_single_while_it_is_valid_and_free_afterwards(desk, ctx: Ctx, community: UUID) -> None:
    made = desk.post("/v1/units", grid(community)).json["unit"]
    assert problem(desk.post("/v1/units", grid(community))) == (409, "unit_code_taken")
    closed = desk.post(f"/v1/units/{made['id']}/close", version=1)
    assert closed.json["unit"]["valid_to"] == station_day(ctx.now).isoformat()
    again = desk.post("/v1/units", grid(community, name="新一网格"))
    assert again.status_code == 201
    assert problem(desk.post(f"/v1/units/{made['id']}/reopen", version=2)) == (409, "unit_code_taken")
    desk.post(f"/v1/units/{again.json['unit']['id']}/close", version=1)
    assert desk.post(f"/v1/units/{made['id']}/reopen", version=2).json["unit"]["valid_to"] is None


def test_closing_is_refused_above_valid_units_and_undone_by_reopening(desk, ctx: Ctx, community: UUID) -> None:
    made = desk.post("/v1/units", grid(community, area=polygon(square()))).json["unit"]
    assert problem(desk.post(f"/v1/units/{community}/close", version=1)) == (409, "unit_has_valid_units")
    early = (station_day(ctx.now) - timedelta(days=3)).isoformat()
    refused = desk.post(f"/v1/units/{made['id']}/close", {"valid_to": early}, version=1)
    assert problem(refused) == (422, "period_unfit")
    desk.post(f"/v1/units/{made['id']}/close", version=1)
    assert problem(desk.post(f"/v1/units/{made['id']}/close", version=2)) == (409, "unit_already_closed")
    assert desk.post(f"/v1/units/{community}/close", version=1).status_code == 200
    assert problem(desk.post(f"/v1/units/{made['id']}/reopen", version=2)) == (422, "unit_parent_unfit")
    desk.post(f"/v1/units/{community}/reopen", version=2)
    assert problem(desk.post(f"/v1/units/{community}/reopen", version=3)) == (409, "unit_not_closed")
    assert desk.post(f"/v1/units/{made['id']}/reopen", version=2).status_code == 200


def test_a_unit_cannot_be_reopened_over_ground_that_went_to_another(desk, community: UUID) -> None:
    made = desk.post("/v1/units", grid(community, 1, area=polygon(square()))).json["unit"]
    desk.post(f"/v1/units/{made['id']}/close", version=1)
    assert desk.post("/v1/units", grid(community, 2, area=polygon(square()))).status_code == 201
    assert problem(desk.post(f"/v1/units/{made['id']}/reopen", version=2)) == (409, "area_overlaps")


def test_the_station_itself_is_not_closed_by_its_administrator(desk, station: UUID) -> None:
    assert problem(desk.post(f"/v1/units/{station}/close", version=1)) == (422, "unit_parent_unfit")


def test_an_edit_needs_the_version_that_was_seen(desk, community: UUID) -> None:
    path = f"/v1/units/{community}"
    assert problem(desk.send("PATCH", path, {"name": "新名"})) == (428, "version_required")
    assert desk.send("PATCH", path, {"name": "新名"}, version=1).headers["ETag"] == '"2"'
    assert problem(desk.send("PATCH", path, {"name": "旧名"}, version=1)) == (412, "stale_version")
    assert desk.get(path).json["unit"]["name"] == "新名"


def test_a_look_up_by_name_asks_for_the_parent(desk, ctx: Ctx, station: UUID, community: UUID) -> None:
    other = make_community(ctx, station)
    for parent in (community, other):
        make_grid(ctx, station, parent_id=parent, name="青龙网格")
    assert problem(desk.get("/v1/units", name="青龙网格")) == (422, "unit_name_needs_parent")
    found = desk.get("/v1/units", name="青龙网格", parent_id=str(other)).json["items"]
    assert [unit["parent_id"] for unit in found] == [str(other)]


def test_the_list_pages_by_code_and_shows_the_units_of_a_day(desk, ctx: Ctx, station: UUID) -> None:
    today = station_day(ctx.now)
    parent = make_community(ctx, station)
    codes = [f"{CODE}{number:03d}" for number in range(1, 6)]
    for code in reversed(codes):
        make_grid(ctx, station, parent_id=parent, code=code)
    make_grid(ctx, station, parent_id=parent, code=f"{CODE}006", valid_to=today)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = desk.get("/v1/units", parent_id=str(parent), limit=2, **cursor).json
        seen += [unit["code"] for unit in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == codes
    yesterday = (today - timedelta(days=1)).isoformat()
    assert len(desk.get("/v1/units", kind="grid", on=yesterday).json["items"]) == 6
    assert len(desk.get("/v1/units", kind="grid", any_day="true").json["items"]) == 6
    assert problem(desk.get("/v1/units", cursor="abc")) == (422, "bad_cursor")


def test_the_tree_nests_what_is_valid(desk, ctx: Ctx, station: UUID, community: UUID) -> None:
    make_grid(ctx, station, parent_id=community, code=f"{CODE}001")
    make_grid(ctx, station, parent_id=community, code=f"{CODE}002", valid_to=station_day(ctx.now))
    tree = desk.get("/v1/units/tree").json
    assert tree["unit"]["id"] == str(station)
    [below] = tree["children"]
    assert (below["unit"]["name"], [child["unit"]["code"] for child in below["children"]]) == (
        "顺江社区",
        [f"{CODE}001"],
    )


def test_outlines_are_served_as_geojson_in_wgs84(desk, ctx: Ctx, station: UUID) -> None:
    made = make_grid(ctx, station, box())
    collection = desk.get("/v1/units/outlines", kind="grid").json
    [feature] = collection["features"]
    assert (collection["type"], feature["type"], feature["id"]) == ("FeatureCollection", "Feature", str(made))
    assert feature["geometry"]["coordinates"][0][0][0] == [107.38, 29.7]


def test_owners_come_and_go(desk, ctx: Ctx, station: UUID, community: UUID) -> None:
    member = make_member(ctx, station, enroll(ctx, station_id=station, name="李梅").id)
    path = f"/v1/units/{community}/owners"
    named = desk.post(path, {"member_id": str(member)})
    [owner] = named.json["owners"]
    assert (named.status_code, owner["name"], owner["until"]) == (201, "李梅", None)
    assert problem(desk.post(path, {"member_id": str(member)})) == (409, "unit_owner_twice")
    early = {"until": (station_day(ctx.now) - timedelta(days=1)).isoformat()}
    assert problem(desk.post(f"{path}/{owner['id']}/end", early)) == (422, "period_unfit")
    assert desk.post(f"{path}/{owner['id']}/end").json["owners"] == []
    assert desk.post(path, {"member_id": str(member)}).status_code == 201
    assert problem(desk.post(f"{path}/{uuid4()}/end")) == (404, "not_found")


def test_another_station_s_units_do_not_exist(desk, ctx: Ctx, station: UUID, community: UUID) -> None:
    foreign = make_station(ctx)
    theirs = make_community(ctx, foreign, code="500102009001")
    member = make_member(ctx, foreign, enroll(ctx, station_id=foreign).id)
    mine = make_member(ctx, station, enroll(ctx, station_id=station).id)
    for answer in (
        desk.get(f"/v1/units/{theirs}"),
        desk.send("PATCH", f"/v1/units/{theirs}", {"name": "x"}, version=1),
        desk.post(f"/v1/units/{theirs}/close", version=1),
        desk.post(f"/v1/units/{theirs}/reopen", version=1),
        desk.post(f"/v1/units/{theirs}/owners", {"member_id": str(mine)}),
        desk.post(f"/v1/units/{community}/owners", {"member_id": str(member)}),
    ):
        assert problem(answer) == (404, "not_found")
    assert problem(desk.post("/v1/units", grid(theirs, code="500102009001001"))) == (422, "unit_parent_unfit")
    assert desk.get("/v1/units", parent_id=str(theirs)).json["items"] == []


def test_who_may_not_draw_may_look(desk_of, station: UUID, community: UUID) -> None:
    volunteer = desk_of(station, Role.VOLUNTEER)
    assert volunteer.get(f"/v1/units/{community}").status_code == 200
    assert problem(volunteer.post("/v1/units", grid(community))) == (403, "forbidden")


def test_every_change_is_in_the_trail(desk, ctx: Ctx, station: UUID, community: UUID) -> None:
    made = desk.post("/v1/units", grid(community)).json["unit"]["id"]
    desk.send("PATCH", f"/v1/units/{made}", {"name": "改名"}, version=1)
    desk.post(f"/v1/units/{made}/close", version=2)
    desk.post(f"/v1/units/{made}/reopen", version=3)
    entries = entries_of(ctx.session, station, before=None, limit=10, subject_id=UUID(made))
    assert [entry.action for entry in entries] == ["unit.reopened", "unit.closed", "unit.edited", "unit.created"]
    assert {entry.actor_id for entry in entries} == {desk.person.id}
