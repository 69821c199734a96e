"""The work on a dispute over HTTP: who may, what is answered, what is refused and how."""

import itertools
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.identity.types import Role
from tests.builders.disputes import Worker, couple, make_case
from tests.builders.identity import enroll, sign_in
from tests.builders.mediation import office_at, parties, today

keys = itertools.count()


class Caller:
    """Somebody at a console or a phone."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def get(self, path: str, **query):
        return self.client.get(f"/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body=None):
        given = self.headers | {"Idempotency-Key": f"work-{next(keys)}"}
        return self.client.post(f"/v1{path}", json=body or {}, headers=given)

    def put(self, path: str, body):
        return self.client.put(f"/v1{path}", json=body, headers=self.headers)


@pytest.fixture
def office(ctx):
    return office_at(ctx, ctx.now)


@pytest.fixture
def call(app, client, office):
    def make(worker: Worker) -> Caller:
        return Caller(client, sign_in(app, office.base, worker.person))

    return make


@pytest.fixture
def supervisor(call, office) -> Caller:
    return call(office.supervisor)


@pytest.fixture
def mediator(call, office) -> Caller:
    return call(office.mediator)


@pytest.fixture
def case_id(office) -> UUID:
    return make_case(office.desk.ctx, parties=couple(his_phone="13812345678", her_phone="13912345678"))


def told(answer, status: int = 200):
    """The answer's body, if it is the status expected."""
    assert answer.status_code == status, answer.json
    return answer.json


def lead(office) -> dict:
    return {"kind": "peoples_mediator", "person_id": str(office.mediator.id), "leads": True}


def take_up(office, supervisor: Caller, case_id: UUID) -> None:
    told(supervisor.post(f"/disputes/{case_id}/acceptance"))
    told(supervisor.put(f"/disputes/{case_id}/team", {"mediators": [lead(office)]}))


def hold_session(office, mediator: Caller, case_id: UUID, record: str = "双方同意") -> dict:
    plan = {"planned_at": (office.base.now + timedelta(hours=1)).isoformat(), "place": "调解室"}
    session = told(mediator.post(f"/disputes/{case_id}/sessions", plan), 201)
    return told(mediator.post(f"/dispute-sessions/{session['id']}/report", {"step": "hold", "record": record}))


def agreement(office, case_id: UUID, **changes) -> dict:
    first, second = parties(office, case_id)
    promise = {
        "kind": "pay", "debtor_id": str(second), "creditor_id": str(first), "what": "赔偿", "amount": "900.00",
        "due_on": today(office).isoformat(), "instalments": 3, **changes,
    }  # fmt: skip
    return {"terms": "自愿达成协议", "form": "written", "way": "mediation", "obligations": [promise]}


def test_a_case_from_the_counter_to_the_signature(office, supervisor, mediator, case_id) -> None:
    take_up(office, supervisor, case_id)
    assert hold_session(office, mediator, case_id)["state"] == "held"
    made = told(mediator.post(f"/disputes/{case_id}/agreements", agreement(office, case_id)), 201)
    assert [row["amount"] for row in made["obligations"]] == ["300.00"] * 3
    refused = supervisor.post(f"/disputes/{case_id}/sign-off")
    assert (refused.status_code, refused.json["code"]) == (409, "not_ready_to_close")
    assert [issue["code"] for issue in refused.json["errors"]] == ["visits_open", "promises_owed"]
    assert all(issue["zh"] and issue["en"] for issue in refused.json["errors"])
    seen = told(supervisor.get(f"/disputes/{case_id}/sign-off"))
    assert (seen["ready"], seen["mediated"]) == (False, False)
    assert [lack["code"] for lack in seen["missing"]] == ["visits_open", "promises_owed"]
    assert told(mediator.get(f"/disputes/{case_id}/sign-off"))["mediated"] is True
    for row in made["obligations"]:
        body = {"performed_on": today(office).isoformat(), "note": "收条"}
        assert told(mediator.post(f"/obligations/{row['id']}/performance", body))["state"] == "performed"
    office.base.session.execute(
        text("UPDATE visits SET state = 'waived', next_step_at = NULL WHERE plan_id = :id"), {"id": made["plan_id"]}
    )
    assert told(supervisor.post(f"/disputes/{case_id}/sign-off", {"note": "同意办结"}))["state"] == "closed"
    steps = [row["step"] for row in told(supervisor.get(f"/disputes/{case_id}/decisions"))["items"]]
    assert steps == ["accept", "team", "begin", "settle", "sign_off"]
    assert told(supervisor.post(f"/disputes/{case_id}/reopening", {"note": "又有争执"}))["state"] == "mediating"


