"""Followups over HTTP: guards, shapes, pages, and what bad input is answered."""

from datetime import timedelta
from io import BytesIO

import pytest

from tests.builders.files import photographed
from tests.builders.followups import first_visit, make_town, open_plan, run_at
from tests.builders.identity import Enrolled, enroll, sign_in

STEPS = [{"offset": 2, "mode": "visit"}, {"offset": 5, "mode": "telephone", "after": 1}]


@pytest.fixture
def people(ctx, app, town):
    """Headers of one signed-in person per role of the town."""
    held = {
        "mediator": town.mediator, "officer": town.officer, "supervisor": town.supervisor, "chief": town.chief,
        "volunteer": enroll(ctx, station_id=town.station_id).id,
    }  # fmt: skip
    return {name: sign_in(app, ctx, Enrolled(id_, town.station_id, "", "")) for name, id_ in held.items()}


@pytest.fixture
def visit(ctx, town):
    """A telephone visit whose window is open or over by the database's clock, whatever holiday it is."""
    plan_id = open_plan(ctx, town, settled_at=ctx.now - timedelta(days=20), colour="yellow")
    return first_visit(ctx, plan_id)


@pytest.fixture
def post(client, people):
    def send(who: str, path: str, body=None, key="key-1", **headers):
        given = {**people[who], "Idempotency-Key": key, **headers}
        return (
            client.post(f"/v1{path}", json=body, headers=given)
            if body is not None
            else client.post(f"/v1{path}", headers=given)
        )

    return send


@pytest.fixture
def get(client, people):
    return lambda who, path: client.get(f"/v1{path}", headers=people[who])


def call(ctx, **changes) -> dict:
    body = {"client_ref": "r-1", "mode": "telephone", "outcome": "calm", "captured_at": ctx.now.isoformat()}
    return {**body, **changes}


def test_the_day_list_shows_ones_visits_with_what_a_phone_needs(get, visit, town) -> None:
    answer = get("mediator", "/visits?days=30")
    assert answer.status_code == 200
    item = answer.json["items"][0]
    assert (item["id"], item["mode"], item["owner"]["id"]) == (str(visit.id), "telephone", str(town.mediator))
    assert item["label"].startswith("7K3-")
    assert answer.json["next_cursor"] is None


def test_pages_follow_their_cursor(get, visit) -> None:
    first = get("mediator", "/visits?days=30&limit=2").json
    second = get("mediator", f"/visits?days=30&limit=2&cursor={first['next_cursor']}").json
    assert [item["number"] for item in first["items"] + second["items"]] == [1, 2, 3]


def test_a_cursor_of_another_list_is_refused(get, visit) -> None:
    cursor = get("mediator", "/visits?days=30&limit=1").json["next_cursor"]
    answer = get("supervisor", f"/visits/overdue?cursor={cursor}")
    assert (answer.status_code, answer.json["code"]) == (422, "bad_cursor")


def test_supervisors_see_the_stations_overdue_list(ctx, get, visit, town) -> None:
    run_at(ctx, morning_after(visit))
    items = get("supervisor", "/visits/overdue").json["items"]
    assert str(visit.id) in {item["id"] for item in items}
    assert get("supervisor", "/visits/overdue?unowned=true").json["items"] == []
    assert get("mediator", "/visits/overdue").status_code == 403


def test_a_lead_lists_what_is_overdue_under_them(ctx, get, visit) -> None:
    run_at(ctx, morning_after(visit))
    assert str(visit.id) in {item["id"] for item in get("officer", "/visits?scope=led").json["items"]}


def morning_after(visit):
    return visit.overdue_at + timedelta(hours=8)


def test_a_report_is_taken_and_the_visit_shows_it(ctx, get, post, visit) -> None:
    answer = post(
        "mediator", f"/visits/{visit.id}/contacts", call(ctx, note="平静"), **{"Sent-At": ctx.now.isoformat()}
    )
    assert answer.status_code == 201
    assert (answer.json["counted"], answer.json["verdict"], answer.json["reasons"]) == (
        True,
        "no_fix",
        ["by_telephone"],
    )
    file = get("mediator", f"/visits/{visit.id}").json
    assert (file["visit"]["state"], file["contacts"][0]["note"]) == ("done", "平静")


