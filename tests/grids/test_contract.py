"""What other areas ask of grids."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from api.grids import queries
from api.grids.rules import station_day
from api.kernel.errors import NotFound
from api.kernel.geo import Point
from api.plumbing.context import Ctx
from tests.builders.grids import box, make_community, make_grid, make_member, make_station
from tests.builders.identity import enroll

INSIDE = Point(29.705, 107.385)


def test_the_smallest_unit_covering_a_place_is_found(ctx: Ctx, station: UUID) -> None:
    community = make_community(ctx, station, area=box(29.69, 107.37, 0.1))
    grid = make_grid(ctx, station, box(), parent_id=community)
    assert queries.unit_at(ctx.session, station, INSIDE).id == grid
    assert queries.unit_at(ctx.session, station, Point(29.75, 107.45)).id == community
    assert queries.unit_at(ctx.session, station, Point(30.5, 107.385)) is None


def test_a_place_on_the_border_belongs_to_somebody(ctx: Ctx, station: UUID) -> None:
    grid = make_grid(ctx, station, box())
    assert queries.unit_at(ctx.session, station, Point(29.70, 107.38)).id == grid


def test_closed_and_foreign_units_cover_nothing(ctx: Ctx, station: UUID) -> None:
    make_grid(ctx, station, box(), valid_to=station_day(ctx.now))
    make_grid(ctx, make_station(ctx), box())
    assert queries.unit_at(ctx.session, station, INSIDE) is None


def test_a_profile_holds_only_skills_valid_today(ctx: Ctx, station: UUID) -> None:
    today = station_day(ctx.now)
    person = enroll(ctx, station_id=station).id
    lapsed = make_member(ctx, station, person, skills=("first_aid",), expires_on=today - timedelta(days=1))
    held = make_member(ctx, station, enroll(ctx, station_id=station).id, skills=("swimming",), expires_on=today)
    profiles = queries.profiles_of(ctx.session, [lapsed, held, uuid4()])
    assert {key: profile.skills for key, profile in profiles.items()} == {
        lapsed: frozenset(),
        held: frozenset({"swimming"}),
    }
    assert queries.member_of_person(ctx.session, person) == profiles[lapsed]


def test_somebody_not_enrolled_is_no_member(ctx: Ctx) -> None:
    assert queries.member_of_person(ctx.session, uuid4()) is None
    assert queries.profiles_of(ctx.session, []) == {}


def test_a_station_is_found_by_id_and_by_its_present_code(ctx: Ctx) -> None:
    station = make_station(ctx, name="荔枝派出所", code="500102990000")
    closed = make_station(ctx, code="500102990001", valid_to=station_day(ctx.now))
    assert queries.station_of(ctx.session, station).name == "荔枝派出所"
    assert queries.station_by_code(ctx.session, "500102990000").id == station
    assert queries.station_by_code(ctx.session, "500102990001") is None
    assert queries.station_of(ctx.session, closed).code == "500102990001"
    with pytest.raises(NotFound):
        queries.station_of(ctx.session, uuid4())