def test_a_mediator_decides_nothing_and_a_desk_mediates_nothing(call, office, mediator, case_id) -> None:
    desk = call(office.desk)
    for path in ("acceptance", "refusal", "suspension", "failure", "reopening", "sign-off", "hand-overs"):
        assert mediator.post(f"/disputes/{case_id}/{path}").status_code == 403
    for path in ("sessions", "agreements"):
        assert desk.post(f"/disputes/{case_id}/{path}").status_code == 403


def test_a_date_that_has_passed_is_refused_with_its_place(office, supervisor, mediator, case_id) -> None:
    take_up(office, supervisor, case_id)
    hold_session(office, mediator, case_id)
    yesterday = (today(office) - timedelta(days=1)).isoformat()
    answer = mediator.post(f"/disputes/{case_id}/agreements", agreement(office, case_id, due_on=yesterday))
    assert (answer.status_code, answer.json["code"]) == (422, "bad_promises")
    [issue] = answer.json["errors"]
    assert (issue["pointer"], issue["code"]) == ("/obligations/0/due_on", "performance_in_past")


@pytest.mark.parametrize("amount", ["0", "0.00", "-5", "1.234", "1e3", "NaN", "1234567890123", "", "五百"])
def test_an_amount_is_more_than_nothing_and_to_the_cent(office, supervisor, mediator, case_id, amount) -> None:
    take_up(office, supervisor, case_id)
    hold_session(office, mediator, case_id)
    answer = mediator.post(f"/disputes/{case_id}/agreements", agreement(office, case_id, amount=amount))
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_the_briefing_says_what_to_know_before_going(office, supervisor, mediator, case_id) -> None:
    for _ in range(3):
        make_case(office.desk.ctx, parties=couple(his_phone="13812345678", her_phone="13912345678"))
    take_up(office, supervisor, case_id)
    hold_session(office, mediator, case_id, record="双方各执一词")
    made = told(mediator.post(f"/disputes/{case_id}/agreements", agreement(office, case_id)), 201)
    seen = told(mediator.get(f"/disputes/{case_id}/briefing"))
    assert seen["history"]["pair_calls"] == 4
    assert seen["last_session"]["record"] == "双方各执一词"
    assert [row["id"] for row in seen["owed"]] == [row["id"] for row in made["obligations"]]
    assert seen["next_visit"]["state"] == "planned"
    assert [row["leads"] for row in seen["team"]] == [True]


def test_whoever_reads_the_work_is_in_the_trail_and_others_find_nothing(
    call, office, supervisor, mediator, case_id
) -> None:
    take_up(office, supervisor, case_id)
    parts = ("team", "sessions", "agreements", "decisions", "hand-overs", "ratings", "briefing")
    other = call(office.other)
    for part in parts:
        told(mediator.get(f"/disputes/{case_id}/{part}"))
        assert other.get(f"/disputes/{case_id}/{part}").status_code == 404
        assert mediator.get(f"/disputes/{uuid4()}/{part}").status_code == 404
    rows = office.base.session.execute(
        text("SELECT details->>'part', actor_id FROM audit_entries WHERE action = 'dispute.work_read' ORDER BY id")
    ).all()
    assert [row[0] for row in rows] == [part.replace("-", "_") for part in parts]
    assert {row[1] for row in rows} == {office.mediator.id}


def test_owed_lists_own_cases_and_the_station_for_who_may_see_it(office, supervisor, mediator, call, case_id) -> None:
    take_up(office, supervisor, case_id)
    hold_session(office, mediator, case_id)
    told(mediator.post(f"/disputes/{case_id}/agreements", agreement(office, case_id)), 201)
    assert len(told(mediator.get("/obligations"))["items"]) == 3
    assert told(call(office.other).get("/obligations"))["items"] == []
    assert told(call(office.other).get("/obligations", whole_station=True))["items"] == []
    assert len(told(supervisor.get("/obligations", whole_station=True))["items"]) == 3


