"""The routes: who may, what is refused and how, and the whole loop over HTTP."""

import itertools
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from api.identity.types import Role
from tests.builders.identity import sign_in
from tests.builders.incidents import PHONE, PLACE, Scene, Somebody, make_scene

keys = itertools.count()
WHERE = {"lat": PLACE.lat, "lon": PLACE.lon, "datum": "wgs84"}
REPORT = {
    "kind": "other",
    "category": "urgent_help",
    "colour": "yellow",
    "source": "call",
    "place": WHERE,
    "description": "老人在楼道跌倒",
    "requester": {"name": "李四", "phone": "13812345678"},
    "needs": [{"wanted": 1}],
}


class Caller:
    """Somebody at a console or a phone."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        self.client, self.headers = client, headers

    def get(self, path: str, **query):
        return self.client.get(f"/v1{path}", query_string=query, headers=self.headers)

    def post(self, path: str, body=None, key: str | None = "", **headers):
        key = f"key-{next(keys)}" if key == "" else key
        given = self.headers | headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"/v1{path}", json={} if body is None else body, headers=given)

    def patch(self, path: str, body, **headers):
        return self.client.patch(f"/v1{path}", json=body, headers=self.headers | headers)


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=3)


@pytest.fixture
def call(app, client, scene: Scene):
    """A caller for somebody of the scene."""

    def make(somebody: Somebody) -> Caller:
        return Caller(client, sign_in(app, scene.ctx, somebody.person))

    return make


@pytest.fixture
def desk(call, scene: Scene) -> Caller:
    return call(scene.desk[Role.DISPATCHER])


@pytest.fixture
def chief(call, scene: Scene) -> Caller:
    return call(scene.desk[Role.SUPERVISOR])


def filed(desk: Caller, **changes) -> dict:
    answer = desk.post("/incidents", {**REPORT, "duplicate_checked": True, **changes})
    assert answer.status_code == 201, answer.json
    return answer.json


def dispatched(desk: Caller, incident_id: str, **order) -> dict:
    answer = desk.post(f"/incidents/{incident_id}/dispatches", order)
    assert answer.status_code == 201, answer.json
    return answer.json


def accepted(desk: Caller, call, scene: Scene) -> tuple[str, str, Caller]:
    """An incident whose first candidate said yes: its id, the offer's, and the phone."""
    incident = filed(desk)["id"]
    offer = dispatched(desk, incident)["offers"][0]
    phone = call(scene.of_text(offer["person_id"]))
    assert phone.post(f"/offers/{offer['id']}/accept").json["state"] == "accepted"
    return incident, offer["id"], phone


def test_the_whole_loop_over_http(desk: Caller, chief: Caller, call, scene: Scene) -> None:
    incident, offer, phone = accepted(desk, call, scene)
    for step in ("depart", "arrive", "finish"):
        answer = phone.post(f"/offers/{offer}/{step}", {"position": WHERE})
        assert answer.status_code == 200, answer.json
    report = phone.post(f"/offers/{offer}/feedback", {"outcome": "resolved", "text": "已送医"})
    assert (report.status_code, report.json["state"]) == (201, "submitted")
    reviewed = chief.post(f"/incidents/{incident}/reviews", {"decision": "approved"})
    assert (reviewed.status_code, reviewed.json["state"]) == (201, "calling_back")
    closed = desk.post(f"/incidents/{incident}/call-backs", {"outcome": "reached", "rating": 5})
    assert (closed.status_code, closed.json["state"]) == (201, "closed")
    kinds = [event["kind"] for event in desk.get(f"/incidents/{incident}/timeline").json["items"]]
    assert kinds == [
        "reported", "state", "dispatched", "asked", "accepted", "filled", "state", "depart", "arrive", "lead", "finish",
        "feedback", "asking_ended", "state", "reviewed", "state", "called_back", "state",
    ]  # fmt: skip
    detail = desk.get(f"/incidents/{incident}")
    assert (detail.json["requester"]["phone"], detail.json["place"]["datum"]) == (PHONE, "wgs84")


