"""A station founded and laid out at once: the rules of one by one hold, or nothing is added."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from api.grids.errors import AreaInvalid, AreaOverlaps, CodeTaken, CodeUnfit, ParentUnfit
from api.grids.models import Unit
from api.grids.queries import station_of
from api.grids.rules import read_area
from api.grids.service import add_units, found_station, require_district
from api.grids.types import NewStation, NewUnit, UnitKind
from api.kernel.errors import DomainError
from api.kernel.geo import Datum
from api.plumbing.context import Ctx
from tests.builders.grids import box, make_community, make_grid, make_station
from tests.grids.shapes import square
from tests.grids.test_units import BOW, CODE


def area(*ring: list[list[float]]):
    return read_area("Polygon", list(ring), Datum.WGS84)


def two(parent: UUID, **second: object) -> list[NewUnit]:
    first = NewUnit(UnitKind.GRID, parent, f"{CODE}001", "一网格", area=area(square()))
    return [first, replace(first, **{"code": f"{CODE}002", "area": area(square(107.39)), **second})]


@pytest.fixture
def community(ctx: Ctx, station: UUID) -> UUID:
    return make_community(ctx, station, code=CODE)


def codes(ctx: Ctx, station: UUID) -> list[str]:
    return sorted(ctx.session.scalars(select(Unit.code).where(Unit.station_id == station, Unit.kind == "grid")))


def test_units_that_fit_are_added_together(admin: Ctx, station: UUID, community: UUID) -> None:
    made = add_units(admin, units=two(community))
    assert sorted(made) == codes(admin, station) == [f"{CODE}001", f"{CODE}002"]
    assert admin.session.get_one(Unit, made[f"{CODE}001"]).parent_id == community


@pytest.mark.parametrize(
    ("second", "error"),
    [
        ({"area": area(square(107.385))}, AreaOverlaps),
        ({"area": area(BOW)}, AreaInvalid),
        ({"code": f"{CODE}02"}, CodeUnfit),
        ({"parent_id": uuid4()}, ParentUnfit),
        ({"kind": UnitKind.COMMUNITY}, ParentUnfit),
    ],
)
def test_one_that_does_not_fit_keeps_all_out(
    admin: Ctx, station: UUID, community: UUID, second: dict[str, object], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        add_units(admin, units=two(community, **second))
    assert codes(admin, station) == []


def test_ground_and_codes_already_given_stay_given(ctx: Ctx, admin: Ctx, station: UUID, community: UUID) -> None:
    make_grid(ctx, station, box(), parent_id=community, code=f"{CODE}009")
    with pytest.raises(AreaOverlaps) as refusal:
        add_units(admin, units=two(community))
    assert f"{CODE}009" in refusal.value.issues[0].en
    with pytest.raises(CodeTaken):
        add_units(admin, units=[replace(two(community)[1], code=f"{CODE}009")])


def test_the_ground_of_another_station_is_no_parent(ctx: Ctx, admin: Ctx) -> None:
    theirs = make_community(ctx, make_station(ctx), code=CODE)
    with pytest.raises(ParentUnfit):
        add_units(admin, units=two(theirs))


def test_a_station_is_founded_below_its_district(ctx: Ctx) -> None:
    district = require_district(ctx, code="500102000000", name="涪陵区")
    assert require_district(ctx, code="500102000000", name="涪陵区") == district
    new = NewStation("500102990000", "荔枝派出所", district)
    founded = found_station(ctx, station=new)
    assert station_of(ctx.session, founded).name == "荔枝派出所"
    with pytest.raises(CodeTaken):
        found_station(ctx, station=new)
    with pytest.raises(CodeUnfit):
        found_station(ctx, station=NewStation("5001", "短码派出所"))