def test_photos_uploaded_before_are_shown_with_the_report(ctx, client, get, post, people, visit) -> None:
    form = {"file": (BytesIO(photographed()), "a.jpg", "image/jpeg")}
    headers = {**people["mediator"], "Idempotency-Key": "photo-1"}
    file = client.post("/v1/files", data=form, headers=headers).json
    path = f"/visits/{visit.id}/contacts"
    foreign = post("officer", path, call(ctx, photos=[file["id"]]), key="key-0")
    assert (foreign.status_code, foreign.json["code"]) == (404, "not_found")
    answer = post("mediator", path, call(ctx, photos=[file["id"], file["id"]]))
    assert (answer.status_code, answer.json["photo_hashes"]) == (201, [file["source_sha256"]])
    [photo] = get("supervisor", f"/visits/{visit.id}").json["contacts"][0]["photos"]
    assert (photo["id"], client.get(photo["link"]).mimetype) == (file["id"], "image/jpeg")
    assert client.get(photo["thumbnail_link"]).status_code == 200
    assert post("mediator", path, call(ctx, photos=["x"]), key="key-2").json["errors"][0]["pointer"] == "/photos/0"


def test_a_report_repeated_with_its_key_and_a_new_time_of_sending_is_the_same(ctx, post, visit) -> None:
    sent = [ctx.now.isoformat(), (ctx.now + timedelta(days=1)).isoformat()]
    first, second = (post("mediator", f"/visits/{visit.id}/contacts", call(ctx), **{"Sent-At": at}) for at in sent)
    assert first.json == second.json
    assert second.headers["Idempotent-Replay"] == "true"


def test_a_report_repeated_without_its_key_is_the_same(ctx, post, visit) -> None:
    first = post("mediator", f"/visits/{visit.id}/contacts", call(ctx), key="a")
    second = post("mediator", f"/visits/{visit.id}/contacts", call(ctx), key="b")
    assert first.json["id"] == second.json["id"]


POSITION = {"lat": 29.7, "lon": 107.3, "datum": "gcj02", "accuracy_m": 10}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"position": {**POSITION, "datum": None}}, "/position/datum"),
        ({"position": {key: POSITION[key] for key in ("lat", "lon", "accuracy_m")}}, "/position/datum"),
        ({"position": {**POSITION, "lat": 200}}, "/position/lat"),
        ({"position": {**POSITION, "accuracy_m": -1}}, "/position/accuracy_m"),
        ({"outcome": "happy"}, "/outcome"),
        ({"mode": None}, "/mode"),
        ({"captured_at": "2026-03-09T10:00:00"}, "/captured_at"),
        ({"captured_at": "9999-12-31T23:59:59Z"}, "/captured_at"),
        ({"captured_at": "0001-01-01T00:00:00Z"}, "/captured_at"),
        ({"photo_hashes": ["zz"]}, "/photo_hashes/0"),
        ({"photo_hashes": ["a" * 64] * 13}, "/photo_hashes"),
        ({"client_ref": ""}, "/client_ref"),
        ({"client_ref": "x" * 65}, "/client_ref"),
        ({"note": ""}, "/note"),
        ({"note": "x" * 2_001}, "/note"),
        ({"visited_by": "me"}, "/visited_by"),
        ({"verdict": "plausible"}, "/verdict"),
        ({"counted": True}, "/counted"),
    ],
)
def test_what_is_no_report_is_refused_with_its_place(ctx, post, visit, change: dict, pointer: str) -> None:
    answer = post("mediator", f"/visits/{visit.id}/contacts", call(ctx, **change))
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.json["errors"]}


