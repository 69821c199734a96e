"""Positions over HTTP: what is used, kept, refused."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from api.duty.queries import last_positions
from api.duty.service import engage, go_off_duty, record_positions
from api.duty.types import Fix, FixBatch
from api.kernel.geo import Datum, Point, distance_m, from_wgs84
from tests.duty import TOWN, north


@pytest.fixture
def send(client, headers, member, ctx):
    """Post fixes given as (seconds from now, point, accuracy) and return the answer."""

    def post(*fixes, datum="wgs84", instead=None):
        items = [item(ctx, *fix, datum=datum) if isinstance(fix, tuple) else fix for fix in fixes]
        body = {"datum": datum, "fixes": items, **(instead or {})}
        return client.post("/v1/positions", json=body, headers=headers(member.person))

    return post


def item(ctx, seconds, point=TOWN, accuracy_m=10.0, datum="wgs84"):
    lat, lon = from_wgs84(point, Datum(datum))
    at = (ctx.now + timedelta(seconds=seconds)).astimezone(ZoneInfo("Asia/Shanghai"))
    return {"lat": lat, "lon": lon, "accuracy_m": accuracy_m, "captured_at": at.isoformat()}


def verdicts(answer):
    assert answer.status_code == 200, answer.json
    assert [item["index"] for item in answer.json["items"]] == list(range(len(answer.json["items"])))
    return [item["verdict"] for item in answer.json["items"]]


def trail(ctx):
    return ctx.session.execute(text("SELECT captured_at, verdict FROM positions ORDER BY captured_at, verdict")).all()


def place(ctx, member):
    return last_positions(ctx.session, [member.member_id])[0]


def test_each_fix_is_answered_and_the_newest_used_is_the_last_position(send, ctx, member) -> None:
    answer = send(
        (-30, north(10)), (-5, north(30)), (-700,), (90,), (-4, TOWN, 500.0), (-3, north(90_000)), (-30,), (-5000,)
    )
    assert verdicts(answer) == [
        "used", "used", "late", "future", "inaccurate", "impossible", "duplicate", "off_duty",
    ]  # fmt: skip
    assert answer.json["items"][2]["reason"]["zh"].startswith("早于")
    assert "reason" not in answer.json["items"][0]
    assert place(ctx, member).fix_at == ctx.now - timedelta(seconds=5)
    assert distance_m(place(ctx, member).position, north(30)) < 0.01
    kept = [verdict for _, verdict in trail(ctx)]
    assert sorted(kept) == ["future", "impossible", "inaccurate", "late", "used", "used"]


def test_the_same_batch_again_changes_nothing(send, ctx) -> None:
    batch = [(-30,), (-20, TOWN, 500.0), (-10, north(80_000)), (99,)]
    send(*batch)
    before = trail(ctx)
    assert verdicts(send(*batch)) == ["duplicate"] * 4
    assert trail(ctx) == before


def test_a_queue_of_a_day_sent_newest_first_loses_nothing(send, ctx, member) -> None:
    ctx.session.execute(
        text("UPDATE duty_live SET on_duty_since = on_duty_since - interval '1 day', fix_at = on_duty_since")
    )
    seconds = list(range(-86_000, 0, 430))
    for start in range(150, -1, -50):
        assert set(verdicts(send(*[(s,) for s in seconds[start : start + 50]]))) <= {"used", "late"}
    assert len(trail(ctx)) == 200
    assert place(ctx, member).fix_at == ctx.now + timedelta(seconds=seconds[-1])


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_chinese_datum_is_converted(send, ctx, member, datum) -> None:
    assert verdicts(send((-5, north(20)), datum=datum)) == ["used"]
    assert distance_m(place(ctx, member).position, north(20)) < 0.02
    assert ctx.session.scalar(text("SELECT fix_datum FROM duty_live")) == datum


def test_a_glitch_is_outvoted_across_batches(send, ctx, member) -> None:
    far = Point(29.5630, 106.5516)
    assert verdicts(send((-9, far))) == ["impossible"]
    assert verdicts(send((-8, far))) == ["impossible"]
    assert verdicts(send((-7, far))) == ["used"]
    assert distance_m(place(ctx, member).position, far) < 1


def test_ask_18_off_duty_and_off_task_nothing_is_stored(send, ctx, acting, member) -> None:
    go_off_duty(acting(member.person))
    answer = send((-5,))
    assert (answer.status_code, answer.json["code"]) == (409, "not_on_duty")
    assert trail(ctx) == []
    assert last_positions(ctx.session, [member.member_id]) == []


def test_on_a_task_positions_are_accepted_off_duty_too(send, ctx, acting, member) -> None:
    go_off_duty(acting(member.person))
    engage(ctx, member.member_id, ctx.new_id())
    assert verdicts(send((0,), (-200,))) == ["used", "off_duty"]


BAD = [
    ({"lat": 200}, "/fixes/1/lat"),
    ({"lat": "north"}, "/fixes/1/lat"),
    ({"lat": None}, "/fixes/1/lat"),
    ({"lon": -181}, "/fixes/1/lon"),
    ({"accuracy_m": -1}, "/fixes/1/accuracy_m"),
    ({"captured_at": "2026-03-01T04:00:00"}, "/fixes/1/captured_at"),
    ({"captured_at": "yesterday"}, "/fixes/1/captured_at"),
    ({"captured_at": "9999-12-31T23:59:59-14:00"}, "/fixes/1/captured_at"),
    ({"captured_at": "0001-01-01T00:00:00+14:00"}, "/fixes/1/captured_at"),
    ({"heading": 361}, "/fixes/1/heading"),
    ({"member_id": "x"}, "/fixes/1/member_id"),
]


@pytest.mark.parametrize(("wrong", "pointer"), BAD)
def test_one_bad_item_refuses_the_whole_batch_and_is_named(send, ctx, wrong, pointer) -> None:
    answer = send((-9,), {**item(ctx, -8), **wrong})
    assert answer.status_code == 422
    assert [issue["pointer"] for issue in answer.json["errors"]] == [pointer]
    assert trail(ctx) == []


def test_every_bad_item_is_named(send, ctx) -> None:
    answer = send({**item(ctx, -9), "lat": 91}, (-8,), {**item(ctx, -7), "lon": 181})
    assert {issue["pointer"] for issue in answer.json["errors"]} == {"/fixes/0/lat", "/fixes/2/lon"}


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999"])
def test_not_a_number_is_not_json(client, headers, member, ctx, value) -> None:
    fix = f'{{"lat": {value}, "lon": 107, "accuracy_m": 5, "captured_at": "2026-03-01T04:00:00Z"}}'
    who = {**headers(member.person), "Content-Type": "application/json"}
    answer = client.post("/v1/positions", data=f'{{"datum": "wgs84", "fixes": [{fix}]}}', headers=who)
    assert answer.status_code == 400
    assert trail(ctx) == []


@pytest.mark.parametrize("extra", [{"datum": None}, {"datum": "wgs72"}, {"fixes": []}, {"fixes": "x"}, {"unknown": 1}])
def test_a_batch_without_its_datum_or_fixes_is_refused(send, extra) -> None:
    assert send((-5,), instead=extra).status_code == 422


def test_five_hundred_fit_and_one_more_does_not(send, ctx) -> None:
    batch = [(-s / 10,) for s in range(500)]
    assert set(verdicts(send(*batch))) == {"used"}
    assert send(*batch, (-60,)).status_code == 422


def test_ancient_and_far_future_clocks_are_answered(send, ctx) -> None:
    answer = send(
        {**item(ctx, 0), "captured_at": "0001-01-02T00:00:00Z"}, {**item(ctx, 0), "captured_at": "9999-12-31T00:00:00Z"}
    )
    assert verdicts(answer) == ["off_duty", "future"]


def test_a_late_fix_never_moves_the_last_position_back(ctx, acting, member) -> None:
    who = acting(member.person)
    for seconds, metres in ((-10, 50), (-60, 0)):
        fix = Fix(north(metres), 5, ctx.now + timedelta(seconds=seconds))
        record_positions(who, FixBatch(Datum.WGS84, (fix,)))
    assert place(ctx, member).fix_at == ctx.now - timedelta(seconds=10)


def test_the_desk_may_not_send_positions(client, headers, supervisor) -> None:
    fix = {"lat": 1, "lon": 1, "accuracy_m": 1, "captured_at": "2026-03-01T04:00:00Z"}
    body = {"datum": "wgs84", "fixes": [fix]}
    assert client.post("/v1/positions", json=body, headers=headers(supervisor)).status_code == 403