class TestReporting:
    def test_ask_15_a_possible_duplicate_is_listed_then_filed_knowingly(self, desk: Caller) -> None:
        first = filed(desk)
        answer = desk.post("/incidents", REPORT)
        assert (answer.status_code, answer.json["code"]) == (409, "possible_duplicate")
        [candidate] = answer.json["facts"]["candidates"]
        assert (candidate["id"], candidate["ref"]) == (first["id"], first["ref"])
        near = desk.get("/incidents/nearby", **WHERE, kind="other").json["items"]
        assert [row["id"] for row in near] == [first["id"]]

    def test_the_same_request_twice_files_one(self, desk: Caller) -> None:
        body = {**REPORT, "duplicate_checked": True}
        first, second = (desk.post("/incidents", body, key="twice") for _ in range(2))
        assert first.data == second.data
        assert len(desk.get("/incidents").json["items"]) == 1

    def test_gcj02_is_converted_and_remembered(self, desk: Caller) -> None:
        place = {"lat": 29.700620, "lon": 107.394329, "datum": "gcj02"}
        detail = desk.get(f"/incidents/{filed(desk, place=place)['id']}").json
        assert detail["place"]["lat"] == pytest.approx(29.703100, abs=2e-7)
        assert detail["place_datum"] == "gcj02"

    @pytest.mark.parametrize(
        ("changes", "pointer", "code"),
        [
            ({"place": {"lat": 29.7, "lon": 107.4, "datum": "mars"}}, "/place/datum", "not_a_choice"),
            ({"place": {"lat": 29.7, "lon": 107.4}}, "/place/datum", "required"),
            ({"place": {"lat": 200, "lon": 107.4, "datum": "wgs84"}}, "/place/lat", "range"),
            ({"place": {"lat": "x", "lon": 107.4, "datum": "wgs84"}}, "/place/lat", "not_a_number"),
            ({"place": None}, "/place", "null"),
            ({"weather": "rain"}, "/weather", "unknown_field"),
            ({"kind": "party"}, "/kind", "not_a_choice"),
            ({"description": ""}, "/description", "length"),
            ({"description": "x" * 2001}, "/description", "length"),
            ({"needs": [{"wanted": 0}]}, "/needs/0/wanted", "range"),
            ({"needs": [{"wanted": 1.5}]}, "/needs/0/wanted", "not_an_integer"),
            ({"needs": [{"wanted": 1, "force": "No Such!"}]}, "/needs/0/force", "pattern"),
            ({"needs": [{"wanted": 1}] * 11}, "/needs", "too_long"),
            ({"requester": {"email": "a@b"}}, "/requester/email", "unknown_field"),
        ],
    )
    def test_each_fault_of_a_report_is_named(self, desk: Caller, changes, pointer: str, code: str) -> None:
        answer = desk.post("/incidents", {**REPORT, **changes})
        assert answer.status_code == 422
        assert [(fault["pointer"], fault["code"]) for fault in answer.json["errors"]] == [(pointer, code)]
        assert desk.get("/incidents").json["items"] == []

    def test_a_number_that_is_none_is_refused(self, desk: Caller) -> None:
        answer = desk.post("/incidents", {**REPORT, "requester": {"phone": "12345"}})
        assert (answer.status_code, answer.json["code"]) == (422, "phone_unusable")

    @pytest.mark.parametrize(
        "query",
        [{"lat": "nan"}, {"lat": "200"}, {"datum": "mars"}, {"datum": None}, {"kind": "party"}, {"what": "1"}],
    )
    def test_each_fault_of_a_look_around_is_refused(self, desk: Caller, query) -> None:
        asked = {key: value for key, value in {**WHERE, "kind": "other", **query}.items() if value is not None}
        assert desk.get("/incidents/nearby", **asked).status_code == 422

    def test_creating_needs_a_key(self, desk: Caller) -> None:
        incident = filed(desk)["id"]
        for path in ("", f"/{incident}/dispatches", f"/{incident}/reviews", f"/{incident}/call-backs"):
            answer = desk.post(f"/incidents{path}", REPORT, key=None)
            assert answer.json["code"] in ("idempotency_key_required", "forbidden")