@pytest.mark.parametrize("moment", ["1970-01-01T00:00:00Z", "2199-12-31T23:59:59+14:00"])
def test_a_phone_whose_clock_is_absurd_is_heard_all_the_same(ctx, post, visit, moment: str) -> None:
    answer = post("mediator", f"/visits/{visit.id}/contacts", call(ctx, captured_at=moment), **{"Sent-At": moment})
    assert answer.status_code == 201
    assert (answer.json["verdict"], answer.json["counted"]) == ("doubtful", True)


def test_a_report_of_no_visit_is_not_found(ctx, post) -> None:
    answer = post("mediator", f"/visits/{ctx.new_id()}/contacts", call(ctx))
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_another_stations_visit_answers_like_a_random_id(ctx, get, post, visit) -> None:
    foreign = first_visit(ctx, open_plan(ctx, make_town(ctx)))
    assert get("supervisor", f"/visits/{foreign.id}").status_code == 404
    assert get("supervisor", f"/visit-plans/{foreign.plan_id}").status_code == 404
    assert get("supervisor", f"/visit-plans/{foreign.plan_id}/place-code").status_code == 404
    theirs = f"subject_kind={foreign.subject_kind}&subject_id={foreign.subject_id}"
    assert get("supervisor", f"/visit-plans?{theirs}").status_code == 404
    for path, body in (
        ("contacts", call(ctx)), ("waivers", {"reason": "other"}), ("assignments", {"kind": None, "id": None}),
    ):  # fmt: skip
        assert post("supervisor", f"/visits/{foreign.id}/{path}", body, key=path).status_code == 404


@pytest.mark.parametrize("path", ["waivers", "assignments", "contacts/{contact}/confirmations"])
@pytest.mark.parametrize("who", ["mediator", "officer", "volunteer"])
def test_what_supervisors_decide_is_closed_to_others(ctx, post, visit, path: str, who: str) -> None:
    where = f"/visits/{visit.id}/{path.format(contact=ctx.new_id())}"
    assert post(who, where, {"reason": "other"}).status_code == 403


@pytest.mark.parametrize("path", ["/visits", "/visits/overdue", "/visit-plans/templates", "/me/visit-feeds"])
def test_volunteers_have_no_visits(get, path: str) -> None:
    assert get("volunteer", path).status_code == 403


def test_a_supervisor_waives_assigns_and_confirms(ctx, post, visit, town) -> None:
    contact = post("mediator", f"/visits/{visit.id}/contacts", call(ctx)).json
    confirmed = post("supervisor", f"/visits/{visit.id}/contacts/{contact['id']}/confirmations", key="c")
    assert (confirmed.status_code, confirmed.json["fallback"]) == (201, "supervisor")
    other = first_visit(ctx, open_plan(ctx, town))
    moved = post("supervisor", f"/visits/{other.id}/assignments", {"kind": "grid", "id": str(town.grid_id)}, key="a")
    assert (moved.status_code, moved.json["owner"]["kind"]) == (201, "grid")
    waived = post("supervisor", f"/visits/{other.id}/waivers", {"reason": "not_needed", "note": "双方要求"}, key="w")
    assert (waived.status_code, waived.json["state"]) == (201, "waived")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("waivers", {"reason": "regraded"}),
        ("waivers", {}),
        ("assignments", {"kind": "person", "id": None}),
        ("assignments", {"kind": "somebody", "id": None}),
        ("assignments", {"kind": "person", "id": "00000000-0000-7000-8000-000000000000"}),
    ],
)
def test_what_is_no_decision_is_refused(post, visit, path: str, body: dict) -> None:
    assert post("supervisor", f"/visits/{visit.id}/{path}", body).status_code == 422


def test_a_plan_shows_its_visits_its_log_and_its_code(get, visit) -> None:
    file = get("supervisor", f"/visit-plans/{visit.plan_id}").json
    subject = f"subject_kind={visit.subject_kind}&subject_id={visit.subject_id}"
    assert get("supervisor", f"/visit-plans?{subject}").json == file
    assert get("mediator", f"/visit-plans?{subject}").status_code == 403
    assert (len(file["visits"]), file["changes"][0]["kind"], file["completion"]["complete"]) == (3, "opened", False)
    assert len(get("supervisor", f"/visit-plans/{visit.plan_id}/place-code").json["code"]) == 24


