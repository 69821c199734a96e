"""The ground as a map draws it."""

from uuid import UUID

import orjson
import pytest
from sqlalchemy import insert, update

from api.grids.errors import CoverageTooSlow
from api.grids.models import Unit, UnitOwner
from api.grids.queries import map as ground_map
from api.grids.schemas.ground import GroundSchema
from api.identity.models import Person
from api.identity.types import Role
from tests.builders.grids import LONG_AGO, box, make_grid, make_member, make_station
from tests.builders.identity import enroll, sign_in


@pytest.fixture
def ground(app, ctx, client):
    """A station of 2 x 2 squares with a grid in one of them, its owner, and a way to ask for its map."""
    station = make_station(ctx, area=box(size=0.02))
    grid = make_grid(ctx, station, box(), name="一号网格")
    owner = enroll(ctx, station_id=station)
    member = make_member(ctx, station, owner.id, grid_id=grid)
    ctx.session.execute(insert(UnitOwner).values(id=ctx.new_id(), unit_id=grid, member_id=member, since=LONG_AGO))
    who = sign_in(app, ctx, enroll(ctx, station_id=station, roles=[Role.DISPATCHER]))
    ask = lambda tag=None: client.get("/v1/ground", headers=who | ({"If-None-Match": tag} if tag else {}))  # noqa: E731
    return station, grid, member, owner, ask


def of_kind(answer, kind: str) -> list[dict]:
    return [feature for feature in answer.json["features"] if feature["properties"]["kind"] == kind]


def test_grids_come_with_their_owners_and_the_ground_nobody_covers(ground) -> None:
    _, grid, member, owner, ask = ground
    answer = ask()
    [one] = of_kind(answer, "grid")
    assert (one["id"], one["properties"]["name"], one["properties"]["people"]) == (str(grid), "一号网格", 1)
    assert one["properties"]["owners"] == [{"member_id": str(member), "name": owner.name}]
    assert one["geometry"]["type"] == "MultiPolygon"
    [gap] = of_kind(answer, "gap")
    assert gap["properties"]["area_m2"] > 1_000_000
    assert len(of_kind(answer, "station")) == 1
    assert answer.json["gaps_known"] is True


def test_ground_of_two_grids_is_marked(ground, ctx) -> None:
    station, *_, ask = ground
    make_grid(ctx, station, box(lat=29.705), name="二号网格")
    [overlap] = of_kind(ask(), "overlap")
    assert overlap["geometry"]["type"] == "Point"
    assert "一号网格" in overlap["properties"]["name"]


def test_what_has_not_changed_is_not_sent_again(ground) -> None:
    *_, ask = ground
    tag = ask().headers["ETag"]
    again = ask(tag)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


def test_any_change_of_the_map_changes_its_tag(ground, ctx) -> None:
    station, grid, _, owner, ask = ground
    seen = [ask().headers["ETag"]]

    def changed() -> None:
        answer = ask(seen[-1])
        assert answer.status_code == 200
        assert answer.headers["ETag"] not in seen
        seen.append(answer.headers["ETag"])

    ctx.session.execute(update(Unit).where(Unit.id == grid).values(version=Unit.version + 1))
    changed()
    ctx.session.get_one(Person, owner.id).name = "新名字"
    ctx.session.flush()
    changed()
    make_member(ctx, station, enroll(ctx, station_id=station).id, grid_id=grid)
    changed()
    make_grid(ctx, station, box(lat=29.715, lon=107.395, size=0.001))
    changed()


def test_a_station_never_gets_another_ones_map_by_its_tag(ground, app, ctx, client) -> None:
    *_, ask = ground
    stranger = sign_in(app, ctx, enroll(ctx, station_id=make_station(ctx), roles=[Role.DISPATCHER]))
    answer = client.get("/v1/ground", headers={**stranger, "If-None-Match": ask().headers["ETag"]})
    assert (answer.status_code, answer.json["features"]) == (200, [])


def test_a_map_whose_gaps_take_too_long_is_a_map_without_them(ground, monkeypatch) -> None:
    *_, ask = ground

    def too_slow(*_: object, **__: object) -> None:
        raise CoverageTooSlow(retry_after=60)

    monkeypatch.setattr(ground_map, "coverage_of", too_slow)
    answer = ask()
    assert (answer.json["gaps_known"], len(of_kind(answer, "grid")), of_kind(answer, "gap")) == (False, 1, [])


def test_the_answer_is_what_the_schema_would_dump(ground, ctx) -> None:
    station, *_, ask = ground
    units = ground_map.drawn_units(ctx.session, UUID(str(station)))
    dumped = GroundSchema().dump(ground_map.ground_of(ctx.session, station, units))
    assert ask().json == orjson.loads(orjson.dumps(dumped))