class TestEditing:
    def test_an_edit_needs_the_version_it_saw(self, desk: Caller) -> None:
        incident = filed(desk)["id"]
        path = f"/incidents/{incident}"
        tag = desk.get(path).headers["ETag"]
        assert desk.patch(path, {"colour": "red"}).status_code == 428
        edited = desk.patch(path, {"colour": "red"}, **{"If-Match": tag})
        assert (edited.status_code, edited.json["colour"], edited.headers["ETag"]) == (200, "red", '"2"')
        assert desk.patch(path, {"colour": "blue"}, **{"If-Match": tag}).status_code == 412

    @pytest.mark.parametrize("body", [{}, {"state": "closed"}, {"version": 9}, {"description": None}])
    def test_what_cannot_be_edited_is_refused(self, desk: Caller, body) -> None:
        answer = desk.patch(f"/incidents/{filed(desk)['id']}", body, **{"If-Match": '"1"'})
        assert answer.status_code == 422

    def test_a_later_call_is_joined(self, desk: Caller) -> None:
        incident = filed(desk)["id"]
        assert desk.post(f"/incidents/{incident}/links", {"kind": "repeat_call"}).status_code == 201
        assert desk.get(f"/incidents/{incident}").json["links"][0]["kind"] == "repeat_call"

    def test_joining_an_incident_to_itself_is_refused(self, desk: Caller) -> None:
        incident = filed(desk)["id"]
        body = {"kind": "same_event", "other_id": incident}
        assert desk.post(f"/incidents/{incident}/links", body).status_code == 422


class TestListing:
    def test_pages_follow_each_other_and_hold_nothing_personal(self, desk: Caller) -> None:
        ids = {filed(desk)["id"] for _ in range(3)}
        first = desk.get("/incidents", limit=2)
        second = desk.get("/incidents", limit=2, cursor=first.json["next_cursor"])
        assert {row["id"] for page in (first, second) for row in page.json["items"]} == ids
        assert second.json["next_cursor"] is None
        assert not [word for word in ("跌倒", "李", "1381234") if word in first.text + second.text]

    def test_filters(self, desk: Caller) -> None:
        filed(desk, colour="red")
        filed(desk, colour="blue")
        assert [row["colour"] for row in desk.get("/incidents", colour="red").json["items"]] == ["red"]
        assert len(desk.get("/incidents", state=["reported", "closed"]).json["items"]) == 2
        assert desk.get("/incidents", state="closed").json["items"] == []

    @pytest.mark.parametrize("query", [{"cursor": "x"}, {"limit": 0}, {"state": "happy"}, {"colour": "pink"}, {"a": 1}])
    def test_each_fault_of_a_list_is_refused(self, desk: Caller, query) -> None:
        assert desk.get("/incidents", **query).status_code == 422

    def test_a_cursor_of_another_list_is_refused(self, desk: Caller) -> None:
        incident = filed(desk)["id"]
        cursor = desk.get("/incidents", limit=1).json["next_cursor"]
        assert desk.get(f"/incidents/{incident}/timeline", cursor=cursor).json["code"] == "bad_cursor"

    def test_the_timeline_pages_oldest_first(self, desk: Caller) -> None:
        incident = filed(desk)["id"]
        dispatched(desk, incident)
        first = desk.get(f"/incidents/{incident}/timeline", limit=3).json
        rest = desk.get(f"/incidents/{incident}/timeline", limit=3, cursor=first["next_cursor"]).json
        ids = [event["id"] for event in first["items"] + rest["items"]]
        assert ids == sorted(ids)
        assert len(ids) == 4


