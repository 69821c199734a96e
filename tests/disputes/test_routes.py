"""The routes: who may, what is refused, and that the list and the row agree."""

import io
import itertools
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.disputes.schemas.cases import DisputeRowSchema
from tests.builders.disputes import Office, Worker, invented_card, make_case, make_office, party
from tests.builders.identity import bearer, open_session

keys = itertools.count()
BODY = {
    "category": "0101",
    "summary": "夫妻争吵",
    "signs": ["alcohol"],
    "amount": "1200.50",
    "place": {"lat": 29.7031, "lon": 107.3897, "datum": "wgs84"},
    "parties": [{"name": "王小明", "phone": "13812345678"}, {"name": "李小红", "role": "respondent"}],
}


class Caller:
    """Somebody at a console or a phone."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def get(self, path: str, **query):
        return self.client.get(f"/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body=None, **kw):
        headers = self.headers | {"Idempotency-Key": kw.pop("key", f"dispute-{next(keys)}")}
        return self.client.post(f"/v1{path}", json=body if not kw else None, headers=headers, **kw)

    def send(self, method: str, path: str, body=None, **headers):
        return self.client.open(f"/v1{path}", method=method, json=body, headers=self.headers | headers)


@pytest.fixture
def office(ctx) -> Office:
    return make_office(ctx)


@pytest.fixture
def call(client, office: Office):
    def make(worker: Worker) -> Caller:
        return Caller(client, bearer(open_session(office.system, worker.person)))

    return make


def test_a_case_from_the_first_call_to_the_list(call, office: Office) -> None:
    mediator = call(office.mediator)
    filed = mediator.post("/disputes", BODY)
    assert filed.status_code == 201
    assert filed.headers["ETag"] == '"1"'
    [listed] = mediator.get("/disputes").json["items"]
    assert listed["parties"] == [{"role": "applicant", "name": "王**"}, {"role": "respondent", "name": "李**"}]
    detail = mediator.get(f"/disputes/{filed.json['id']}").json
    assert (detail["summary"], detail["amount"], detail["place"]["datum"]) == ("夫妻争吵", "1200.50", "wgs84")
    assert detail["parties"][0]["phone"] == "138****5678"
    whole = mediator.get(f"/disputes/{filed.json['id']}/parties").json["items"]
    assert whole[0]["phone"] == "+8613812345678"


def test_the_row_built_by_hand_is_the_schemas_row(call, office: Office) -> None:
    mediator = call(office.mediator)
    filed = mediator.post("/disputes", BODY).json
    [listed] = mediator.get("/disputes").json["items"]
    assert set(listed) == set(DisputeRowSchema().fields) == set(filed)
    moments = {"step_since", "due_at", "reported_at"}
    assert {name: value for name, value in listed.items() if name not in moments} == {
        name: value for name, value in filed.items() if name not in moments
    }
    for name in moments:
        assert listed[name].replace("Z", "+00:00") == filed[name]


def test_the_same_request_twice_is_one_case(call, office: Office) -> None:
    mediator = call(office.mediator)
    first, second = (mediator.post("/disputes", BODY, key="once").json for _ in range(2))
    assert first == second
    assert len(mediator.get("/disputes").json["items"]) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"category": None}, "category"), ({"summary": ""}, "summary"), ({"amount": "NaN"}, "amount"),
        ({"amount": "-1"}, "amount"), ({"place": {"lat": 29.7, "lon": 107.3}}, "place"), ({"state": "closed"}, "state"),
        ({"station_id": str(uuid4())}, "station_id"), ({"colour": "red"}, "colour"), ({"signs": ["moon"]}, "signs"),
        ({"parties": [{"role": "applicant"}]}, "parties"), ({"people_count": 0}, "people_count"),
        ({"summary": "字" * 2001}, "summary"), ({"parties": [{"name": "x", "verified": True}]}, "parties"),
    ],
)  # fmt: skip
def test_what_the_schema_refuses(call, office: Office, change, field) -> None:
    answer = call(office.mediator).post("/disputes", {**BODY, **change})
    assert answer.status_code == 422
    assert field in answer.get_data(as_text=True)


def test_unknown_codes_are_named_in_both_languages(call, office: Office) -> None:
    answer = call(office.mediator).post("/disputes", {**BODY, "category": "7777", "source": "pigeon"})
    assert answer.status_code == 422
    assert {issue["pointer"] for issue in answer.json["errors"]} == {"/category", "/source"}
    assert all(issue["zh"] and issue["en"] for issue in answer.json["errors"])


def test_an_edit_needs_the_version_it_saw(call, office: Office) -> None:
    mediator = call(office.mediator)
    path = f"/disputes/{mediator.post('/disputes', BODY).json['id']}"
    assert mediator.send("PATCH", path, {"title": "x"}).status_code == 428
    assert mediator.send("PATCH", path, {"title": "x"}, **{"If-Match": '"9"'}).status_code == 412
    edited = mediator.send("PATCH", path, {"signs": ["weapon", "injury"], "place": None}, **{"If-Match": '"1"'})
    assert (edited.status_code, edited.json["colour"], edited.json["place"]) == (200, "red", None)
    assert edited.headers["ETag"] == '"2"'
    assert mediator.send("PATCH", path, {}, **{"If-Match": '"2"'}).status_code == 422


def test_filters_and_pages(call, office: Office) -> None:
    ids = [str(make_case(office.mediator.ctx, category=code)) for code in ("0101", "0102", "0203")]
    supervisor = call(office.supervisor)
    assert {row["id"] for row in supervisor.get("/disputes", category="01").json["items"]} == set(ids[:2])
    assert {row["id"] for row in supervisor.get("/disputes", category="0203").json["items"]} == {ids[2]}
    assert supervisor.get("/disputes", state="closed").json["items"] == []
    assert supervisor.get("/disputes", overdue="true").json["items"] == []
    assert supervisor.get("/disputes", mine="true").json["items"] == []
    assert len(call(office.mediator).get("/disputes", mine="true").json["items"]) == 3
    first = supervisor.get("/disputes", limit=2).json
    rest = supervisor.get("/disputes", limit=2, cursor=first["next_cursor"]).json
    assert {row["id"] for row in first["items"] + rest["items"]} == set(ids)
    assert rest["next_cursor"] is None


def test_overdue_is_what_the_clock_says(call, office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    office.base.session.execute(text("UPDATE disputes SET due_at = now() - interval '1 hour'"))
    [row] = call(office.supervisor).get("/disputes", overdue="true").json["items"]
    assert (row["id"], row["overdue"]) == (str(dispute_id), True)


def test_a_colour_by_hand_needs_a_reason(call, office: Office) -> None:
    mediator = call(office.mediator)
    path = f"/disputes/{mediator.post('/disputes', BODY).json['id']}"
    assert mediator.post(f"{path}/colour", {"colour": "red"}).status_code == 422
    assert mediator.post(f"{path}/colour", {"colour": "red", "reason": "扬言报复"}).json["colour"] == "red"
    scores = mediator.get(f"{path}/scores").json["items"]
    assert (scores[0]["colour"], scores[0]["note"]) == ("red", "扬言报复")
    assert [event["kind"] for event in mediator.get(f"{path}/timeline").json["items"]][-1] == "coloured"


def test_parties_over_http(call, office: Office) -> None:
    mediator = call(office.mediator)
    path = f"/disputes/{mediator.post('/disputes', BODY).json['id']}/parties"
    card = invented_card()
    added = mediator.post(path, {"name": "张三", "role": "third", "document": "111", "document_number": card})
    assert added.status_code == 201
    party_path = f"{path}/{added.json['id']}"
    edited = mediator.send("PATCH", party_path, {"phone": "13912345678"}, **{"If-Match": '"1"'})
    assert next(each for each in edited.json["items"] if each["id"] == added.json["id"])["phone"] == "+8613912345678"
    assert mediator.post("/disputes/search", {"document_number": card}).json["items"][0]["role"] == "third"
    assert mediator.post("/disputes/search", {}).status_code == 422
    assert mediator.send("DELETE", party_path).status_code == 204
    assert mediator.send("PATCH", party_path, {"phone": None}, **{"If-Match": '"2"'}).status_code == 404
    stranger = mediator.post(path, {"name": "代理", "agent_of": str(uuid4())})
    assert (stranger.status_code, stranger.json["code"]) == (422, "agent_of_nobody")


def test_merge_and_split_over_http(call, office: Office) -> None:
    one, two = (make_case(office.mediator.ctx, parties=(party("甲"), party("乙"))) for _ in range(2))
    supervisor = call(office.supervisor)
    merged = supervisor.post(f"/disputes/{one}/merge", {"into": str(two)})
    assert (merged.status_code, merged.json["id"]) == (200, str(two))
    parties = supervisor.get(f"/disputes/{two}/parties").json["items"]
    split = supervisor.post(f"/disputes/{two}/split", {"party_ids": [parties[0]["id"]]})
    assert split.status_code == 201
    assert supervisor.get(f"/disputes/{split.json['id']}").json["split_from"] == str(two)


def test_code_lists_and_standards(call, office: Office) -> None:
    chief = call(office.chief)
    codes = chief.get("/disputes/codes", list="category").json["items"]
    by_code = {row["code"]: row for row in codes}
    assert (by_code["0101"]["parent"], by_code["0101"]["zh"], by_code["01"]["en"]) == (
        "01", "婚恋纠纷", "Marriage and family",
    )  # fmt: skip
    assert {row["list"] for row in chief.get("/disputes/codes").json["items"]} >= {"ethnicity", "education", "document"}
    assert chief.get("/disputes/codes", on="1990-01-01").json["items"] == []
    [standard] = chief.get("/disputes/standards", kind="weights").json["items"]
    body = standard["body"]
    written = chief.post("/disputes/standards/weights", {**body, "weights": {**body["weights"], "alcohol": 60}})
    assert (written.status_code, written.json["version"]) == (201, 2)
    assert call(office.mediator).post("/disputes/standards/weights", body).status_code == 403
    deadlines = chief.get("/disputes/standards", kind="deadlines").json["items"][0]["body"]
    assert chief.post("/disputes/standards/deadlines", deadlines).status_code == 201
    assert chief.post("/disputes/standards/deadlines", {**deadlines, "climbs": [2, 1, 3]}).status_code == 422
    assert (
        chief.post("/disputes/standards/named", {"people": [str(office.other.id)]}).json["code"] == "not_a_supervisor"
    )
    assert chief.post("/disputes/standards/named", {"people": [str(office.supervisor.id)]}).status_code == 201


def test_files_over_http(call, office: Office) -> None:
    supervisor = call(office.supervisor)
    sheet = "登记日期,纠纷类别,简要情况,申请人\n2025-03-03,0203,噪声,王五\n2025-03-03,7777,噪声,王五\n"
    data = {"file": (io.BytesIO(sheet.encode()), "old.csv"), "dry_run": "false", "keep_good": "true"}
    answer = supervisor.post("/disputes/imports", data=data, content_type="multipart/form-data")
    assert answer.status_code == 201
    assert (answer.json["created"], answer.json["bad"], answer.json["applied"]) == (1, 1, True)
    assert answer.json["faults"] == [
        {
            "row": 3,
            "column": "category",
            "code": "code_unknown",
            "zh": "第 3 行，纠纷类别：不在代码表中，请按填写说明填写。",
            "en": "Row 3, category is not in the code list; see the guide.",
        }
    ]
    assert supervisor.get("/disputes/imports").json["items"][0]["created"] == 1
    for path in ("/disputes/imports/template", "/disputes/export"):
        assert supervisor.get(path).data.startswith(b"PK")
    assert call(office.mediator).get("/disputes/export").status_code == 403


@pytest.mark.parametrize("path", ["", "/parties", "/timeline", "/scores"])
def test_another_stations_id_is_as_unknown_as_any(call, ctx, office: Office, path: str) -> None:
    foreign = make_case(make_office(ctx).mediator.ctx)
    chief = call(office.chief)
    theirs, nobodys = (chief.get(f"/disputes/{id_}{path}") for id_ in (foreign, uuid4()))
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.json["code"] == nobodys.json["code"]
