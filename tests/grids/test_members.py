"""Members: enrolled, edited, let go and taken back; each change orders duty's refresh."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from api.grids.queries import member_of_person
from api.grids.rules import MEMBER, station_day
from api.grids.types import MemberEvent, MemberStatus
from api.identity import service
from api.identity.queries import active_people, sessions_of
from api.identity.types import Role
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from tests.builders.grids import make_grid, make_member, make_station
from tests.builders.identity import enroll, invented_phone


def order(**more: Any) -> dict[str, Any]:
    return {"name": "李梅", "phone": invented_phone(), "force": "volunteer", **more}


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def refreshes(ctx: Ctx, member_id: str) -> list[str]:
    statement = select(Timer.step).where(
        Timer.job == "workers.jobs.duty.refresh_member", Timer.subject_id == UUID(member_id)
    )
    return list(ctx.session.scalars(statement.order_by(Timer.step)))


def test_somebody_is_enrolled_with_skills_and_a_grid(desk, ctx: Ctx, station: UUID) -> None:
    grid = make_grid(ctx, station, code="500102008001001")
    skills = [
        {"skill": "first_aid", "expires_on": "2030-05-31", "certificate_no": "ABC-12345678"},
        {"skill": "driving"},
    ]
    answer = desk.post("/v1/members", order(grid_id=str(grid), skills=skills, status="active"))
    member = answer.json
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert (member["name"], member["grid"]["code"], member["status"]) == ("李梅", "500102008001001", "active")
    assert member["joined_on"] == station_day(ctx.now).isoformat()
    assert [(s["skill"], s["certificate_no"], s["valid"]) for s in member["skills"]] == [
        ("driving", None, True),
        ("first_aid", "********5678", True),
    ]
    assert desk.get(f"/v1/members/{member['id']}").json == member
    assert refreshes(ctx, member["id"]) == ["v1"]


def test_the_number_is_masked_everywhere(desk) -> None:
    body = order(phone="138 1234 5678")
    answer = desk.post("/v1/members", body)
    assert answer.json["phone"] == "138****5678"
    listed = desk.get("/v1/members")
    assert b"12345678" not in answer.data + listed.data


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"force": "no_such_force"}, "force_unknown"),
        ({"skills": [{"skill": "flying"}]}, "skill_unknown"),
        ({"skills": [{"skill": "driving"}, {"skill": "driving"}]}, "skill_unknown"),
        ({"grid_id": str(uuid4())}, "grid_unknown"),
        ({"phone": "12"}, "invalid"),
        ({"phone": "999"}, "phone_unusable"),
        ({"roles": ["station_admin"]}, "invalid"),
        ({"status": "left"}, "invalid"),
        ({"name": "=HYPERLINK(1)"}, "invalid"),
        ({"version": 7}, "invalid"),
    ],
)
def test_an_enrolment_with_a_fault_leaves_nothing(desk, change: dict[str, Any], code: str) -> None:
    assert problem(desk.post("/v1/members", order() | change)) == (422, code)
    assert desk.get("/v1/members").json["items"] == []


def test_a_person_is_enrolled_once_and_under_one_name(desk) -> None:
    body = order()
    assert desk.post("/v1/members", body).status_code == 201
    assert problem(desk.post("/v1/members", body)) == (409, "member_already_enrolled")
    assert problem(desk.post("/v1/members", body | {"name": "王强"})) == (409, "member_name_differs")


def test_staff_can_be_members_too(desk, ctx: Ctx, station: UUID) -> None:
    person = enroll(ctx, station_id=station, roles=[Role.DISPATCHER], name="赵敏")
    made = desk.post("/v1/members", order(name="赵敏", phone=person.phone)).json
    assert made["person_id"] == str(person.id)
    assert str(member_of_person(ctx.session, person.id).member_id) == made["id"]


def test_an_edit_changes_what_it_names_and_nothing_else(desk, ctx: Ctx, station: UUID) -> None:
    grid = make_grid(ctx, station)
    skills = [{"skill": "first_aid", "expires_on": "2030-05-31", "certificate_no": "ABC-12345678"}]
    member = desk.post("/v1/members", order(grid_id=str(grid), skills=skills)).json
    path = f"/v1/members/{member['id']}"
    assert problem(desk.send("PATCH", path, {"force": "medic"})) == (428, "version_required")
    edited = desk.send("PATCH", path, {"force": "medic"}, version=1).json
    assert {key for key in edited if edited[key] != member[key]} == {"force", "version"}
    renewed = desk.send("PATCH", path, {"skills": [{"skill": "first_aid", "expires_on": "2033-05-31"}]}, version=2)
    assert renewed.json["skills"][0]["certificate_no"] == "********5678"
    emptied = desk.send("PATCH", path, {"grid_id": None, "skills": []}, version=3).json
    assert (emptied["grid"], emptied["skills"]) == (None, [])
    assert problem(desk.send("PATCH", path, {"force": "patrol"}, version=2)) == (412, "stale_version")
    assert refreshes(ctx, member["id"]) == ["v1", "v2", "v3", "v4"]


def test_an_edit_refused_half_way_changes_nothing(desk) -> None:
    member = desk.post("/v1/members", order()).json
    path = f"/v1/members/{member['id']}"
    body = {"force": "medic", "skills": [{"skill": "flying"}]}
    assert problem(desk.send("PATCH", path, body, version=1)) == (422, "skill_unknown")
    assert desk.get(path).json == member


def test_a_member_s_life(desk, ctx: Ctx) -> None:
    member = desk.post("/v1/members", order()).json
    path = f"/v1/members/{member['id']}/standing"
    seen = []
    for version, event in enumerate(["activate", "suspend", "resume", "leave", "rejoin"], 1):
        answer = desk.post(path, {"event": event}, version=version).json
        seen.append((answer["status"], answer["left_on"]))
    today = station_day(ctx.now).isoformat()
    assert seen == [("active", None), ("suspended", None), ("active", None), ("left", today), ("active", None)]
    assert problem(desk.post(path, {"event": "resume"}, version=6)) == (409, "illegal_transition")
    assert problem(desk.post(path, {"event": "suspend"}, version=3)) == (412, "stale_version")
    early = {"event": "leave", "on": "2001-01-01"}
    assert problem(desk.post(path, early, version=6)) == (422, "period_unfit")
    assert refreshes(ctx, member["id"])[-1] == "v6"


@pytest.mark.unit
def test_every_status_can_be_reached_and_left() -> None:
    assert {state for state, _ in MEMBER.table} == set(MemberStatus)
    assert set(MEMBER.table.values()) | {MEMBER.initial} == set(MemberStatus)
    assert {event for _, event in MEMBER.table} == set(MemberEvent)


def test_the_list_is_filtered_and_paged(desk, ctx: Ctx, station: UUID) -> None:
    today = station_day(ctx.now)
    grid = make_grid(ctx, station)
    medic = make_member(ctx, station, enroll(ctx, station_id=station).id, force="medic", grid_id=grid)
    held = make_member(ctx, station, enroll(ctx, station_id=station).id, skills=("driving",), expires_on=today)
    lapsed = make_member(
        ctx, station, enroll(ctx, station_id=station).id, skills=("driving",), expires_on=today - timedelta(days=1)
    )
    left = make_member(ctx, station, enroll(ctx, station_id=station).id, status="left")

    def ids(**query: Any) -> list[str]:
        return [member["id"] for member in desk.get("/v1/members", **query).json["items"]]

    everybody = sorted(map(str, (medic, held, lapsed, left)))  # ids made at once have no order in time
    assert ids() == everybody
    assert ids(force="medic") == ids(grid_id=str(grid)) == [str(medic)]
    assert ids(skill="driving") == [str(held)]
    assert ids(status="left") == [str(left)]
    first = desk.get("/v1/members", limit=3).json
    second = desk.get("/v1/members", limit=3, cursor=first["next_cursor"]).json
    assert [member["id"] for member in first["items"] + second["items"]] == everybody
    assert second["next_cursor"] is None
    assert problem(desk.get("/v1/members", colour="red")) == (422, "invalid")
    assert problem(desk.get("/v1/members", status="'; DROP TABLE members")) == (422, "invalid")


def test_a_page_costs_the_same_number_of_statements_for_two_as_for_twenty(desk, ctx: Ctx, station: UUID, count) -> None:
    for _ in range(20):
        make_member(ctx, station, enroll(ctx, station_id=station).id, skills=("driving", "first_aid"))
    with count() as two:
        desk.get("/v1/members", limit=2)
    with count() as twenty:
        desk.get("/v1/members", limit=20)
    assert len(two) == len(twenty)


def test_another_station_s_members_do_not_exist(desk, ctx: Ctx) -> None:
    foreign = make_station(ctx)
    theirs = make_member(ctx, foreign, enroll(ctx, station_id=foreign).id)
    grid = make_grid(ctx, foreign)
    for answer in (
        desk.get(f"/v1/members/{theirs}"),
        desk.send("PATCH", f"/v1/members/{theirs}", {"force": "medic"}, version=1),
        desk.post(f"/v1/members/{theirs}/standing", {"event": "leave"}, version=1),
    ):
        assert problem(answer) == (404, "not_found")
    assert problem(desk.post("/v1/members", order(grid_id=str(grid)))) == (422, "grid_unknown")


def test_a_closed_grid_takes_nobody(desk, ctx: Ctx, station: UUID) -> None:
    closed = make_grid(ctx, station, valid_to=station_day(ctx.now))
    assert problem(desk.post("/v1/members", order(grid_id=str(closed)))) == (422, "grid_unknown")


def test_a_station_adds_forces_and_skills_of_its_own(desk, desk_of, ctx: Ctx) -> None:
    assert desk.send("PUT", "/v1/forces/river_patrol", {"zh": "护河队", "en": "River patrol"}).status_code == 200
    desk.send("PUT", "/v1/forces/river_patrol", {"zh": "乌江护河队", "en": "Wu river patrol"})
    desk.send("PUT", "/v1/skills/boat_handling", {"zh": "驾船", "en": "Boat handling"})
    mine = {word["code"]: word for word in desk.get("/v1/forces").json}
    assert mine["river_patrol"] == {
        "code": "river_patrol", "zh": "乌江护河队", "en": "Wu river patrol", "common": False,
    }  # fmt: skip
    assert mine["grid_officer"]["common"] is True
    skills = [{"skill": "boat_handling"}]
    assert desk.post("/v1/members", order(force="river_patrol", skills=skills)).status_code == 201
    neighbour = desk_of(make_station(ctx))
    assert "river_patrol" not in {word["code"] for word in neighbour.get("/v1/forces").json}
    assert problem(neighbour.post("/v1/members", order(force="river_patrol"))) == (422, "force_unknown")
    common = desk.send("PUT", "/v1/skills/first_aid", {"zh": "急救", "en": "First aid"})
    assert problem(common) == (409, "vocabulary_common")
    unfit = desk.send("PUT", "/v1/skills/Bad-Code", {"zh": "急救", "en": "First aid"})
    assert problem(unfit) == (422, "vocabulary_code_unfit")


def test_volunteers_do_not_see_the_roster(desk_of, station: UUID) -> None:
    volunteer = desk_of(station, Role.VOLUNTEER)
    assert problem(volunteer.get("/v1/members")) == (403, "forbidden")
    dispatcher = desk_of(station, Role.DISPATCHER)
    assert dispatcher.get("/v1/members").status_code == 200
    assert problem(dispatcher.post("/v1/members", order())) == (403, "forbidden")


def test_who_leaves_loses_the_sign_in_and_who_returns_has_it_again(desk, ctx: Ctx) -> None:
    member = desk.post("/v1/members", order()).json
    path, person = f"/v1/members/{member['id']}/standing", UUID(member["person_id"])
    desk.post(path, {"event": "activate"}, version=1)
    service.open_session(ctx, person_id=person, method="code")
    desk.post(path, {"event": "leave"}, version=2)
    assert active_people(ctx.session, [person]) == set()
    assert sessions_of(ctx.session, person, current=None) == []
    desk.post(path, {"event": "rejoin"}, version=3)
    assert active_people(ctx.session, [person]) == {person}


def test_named_members_are_found_and_nobody_else(desk, ctx, station) -> None:
    mine = [make_member(ctx, station, enroll(ctx, station_id=station).id) for _ in range(3)]
    other = make_station(ctx)
    foreign = make_member(ctx, other, enroll(ctx, station_id=other).id)
    answer = desk.get("/v1/members", id=[str(mine[0]), str(mine[2]), str(foreign)])
    assert {row["id"] for row in answer.json["items"]} == {str(mine[0]), str(mine[2])}