class TestLookingBeforeTheClick:
    def test_the_preview_and_the_click_agree(self, desk: Caller, scene: Scene) -> None:
        incident = filed(desk)["id"]
        body = {"needs": [{"wanted": 1}], "exclude": [str(scene.people[0].member_id)]}
        shown = desk.post(f"/incidents/{incident}/dispatches/preview", body, key=None)
        assert shown.status_code == 200, shown.json
        [need] = shown.json["needs"]
        assert need["missing"] == {"short": 0, "unfilled": 0, "reasons": {"excluded": 1}}
        assert (need["outlook"]["asked"], need["asked"][0]["force"]) == (2, "volunteer")
        assert desk.get(f"/incidents/{incident}").json["dispatches"] == []
        gone = dispatched(desk, incident, **body)
        assert [row["member_id"] for row in need["asked"]] == [row["member_id"] for row in gone["offers"]]
        assert shown.json["policy"] == gone["policy"]

    def test_it_shows_no_name_number_or_position(self, desk: Caller) -> None:
        shown = desk.post(f"/incidents/{filed(desk)['id']}/dispatches/preview", {}, key=None).text
        assert not [word for word in ("王", "+86", "107.", "29.7", "person_id") if word in shown]

    def test_only_who_may_dispatch_may_look(self, desk: Caller, call, scene: Scene) -> None:
        path = f"/incidents/{filed(desk)['id']}/dispatches/preview"
        assert call(scene.people[0]).post(path, {}, key=None).status_code == 403

    @pytest.mark.parametrize("body", [{"exclude": ["x"]}, {"exclude": [str(uuid4())] * 201}, {"what": 1}])
    def test_each_fault_of_the_order_is_refused(self, desk: Caller, body) -> None:
        incident = filed(desk)["id"]
        for path in ("dispatches", "dispatches/preview"):
            assert desk.post(f"/incidents/{incident}/{path}", body).status_code == 422


class TestSkippingSteps:
    def test_nothing_is_reviewed_or_closed_before_its_time(self, desk: Caller, chief: Caller) -> None:
        incident = filed(desk)["id"]
        for caller, path, body in (
            (chief, "reviews", {"decision": "approved"}),
            (desk, "call-backs", {"outcome": "reached"}),
        ):
            answer = caller.post(f"/incidents/{incident}/{path}", body)
            assert (answer.status_code, answer.json["code"]) == (409, "illegal_transition")

    def test_a_phone_cannot_move_before_saying_yes_nor_report(self, desk: Caller, call, scene: Scene) -> None:
        offer = dispatched(desk, filed(desk)["id"])["offers"][0]
        phone = call(scene.of_text(offer["person_id"]))
        assert phone.post(f"/offers/{offer['id']}/arrive").json["code"] == "illegal_transition"
        report = phone.post(f"/offers/{offer['id']}/feedback", {"outcome": "resolved"})
        assert (report.status_code, report.json["code"]) == (409, "feedback_too_early")

    def test_cancelling_says_why_and_twice_is_once(self, desk: Caller) -> None:
        incident = filed(desk)["id"]
        assert desk.post(f"/incidents/{incident}/cancel").status_code == 422
        for _ in range(2):
            answer = desk.post(f"/incidents/{incident}/cancel", {"reason": "false_alarm"})
            assert (answer.status_code, answer.json["state"]) == (200, "cancelled")
        late = desk.post(f"/incidents/{incident}/dispatches")
        assert (late.status_code, late.json["code"]) == (409, "illegal_transition")


