"""Everybody on duty in one answer."""

import base64
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from api.duty.models import DutyLive
from api.duty.queries import people_board
from api.duty.rules import grain_for
from api.duty.schemas import DutyBoardSchema
from api.identity.rules import permissions_of
from api.identity.types import Role
from tests.builders.duty import make_on_duty
from tests.builders.grids import make_station
from tests.builders.identity import enroll
from tests.duty import TOWN, north


@pytest.fixture
def board(client, headers, supervisor):
    who = headers(supervisor)
    return lambda **query: client.get("/v1/duty/board", query_string=query, headers=who)


def people_of(body) -> dict[str, dict]:
    """The columns turned back into rows, by member id."""
    raw = base64.b64decode(body["members"])
    ids = [str(UUID(bytes=raw[start : start + 16])) for start in range(0, len(raw), 16)]
    columns = {name: body[name] for name in ("lat", "lon", "force", "engaged", "age_s")}
    assert {len(values) for values in columns.values()} == {len(ids)}
    return {member: {name: columns[name][index] for name in columns} for index, member in enumerate(ids)}


def test_the_columns_say_what_the_list_says(ctx, station, board, client, headers, supervisor) -> None:
    task = ctx.new_id()
    make_on_duty(ctx, station, north(123.4))
    make_on_duty(ctx, station, TOWN, force="auxiliary", engaged_with=task)
    make_on_duty(ctx, station, None)
    body = board().json
    people = people_of(body)
    rows = client.get("/v1/duty/live", headers=headers(supervisor)).json["items"]
    assert set(people) == {row["member_id"] for row in rows}
    for row in rows:
        one = people[row["member_id"]]
        place = row["position"] or {"lat": None, "lon": None}
        assert (one["lat"], one["lon"]) == (place["lat"], place["lon"])
        assert body["forces"][one["force"]] == row["force"]
        assert (body["incidents"][one["engaged"]] if one["engaged"] >= 0 else None) == row["engaged_with"]
        assert (one["age_s"] is None) == (row["fix_at"] is None)
    assert body["datum"] == "wgs84"


def test_the_answer_is_what_the_schema_would_dump(ctx, station, board) -> None:
    make_on_duty(ctx, station, TOWN, engaged_with=ctx.new_id())
    make_on_duty(ctx, station, None)
    grain = grain_for(permissions_of([Role.SUPERVISOR]))
    dumped = DutyBoardSchema().dump(people_board(ctx.session, station, grain=grain, now=ctx.now))
    answered = board().json
    assert set(answered) == set(dumped)
    same = set(dumped) - {"now", "age_s"}
    assert {name: answered[name] for name in same} == {name: dumped[name] for name in same}


def test_who_sends_nobody_sees_the_ground_only(ctx, station, client, headers) -> None:
    admin = enroll(ctx, station_id=station, roles=[Role.STATION_ADMIN])
    idle, busy = make_on_duty(ctx, station, TOWN), make_on_duty(ctx, station, TOWN, engaged_with=ctx.new_id())
    people = people_of(client.get("/v1/duty/board", headers=headers(admin)).json)
    assert people[str(idle.member_id)]["lat"] == round(TOWN.lat, 2)
    assert people[str(busy.member_id)]["lat"] == round(TOWN.lat, 3)
    [row] = [
        row
        for row in client.get("/v1/duty/live", headers=headers(admin)).json["items"]
        if row["member_id"] == str(idle.member_id)
    ]
    assert row["position"]["lat"] == round(TOWN.lat, 2)


def test_named_members_who_are_missing_are_not_on_duty(ctx, station, board) -> None:
    here, gone, foreign = (
        make_on_duty(ctx, station, TOWN),
        make_on_duty(ctx, station, TOWN),
        make_on_duty(ctx, make_station(ctx), TOWN),
    )
    off = {"on_duty": False, "on_duty_since": None, "period_id": None}
    ctx.session.execute(update(DutyLive).where(DutyLive.member_id == gone.member_id).values(**off))
    asked = [str(one.member_id) for one in (here, gone, foreign)]
    assert set(people_of(board(member_id=asked).json)) == {str(here.member_id)}


def test_only_who_was_heard_of_since(ctx, station, board) -> None:
    fresh = make_on_duty(ctx, station, TOWN, fix_age_s=5)
    make_on_duty(ctx, station, TOWN, fix_age_s=500)
    make_on_duty(ctx, station, None)
    since = (ctx.now - timedelta(seconds=60)).isoformat()
    assert set(people_of(board(seen_after=since).json)) == {str(fresh.member_id)}


def test_an_empty_station_has_an_empty_board(board) -> None:
    body = board().json
    assert (body["members"], body["lat"], body["incidents"]) == ("", [], [])


@pytest.mark.parametrize("query", [{"member_id": "x"}, {"seen_after": "soon"}, {"what": "1"}])
def test_a_bad_question_is_refused(board, query) -> None:
    assert board(**query).status_code == 422