def test_templates_are_listed_written_and_versioned(get, post) -> None:
    body = {"subject_kind": "dispute", "colour": "yellow", "zh": "黄", "en": "Yellow", "steps": STEPS}
    written = post("chief", "/visit-plans/templates", body)
    assert (written.status_code, written.json["version"]) == (201, 1)
    again = post("chief", "/visit-plans/templates", body, key="again")
    assert (again.status_code, again.json["code"]) == (409, "template_moved")
    listed = get("chief", "/visit-plans/templates").json["items"]
    assert written.json in listed
    versions = get("chief", "/visit-plans/templates/versions?subject_kind=dispute&colour=yellow").json["items"]
    assert versions == [written.json]


@pytest.mark.parametrize(
    ("steps", "pointer"),
    [
        ([], "/steps"),
        ([{"offset": 1}], "/steps/0/mode"),
        ([{"offset": -1, "mode": "visit"}], "/steps/0/offset"),
        ([{"offset": 1.5, "mode": "visit"}], "/steps/0/offset"),
        ([{"offset": 3, "mode": "visit"}, {"offset": 1, "mode": "visit"}], "/steps/1/offset"),
        ([{"offset": 1, "mode": "visit", "climbs": [1, 2]}], "/steps/0/climbs"),
        ([{"offset": 1, "mode": "visit", "climbs": [3, 2, 1]}], "/steps/0/climbs"),
        ([{"offset": 1, "mode": "visit", "before": 2}], "/steps/0/before"),
        ([{"offset": 9_999, "mode": "visit"}], "/steps/0/offset"),
    ],
)
def test_steps_that_make_no_plan_are_refused_with_their_place(post, steps: list, pointer: str) -> None:
    body = {"subject_kind": "dispute", "zh": "黄", "en": "Yellow", "steps": steps}
    answer = post("chief", "/visit-plans/templates", body)
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.json["errors"]}


HAZARD = {"subject_kind": "hazard", "colours": ["red", "green"], "rules": {"strained": {"to": "red"}}}


def test_scales_are_listed_written_and_versioned(get, post) -> None:
    written = post("chief", "/visit-plans/scales", HAZARD)
    assert (written.status_code, written.json["version"]) == (201, 1)
    assert written.json["rules"]["strained"]["to"] == "red"
    again = post("chief", "/visit-plans/scales", HAZARD, key="again")
    assert (again.status_code, again.json["code"]) == (409, "scale_moved")
    listed = get("chief", "/visit-plans/scales").json["items"]
    assert written.json in listed
    assert {"*", "hazard"} == {scale["subject_kind"] for scale in listed}
    assert get("chief", "/visit-plans/scales/versions?subject_kind=hazard").json["items"] == [written.json]
    assert post("mediator", "/visit-plans/scales", HAZARD, key="no").status_code == 403


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"colours": ["green", "red", "green"]}, "/colours"),
        ({"colours": ["*"]}, "/colours/0"),
        ({"rules": {"strained": {"to": "blue"}}}, "/rules/strained/to"),
        ({"rules": {"furious": {}}}, "/rules/furious"),
        ({"rules": {"calm": {"streak": 0}}}, "/rules/calm/streak"),
        ({"subject_kind": "dispute"}, "/colours"),
    ],
)
def test_what_makes_no_scale_is_refused_with_its_place(post, changes: dict, pointer: str) -> None:
    answer = post("chief", "/visit-plans/scales", {**HAZARD, **changes})
    assert answer.status_code == 422
    assert pointer in {error["pointer"] for error in answer.json["errors"]}


def test_creating_needs_an_idempotency_key(client, people, visit, ctx) -> None:
    answer = client.post(f"/v1/visits/{visit.id}/contacts", json=call(ctx), headers=people["mediator"])
    assert answer.status_code == 422 or answer.status_code == 400