def test_workload_counts_open_cases(office, supervisor, mediator, case_id) -> None:
    take_up(office, supervisor, case_id)
    plan = {"planned_at": (office.base.now + timedelta(hours=1)).isoformat()}
    told(mediator.post(f"/disputes/{case_id}/sessions", plan), 201)
    [row] = told(supervisor.get("/disputes/workload"))["items"]
    assert row == {
        "person_id": str(office.mediator.id), "name": "王小明", "leads": 1, "open_cases": 1, "overdue_cases": 0,
        "sessions_ahead": 1, "obligations_overdue": 0,
    }  # fmt: skip


def test_a_hand_over_between_stations(ctx, call, office, supervisor, case_id) -> None:
    elsewhere = office_at(ctx, ctx.now)
    body = {"receiver": "station", "station_id": str(elsewhere.station_id), "reason": "属贵辖区"}
    made = told(supervisor.post(f"/disputes/{case_id}/hand-overs", body), 201)
    theirs = call(elsewhere.supervisor)
    [seen] = told(theirs.get("/hand-overs"))["items"]
    assert (seen["hand_over"]["id"], seen["hand_over"]["reason"]) == (made["id"], "属贵辖区")
    assert supervisor.post(f"/hand-overs/{made['id']}/acceptance").status_code == 404
    taken = told(theirs.post(f"/hand-overs/{made['id']}/acceptance", {"note": "已接收"}))
    assert told(theirs.get(f"/disputes/{taken['copy_id']}"))["state"] == "accepted"
    assert supervisor.get(f"/disputes/{taken['copy_id']}").status_code == 404
    assert told(supervisor.get(f"/disputes/{case_id}/hand-overs"))["items"][0]["copy_id"] == taken["copy_id"]
    again = theirs.post(f"/hand-overs/{made['id']}/refusal", {"note": "不要了"})
    assert (again.status_code, again.json["code"]) == (409, "illegal_transition")


def test_failing_says_who_has_to_be_told_in_person(office, supervisor, case_id) -> None:
    take_up(office, supervisor, case_id)
    make = {"road": "litigation", "note": "分歧过大"}
    answer = told(supervisor.post(f"/disputes/{case_id}/failure", make))
    assert (answer["dispute"]["state"], answer["texted"], answer["untold"]) == ("failed", 2, {})


def test_pausing_refusing_and_taking_back(office, supervisor, case_id) -> None:
    told(supervisor.post(f"/disputes/{case_id}/acceptance"))
    until = (today(office) + timedelta(days=10)).isoformat()
    paused = told(supervisor.post(f"/disputes/{case_id}/suspension", {"until": until, "note": "住院"}))
    assert paused["state"] == "suspended"
    assert told(supervisor.post(f"/disputes/{case_id}/resumption"))["state"] == "mediating"
    assert told(supervisor.post(f"/disputes/{case_id}/withdrawal", {"note": "已和好"}))["state"] == "withdrawn"
    other = make_case(office.desk.ctx)
    assert told(supervisor.post(f"/disputes/{other}/refusal", {"reason": "criminal"}))["state"] == "refused"


def test_a_new_norm_counts_from_now_on(call, office, supervisor, case_id) -> None:
    chief = call(office.chief)
    assert (
        told(chief.post("/disputes/standards/mediation", {"rating_days": 7, "confirm_days": 20}), 201)["version"] == 2
    )
    assert supervisor.post("/disputes/standards/mediation", {}).status_code == 403
    assert chief.post("/disputes/standards/mediation", {"rating_days": 0}).status_code == 422
    first = told(chief.get("/disputes/standards", kind="mediation"))["items"][0]
    assert (first["body"]["rating_days"], first["body"]["second_session_days"]) == (7, 7)


def test_a_patrol_officer_by_code_mediates_nothing(call, office, case_id) -> None:
    officer = Worker(
        office.base, enroll(office.base, station_id=office.station_id, roles=[Role.VOLUNTEER]), (Role.VOLUNTEER,)
    )  # fmt: skip
    assert call(officer).get(f"/disputes/{case_id}/briefing").status_code == 403
