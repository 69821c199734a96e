"""Reading a trail, and the days it is kept in."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.duty import service
from api.duty.types import Fix, FixBatch
from api.identity.types import Role
from api.kernel.geo import Datum
from tests.builders.duty import make_on_duty
from tests.builders.grids import make_station
from tests.builders.identity import enroll
from tests.duty import TOWN, north


@pytest.fixture
def walked(ctx, acting, member):
    """The member after a walk of 25 fixes."""
    fixes = tuple(Fix(north(n), 5, ctx.now - timedelta(seconds=100 - n)) for n in range(25))
    service.record_positions(acting(member.person), FixBatch(Datum.WGS84, fixes))
    return member


@pytest.fixture
def read(client, headers, supervisor, ctx):
    who = headers(supervisor)

    def get(member_id, headers=who, **query):
        window = {"from": (ctx.now - timedelta(hours=1)).isoformat(), "to": ctx.now.isoformat(), "reason": "complaint"}
        query = {key: value for key, value in {**window, **query}.items() if value is not None}
        return client.get(f"/v1/members/{member_id}/trail", query_string=query, headers=headers)

    return get


def entries(ctx):
    rows = ctx.session.execute(
        text("SELECT action, actor_id, subject_id, details FROM audit_entries WHERE action LIKE 'trail%' ORDER BY id")
    )
    return rows.all()


def test_a_reading_leaves_who_whom_and_why(ctx, walked, read, supervisor) -> None:
    incident = str(ctx.new_id())
    answer = read(walked.member_id, reason="task_review", incident_id=incident)
    assert len(answer.json["items"]) == 25
    [entry] = entries(ctx)
    assert entry[:3] == ("trail.read", supervisor.id, walked.member_id)
    assert (entry[3]["reason"], entry[3]["incident_id"]) == ("task_review", incident)


@pytest.mark.parametrize("query", [{"reason": None}, {"reason": "curious"}, {"from": None}, {"to": None}])
def test_without_a_reason_or_a_window_nothing_is_shown(ctx, walked, read, query) -> None:
    assert read(walked.member_id, **query).status_code == 422
    assert entries(ctx) == []


def test_pages_join_to_the_whole_in_order(walked, read) -> None:
    first = read(walked.member_id, limit=20).json
    second = read(walked.member_id, limit=20, cursor=first["next_cursor"]).json
    times = [fix["captured_at"] for page in (first, second) for fix in page["items"]]
    assert (len(times), times, second["next_cursor"]) == (25, sorted(set(times)), None)


def test_a_cursor_serves_one_trail_only(ctx, station, walked, read) -> None:
    cursor = read(walked.member_id, limit=20).json["next_cursor"]
    other = make_on_duty(ctx, station, TOWN)
    assert read(other.member_id, limit=20, cursor=cursor).json["code"] == "bad_cursor"


def test_only_the_window_is_shown(ctx, walked, read) -> None:
    since, before = (ctx.now - timedelta(seconds=s) for s in (90, 80))
    items = read(walked.member_id, **{"from": since.isoformat(), "to": before.isoformat()}).json["items"]
    assert len(items) == 10


@pytest.mark.parametrize("hours", [0, -1, 7 * 24 + 1])
def test_a_window_is_positive_and_at_most_a_week(ctx, walked, read, hours) -> None:
    since = ctx.now - timedelta(hours=hours)
    assert read(walked.member_id, **{"from": since.isoformat()}).json["code"] == "trail_window"


def test_another_station_s_and_unknown_members_are_the_same_404(ctx, walked, read, headers) -> None:
    stranger = headers(enroll(ctx, station_id=make_station(ctx), roles=[Role.SUPERVISOR]))
    foreign, unknown = read(walked.member_id, headers=stranger), read(ctx.new_id(), headers=stranger)
    assert foreign.status_code == unknown.status_code == 404
    assert {**foreign.json, "request_id": ""} == {**unknown.json, "request_id": ""}
    assert entries(ctx) == []


def test_what_was_walked_for_another_station_is_not_shown(ctx, member, read) -> None:
    store(ctx, member, today(ctx))  # belongs to a station of its own
    window = {"from": f"{today(ctx)}T00:00:00Z", "to": f"{today(ctx) + timedelta(days=1)}T00:00:00Z"}
    assert read(member.member_id, **window).json["items"] == []


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.VOLUNTEER, Role.STATION_ADMIN, Role.AUDITOR])
def test_few_may_read_trails(ctx, station, walked, read, headers, role) -> None:
    who = headers(enroll(ctx, station_id=station, roles=[role]))
    assert read(walked.member_id, headers=who).status_code == 403


def test_looking_again_and_again_raises_a_line_of_its_own(ctx, walked, read) -> None:
    for _ in range(10):
        read(walked.member_id)
    assert {entry[0] for entry in entries(ctx)} == {"trail.read"}
    assert read(walked.member_id).status_code == 200
    assert entries(ctx)[-1][0] == "trail.read_unusually_often"


def partitions(ctx) -> dict[str, int]:
    names = ctx.session.scalars(
        text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'positions'::regclass ORDER BY 1")
    ).all()
    return {name: ctx.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in names}


def today(ctx) -> date:
    return ctx.session.scalar(text("SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date"))


def store(ctx, member, day: date) -> None:
    ctx.session.execute(
        text(
            "INSERT INTO positions"
            " (member_id, station_id, captured_at, received_at, lat, lon, accuracy_m, datum, verdict)"
            " VALUES (:member, :member, :at, :at, 1, 1, 1, 'wgs84', 'used')"
        ),
        {"member": member.member_id, "at": f"{day} 12:00:00+00"},
    )


def named(day: date) -> str:
    return f"positions_{day:%Y%m%d}"


def test_the_next_days_are_made_and_old_ones_dropped(ctx, member) -> None:
    now = today(ctx)
    for age in (31, 30, 29):
        ctx.session.execute(text("SELECT make_positions_partition(:day)"), {"day": now - timedelta(days=age)})
        store(ctx, member, now - timedelta(days=age))
    service.keep_partitions(ctx)
    service.keep_partitions(ctx)
    found = partitions(ctx)
    assert named(now - timedelta(days=31)) not in found
    assert found[named(now - timedelta(days=30))] == found[named(now - timedelta(days=29))] == 1
    assert {named(now + timedelta(days=ahead)) for ahead in range(4)} <= set(found)


def test_a_day_without_a_partition_is_caught_and_moved_when_it_is_made(ctx, member) -> None:
    day = today(ctx) + timedelta(days=40)
    store(ctx, member, day)
    assert partitions(ctx)["positions_default"] == 1
    assert ctx.session.scalar(text("SELECT make_positions_partition(:day)"), {"day": day}) is True
    found = partitions(ctx)
    assert (found["positions_default"], found[named(day)]) == (0, 1)
    assert ctx.session.scalar(text("SELECT make_positions_partition(:day)"), {"day": day}) is False


def test_retention_empties_the_net_too(ctx, member) -> None:
    store(ctx, member, today(ctx) - timedelta(days=200))
    service.keep_partitions(ctx)
    assert partitions(ctx)["positions_default"] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE positions SET lat = 0",
        "DELETE FROM positions",
        "DELETE FROM positions_default",
        "TRUNCATE positions",
        "DROP TABLE positions_default",
        "CREATE TABLE positions_20990101 PARTITION OF positions FOR VALUES FROM ('2099-01-01') TO ('2099-01-02')",
        "SELECT drop_positions_before(current_date - 6)",
        "SELECT make_positions_partition(current_date + 61)",
        "CREATE TEMP TABLE pg_inherits (inhparent oid); SELECT drop_positions_before(current_date)",
    ],
)
def test_the_runtime_role_can_do_no_more_than_that(ctx, statement) -> None:
    with pytest.raises(DBAPIError), ctx.session.begin_nested():
        ctx.session.execute(text(statement))
