"""What nobody covers, what two cover, who is missing."""

from uuid import UUID

import pytest
from sqlalchemy import func, insert

from api.grids.errors import CoverageTooSlow
from api.grids.models import Enterprise, UnitOwner
from api.grids.queries import coverage, coverage_of
from api.grids.rules import station_day
from api.plumbing.context import Ctx
from tests.builders.grids import LONG_AGO, box, make_community, make_grid, make_member, make_station
from tests.builders.identity import enroll


def test_ground_without_a_grid_is_found_and_measured(desk, ctx: Ctx) -> None:
    station = make_station(ctx, area=box(size=0.02))
    make_grid(ctx, station, box())
    make_grid(ctx, station, box(lat=29.71), valid_to=station_day(ctx.now))
    found = coverage_of(ctx.session, station, limit=5)
    assert (found.base, found.gap_count) == ("station", 1)
    assert found.base_m2 == pytest.approx(4 * found.covered_m2, rel=0.01)
    [gap] = found.gaps
    assert gap.area_m2 == pytest.approx(found.base_m2 - found.covered_m2, rel=0.001)
    assert gap.area["type"] == "Polygon"
    assert not (29.70 < gap.place.lat < 29.71 and 107.38 < gap.place.lon < 107.39)


def test_only_the_largest_are_listed_but_all_are_counted(ctx: Ctx) -> None:
    station = make_station(ctx, area=box(size=0.03))
    make_grid(ctx, station, box(lat=29.705, size=0.03).replace("29.735", "29.715"))  # a stripe: ground above and below
    found = coverage_of(ctx.session, station, limit=1)
    assert (found.gap_count, len(found.gaps)) == (2, 1)
    assert found.gaps[0].area_m2 == max(gap.area_m2 for gap in coverage_of(ctx.session, station, limit=5).gaps)


def test_without_the_station_s_outline_its_communities_are_the_measure(ctx: Ctx, station: UUID) -> None:
    assert coverage_of(ctx.session, station, limit=5).base == "none"
    make_community(ctx, station, area=box())
    make_community(ctx, station, kind="village", area=box(lon=107.39))
    found = coverage_of(ctx.session, station, limit=5)
    assert (found.base, found.gap_count, found.covered_m2) == ("communities", 1, 0)


def test_slivers_are_no_gaps(ctx: Ctx) -> None:
    station = make_station(ctx, area=box(size=0.02))
    for lat in (29.70, 29.71):
        for lon in (107.38, 107.39):
            make_grid(ctx, station, box(lat=lat, lon=lon, size=0.01 - 1e-9))
    found = coverage_of(ctx.session, station, limit=5)
    assert (found.gap_count, found.overlap_count) == (0, 0)


def test_two_grids_on_the_same_ground_are_named(ctx: Ctx, station: UUID) -> None:
    first = make_grid(ctx, station, box(), code="500102008001001")
    second = make_grid(ctx, station, box(lat=29.705), code="500102008001002")
    make_grid(ctx, make_station(ctx), box())
    found = coverage_of(ctx.session, station, limit=5)
    [overlap] = found.overlaps
    assert (overlap.first.id, overlap.second.id, found.overlap_count) == (first, second, 1)
    assert overlap.area_m2 == pytest.approx(538_000, rel=0.02)
    assert 29.705 <= overlap.place.lat <= 29.71


def test_grids_without_people_owner_or_outline_are_listed(desk, ctx: Ctx, station: UUID) -> None:
    staffed = make_grid(ctx, station, box(), code="500102008001001")
    member = make_member(ctx, station, enroll(ctx, station_id=station).id, grid_id=staffed)
    ctx.session.execute(insert(UnitOwner).values(id=ctx.new_id(), unit_id=staffed, member_id=member, since=LONG_AGO))
    empty = make_grid(ctx, station, code="500102008001002")
    make_member(ctx, station, enroll(ctx, station_id=station).id, grid_id=empty, status="suspended")
    answer = desk.get("/v1/coverage").json
    for key in ("without_active_members", "without_owner", "without_outline"):
        assert [unit["code"] for unit in answer[key]] == ["500102008001002"], key


def test_a_report_that_takes_too_long_gives_up_and_leaves_the_request_usable(
    desk, ctx: Ctx, station: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ctx.session.scalar(func.current_setting("statement_timeout").select())
    monkeypatch.setattr(coverage, "TIMEOUT_MS", 1)
    monkeypatch.setattr(coverage, "_OVERLAPS", coverage.text("SELECT pg_sleep(5)"))
    with pytest.raises(CoverageTooSlow):
        coverage_of(ctx.session, station, limit=5)
    assert ctx.session.scalar(func.current_setting("statement_timeout").select()) == before
    answer = desk.get("/v1/coverage")
    assert (answer.status_code, answer.json["code"]) == (503, "coverage_too_slow")


def test_enterprises_are_listed_by_the_page_with_their_place(desk, ctx: Ctx, station: UUID) -> None:
    community = make_community(ctx, station)
    row = {
        "station_id": station,
        "unit_id": community,
        "kind": "shop",
        "point": "SRID=4326;POINT(107.39 29.7)",
        "synthetic": True,
    }
    ctx.session.execute(insert(Enterprise), [{"id": ctx.new_id(), "name": f"示例商店{n}", **row} for n in range(3)])
    first = desk.get("/v1/enterprises", limit=2).json
    second = desk.get("/v1/enterprises", limit=2, cursor=first["next_cursor"]).json
    names = {item["name"] for item in first["items"] + second["items"]}
    assert names == {"示例商店0", "示例商店1", "示例商店2"}
    assert first["items"][0]["position"] == {"lat": 29.7, "lon": 107.39, "datum": "wgs84"}
    assert desk.get("/v1/enterprises", unit_id=str(station)).json["items"] == []