class TestAnswering:
    def test_the_list_and_the_offer_hold_no_place_before_a_yes(self, desk: Caller, call, scene: Scene) -> None:
        offer = dispatched(desk, filed(desk)["id"])["offers"][0]
        phone = call(scene.of_text(offer["person_id"]))
        shown = phone.get(f"/offers/{offer['id']}")
        listed = phone.get("/offers")
        # The nearest one is 100 m away; what is told are steps, shifted anew for each incident.
        assert (shown.json["task"], shown.json["distance_m"] % 500) == (None, 0)
        assert [row["id"] for row in listed.json["items"]] == [offer["id"]]
        assert not [word for word in ("跌倒", "李", "107.", "29.7") if word in shown.text + listed.text]

    def test_a_yes_too_late_is_an_answer_not_an_error(self, desk: Caller, call, scene: Scene) -> None:
        rows = dispatched(desk, filed(desk)["id"])["offers"]
        phones = [call(scene.of_text(row["person_id"])) for row in rows]
        answers = [phone.post(f"/offers/{row['id']}/accept", key=None) for phone, row in zip(phones, rows, strict=True)]
        assert [(answer.status_code, answer.json["state"], answer.json["reason"]) for answer in answers] == [
            (200, "accepted", None), (200, "stood_down", "full")
        ]  # fmt: skip

    def test_a_no_asks_the_next_one_and_leaving_too(self, desk: Caller, call, scene: Scene) -> None:
        opened = dispatched(desk, filed(desk)["id"])
        row = opened["offers"][0]
        phone = call(scene.of_text(row["person_id"]))
        assert phone.post(f"/offers/{row['id']}/decline", {"reason": "too_far"}).json["state"] == "declined"
        after = desk.get(f"/dispatches/{opened['id']}").json
        assert [(offer["state"], offer["reason"]) for offer in after["offers"]] == [
            ("declined", "too_far"), ("offered", None), ("offered", None)
        ]  # fmt: skip

    def test_after_a_yes_the_task_is_shown(self, desk: Caller, call, scene: Scene) -> None:
        _, offer, phone = accepted(desk, call, scene)
        task = phone.get(f"/offers/{offer}").json["task"]
        assert (task["description"], task["requester"]["masked"]) == ("老人在楼道跌倒", True)
        assert task["place"] == {
            "lat": pytest.approx(PLACE.lat), "lon": pytest.approx(PLACE.lon), "datum": "wgs84"
        }  # fmt: skip
        assert phone.post(f"/offers/{offer}/drop-out", {"reason": "not_safe"}).json["state"] == "dropped_out"

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("decline", {"reason": "lazy"}),
            ("arrive", {"position": {"lat": 1, "lon": 1}}),
            ("arrive", {"position": {"lat": 1, "lon": 1, "datum": "mars"}}),
            ("depart", {"occurred_at": "yesterday"}),
            ("depart", {"occurred_at": "2026-01-01T00:00:00"}),
            ("finish", {"mood": "good"}),
            ("feedback", {}),
            ("feedback", {"outcome": "party"}),
            ("feedback", {"outcome": "resolved", "text": "x" * 2001}),
        ],
    )
    def test_each_fault_of_an_answer_is_refused(self, desk: Caller, call, scene: Scene, path: str, body) -> None:
        _, offer, phone = accepted(desk, call, scene)
        assert phone.post(f"/offers/{offer}/{path}", body).status_code == 422

    def test_the_same_report_sent_twice_is_one(self, desk: Caller, call, scene: Scene) -> None:
        incident, offer, phone = accepted(desk, call, scene)
        body = {"outcome": "resolved", "text": "好"}
        first = phone.post(f"/offers/{offer}/feedback", body, key="a")
        again = phone.post(f"/offers/{offer}/feedback", body, key="b")
        assert first.json["id"] == again.json["id"]
        assert len(desk.get(f"/incidents/{incident}").json["feedbacks"]) == 1


