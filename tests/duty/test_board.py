"""What the desk sees."""

import pytest

from api.identity.types import Role
from api.kernel.geo import Datum, Point, distance_m, from_wgs84
from tests.builders.duty import make_on_duty
from tests.builders.grids import make_station
from tests.builders.identity import enroll
from tests.duty import TOWN, north


@pytest.fixture
def board(client, headers, supervisor):
    who = headers(supervisor)
    return lambda **query: client.get("/v1/duty/live", query_string=query, headers=who)


def point_of(row) -> Point:
    assert row["position"]["datum"] == "wgs84"
    return Point(row["position"]["lat"], row["position"]["lon"])


def test_positions_are_coarse_unless_on_a_task(ctx, station, board) -> None:
    idle, busy = make_on_duty(ctx, station, TOWN), make_on_duty(ctx, station, TOWN, engaged_with=ctx.new_id())
    rows = {row["member_id"]: row for row in board().json["items"]}
    assert 1 < distance_m(point_of(rows[str(idle.member_id)]), TOWN) < 80
    assert distance_m(point_of(rows[str(busy.member_id)]), TOWN) < 0.01
    assert rows[str(busy.member_id)]["engaged_with"]


def test_without_a_position_one_is_still_on_the_board(ctx, station, board) -> None:
    make_on_duty(ctx, station, None)
    [row] = board().json["items"]
    assert (row["position"], row["fix_at"]) == (None, None)


def test_the_board_comes_in_pages_and_only_of_one_station(ctx, station, board) -> None:
    mine = {str(make_on_duty(ctx, station, TOWN).member_id) for _ in range(5)}
    make_on_duty(ctx, make_station(ctx), TOWN)
    seen, cursor = [], {}
    while True:
        page = board(limit=2, **cursor).json
        seen += [row["member_id"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert (len(seen), set(seen)) == (5, mine)


@pytest.mark.parametrize("datum", list(Datum))
def test_a_window_shows_who_is_inside_in_any_datum(ctx, station, board, datum) -> None:
    inside = make_on_duty(ctx, station, north(100))
    make_on_duty(ctx, station, north(300))
    make_on_duty(ctx, station, None)
    south, west = from_wgs84(north(-200), datum)
    top, _ = from_wgs84(north(200), datum)
    window = f"{west - 0.01},{south},{west + 0.01},{top}"
    assert [row["member_id"] for row in board(bbox=window, datum=datum.value).json["items"]] == [str(inside.member_id)]


@pytest.mark.parametrize(
    "query",
    [
        {"bbox": "107,29,108,30"},
        {"bbox": "107,29,108", "datum": "wgs84"},
        {"bbox": "108,29,107,30", "datum": "wgs84"},
        {"bbox": "107,29,108,nan", "datum": "wgs84"},
        {"bbox": "107,29,108,95", "datum": "wgs84"},
        {"bbox": "a,b,c,d", "datum": "wgs84"},
        {"limit": 501},
        {"cursor": "AAAA"},
        {"station_id": "x"},
    ],
)
def test_a_bad_window_is_refused(board, query) -> None:
    assert board(**query).status_code == 422


def test_who_can_go_is_counted_by_force(ctx, station, client, headers, supervisor) -> None:
    make_on_duty(ctx, station, TOWN)
    make_on_duty(ctx, station, TOWN, fix_age_s=700)
    make_on_duty(ctx, station, TOWN, force="auxiliary", engaged_with=ctx.new_id())
    answer = client.get("/v1/duty/ready", headers=headers(supervisor))
    assert answer.json["items"] == [
        {"force": "auxiliary", "on_duty": 1, "engaged": 1, "ready": 0},
        {"force": "volunteer", "on_duty": 2, "engaged": 0, "ready": 1},
    ]


@pytest.mark.parametrize("path", ["/v1/duty/live", "/v1/duty/ready"])
def test_volunteers_do_not_see_the_board(ctx, station, client, headers, path) -> None:
    volunteer = enroll(ctx, station_id=station, roles=[Role.VOLUNTEER])
    assert client.get(path, headers=headers(volunteer)).status_code == 403