class TestForeign:
    @pytest.fixture
    def stranger(self, app, client, scene: Scene) -> Caller:
        other = make_scene(scene.ctx, volunteers=0)
        somebody = Somebody(other.base, other.desk[Role.SUPERVISOR].person, (Role.SUPERVISOR,))
        return Caller(client, sign_in(app, scene.ctx, somebody.person))

    def test_foreign_and_random_ids_are_the_same_nothing(
        self, desk: Caller, stranger: Caller, call, scene: Scene
    ) -> None:
        incident, offer, _ = accepted(desk, call, scene)
        dispatch = desk.get(f"/incidents/{incident}").json["dispatches"][0]["id"]
        member = scene.people[0].member_id
        for i, d, o in ((incident, dispatch, offer), (uuid4(), uuid4(), uuid4())):
            answers = [
                stranger.get(f"/incidents/{i}"),
                stranger.get(f"/incidents/{i}/timeline"),
                stranger.patch(f"/incidents/{i}", {"colour": "red"}, **{"If-Match": '"1"'}),
                stranger.post(f"/incidents/{i}/dispatches", {"needs": [{"wanted": 1}]}),
                stranger.post(f"/incidents/{i}/reviews", {"decision": "approved"}),
                stranger.post(f"/incidents/{i}/call-backs", {"outcome": "reached"}),
                stranger.post(f"/incidents/{i}/cancel", {"reason": "other"}),
                stranger.post(f"/incidents/{i}/links", {"kind": "chase_up"}),
                stranger.get(f"/dispatches/{d}"),
                stranger.post(f"/dispatches/{d}/end"),
                stranger.get(f"/dispatches/{d}/selection/{member}"),
                stranger.post(f"/dispatches/{d}/offers/{o}/remove"),
            ]
            assert [answer.status_code for answer in answers] == [404] * len(answers)
            assert len({answer.json["code"] for answer in answers}) == 1
        assert stranger.get("/incidents").json["items"] == []

    def test_somebody_elses_offer_is_nothing(self, desk: Caller, call, scene: Scene) -> None:
        _, offer, _ = accepted(desk, call, scene)
        other = call(scene.people[2])
        for path in ("accept", "decline", "depart", "arrive", "finish", "drop-out"):
            assert other.post(f"/offers/{offer}/{path}").status_code == 404
        assert other.post(f"/offers/{offer}/feedback", {"outcome": "resolved"}).status_code == 404
        assert other.get(f"/offers/{offer}").status_code == 404

    def test_the_desk_takes_somebody_off_a_task(self, desk: Caller, call, scene: Scene) -> None:
        incident, offer, _ = accepted(desk, call, scene)
        dispatch = desk.get(f"/incidents/{incident}").json["dispatches"][0]["id"]
        answer = desk.post(f"/dispatches/{dispatch}/offers/{offer}/remove")
        assert answer.json == {"id": offer, "state": "dropped_out", "reason": "desk"}
        assert desk.post(f"/dispatches/{uuid4()}/offers/{offer}/remove").status_code == 404
        assert desk.post(f"/dispatches/{dispatch}/end").json["state"] == "ended"

    def test_why_somebody_was_asked(self, desk: Caller, scene: Scene) -> None:
        dispatch = dispatched(desk, filed(desk)["id"])["id"]
        answer = desk.get(f"/dispatches/{dispatch}/selection/{scene.people[0].member_id}").json
        assert (answer["entries"][0]["reason"], answer["entries"][0]["picked"], answer["outside"]) == (
            "nearest", True, None
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("role", "forbidden"),
        [
            (None, [("GET", "/incidents"), ("POST", "/incidents/{i}/dispatches"), ("POST", "/incidents/{i}/cancel")]),
            (Role.DISPATCHER, [("POST", "/incidents/{i}/reviews"), ("GET", "/offers"), ("POST", "/offers/{i}/accept")]),
        ],
    )
    def test_each_role_has_its_own_doors(self, call, scene: Scene, role, forbidden) -> None:
        caller = call(scene.desk[role] if role else scene.people[0])
        for method, path in forbidden:
            path = path.format(i=uuid4())
            answer = caller.get(path) if method == "GET" else caller.post(path)
            assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
