"""The way there and the scene over HTTP: the desk's hand, the phone's words, photos and their links."""

import io
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from api.identity.types import Role
from tests.builders.files import jpeg
from tests.builders.identity import sign_in
from tests.builders.incidents import Scene, make_scene
from tests.builders.on_scene import strike_moving, strike_welfare
from tests.incidents.test_http import WHERE, Caller, dispatched, filed


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=4)


@pytest.fixture
def call(app, client, scene: Scene):
    return lambda somebody: Caller(client, sign_in(app, scene.ctx, somebody.person))


@pytest.fixture
def desk(call, scene: Scene) -> Caller:
    return call(scene.desk[Role.DISPATCHER])


@pytest.fixture
def chief(call, scene: Scene) -> Caller:
    return call(scene.desk[Role.SUPERVISOR])


class Task:
    """An incident to which one person goes, and their phone."""

    def __init__(self, desk: Caller, call, scene: Scene, **incident) -> None:
        self.incident = filed(desk, **incident)["id"]
        dispatch = dispatched(desk, self.incident)
        self.dispatch, self.offers, self.offer = dispatch["id"], dispatch["offers"], dispatch["offers"][0]["id"]
        self.somebody = scene.of_text(dispatch["offers"][0]["person_id"])
        self.phone = call(self.somebody)
        assert self.phone.post(f"/offers/{self.offer}/accept").json["state"] == "accepted"


@pytest.fixture
def task(desk: Caller, call, scene: Scene) -> Task:
    return Task(desk, call, scene)


def row(desk: Caller, task: Task, offer: str | None = None) -> dict:
    rows = desk.get(f"/dispatches/{task.dispatch}").json["offers"]
    return next(one for one in rows if one["id"] == (offer or task.offer))


def test_the_desk_sees_when_somebody_comes_and_how_they_arrived(desk: Caller, task: Task) -> None:
    before = row(desk, task)
    assert before["eta_at"] > before["accepted_at"]
    task.phone.post(f"/offers/{task.offer}/arrive", {"position": WHERE})
    after = row(desk, task)
    assert (after["arrived_how"], after["eta_at"]) == ("hand", None)
    assert desk.get(f"/dispatches/{task.dispatch}").json["lead_offer_id"] == task.offer


def test_an_answer_in_the_app_is_proof_of_reading(desk: Caller, scene: Scene, task: Task) -> None:
    proof = text("SELECT state, proof FROM ladders WHERE subject_id = :id")
    assert [tuple(row) for row in scene.base.session.execute(proof, {"id": task.offer})] == [("proved", "app")]


def test_adding_taking_back_and_standing_down(desk: Caller, call, scene: Scene, task: Task) -> None:
    other = scene.people[3]
    path = f"/dispatches/{task.dispatch}/offers"
    added = desk.post(path, {"member_id": str(other.member_id), "agreed": True}, key="add-once")
    again = desk.post(path, {"member_id": str(other.member_id), "agreed": True}, key="add-once")
    assert (added.status_code, added.json["state"], again.json) == (201, "accepted", added.json)
    assert row(desk, task, added.json["id"])["beyond"]
    twice = desk.post(path, {"member_id": str(other.member_id)})
    assert (twice.status_code, twice.json["code"]) == (409, "cannot_be_added")
    assert desk.post(path, {"member_id": str(uuid4())}).status_code == 404
    down = desk.post(f"{path}/{added.json['id']}/stand-down", {"replace": False})
    assert (down.status_code, down.json["reason"]) == (200, "desk")
    only = desk.post(f"{path}/{task.offer}/stand-down", {})
    assert (only.status_code, only.json["code"]) == (409, "last_place")
    third = desk.post(path, {"member_id": str(scene.people[2].member_id)}).json
    assert desk.post(f"{path}/{third['id']}/withdraw").json["state"] == "withdrawn"
    assert call(other).post(f"{path}/{third['id']}/withdraw").status_code == 403


def test_still_coming(desk: Caller, scene: Scene, task: Task) -> None:
    strike_moving(scene, {"id": UUID(task.offer)})
    assert task.phone.get(f"/offers/{task.offer}").json["still_asked"]
    scene.base.session.execute(text("UPDATE approaches SET asked_at = now() - interval '1 second'"))
    answer = task.phone.post(f"/offers/{task.offer}/still-coming")
    assert (answer.status_code, answer.json["state"]) == (200, "accepted")
    assert not task.phone.get(f"/offers/{task.offer}").json["still_asked"]


def test_the_word_from_the_scene(desk: Caller, call, scene: Scene) -> None:
    task = Task(desk, call, scene, colour="red")
    early = task.phone.post(f"/offers/{task.offer}/welfare", {"all_right": True})
    assert (early.status_code, early.json["code"]) == (409, "not_watched")
    task.phone.post(f"/offers/{task.offer}/arrive")
    strike_welfare(scene, {"id": UUID(task.offer)})
    assert task.phone.get(f"/offers/{task.offer}").json["welfare"] == "asked"
    assert task.phone.post(f"/offers/{task.offer}/welfare", {"all_right": True}).json == {"state": "calm"}
    assert task.phone.post(f"/offers/{task.offer}/welfare", {"all_right": False}).json == {"state": "help"}
    assert row(desk, task)["welfare"] == "help"
    assert task.phone.post(f"/offers/{task.offer}/welfare", {}).status_code == 422


def test_more_people_are_asked_for_and_sent_with_one_click(desk: Caller, task: Task) -> None:
    body = {"needs": [{"wanted": 1}], "reason": "dangerous", "note": "人多"}
    asked = task.phone.post(f"/offers/{task.offer}/reinforcements", body)
    assert (asked.status_code, asked.json["state"]) == (201, "asked")
    [shown] = desk.get(f"/incidents/{task.incident}").json["reinforcements"]
    assert (shown["id"], shown["note"], shown["needs"][0]["wanted"]) == (asked.json["id"], "人多", 1)
    granted = desk.post(f"/reinforcements/{asked.json['id']}/grant")
    assert (granted.status_code, granted.json["state"]) == (200, "granted")
    assert desk.get(f"/dispatches/{granted.json['dispatch_id']}").json["incident_id"] == task.incident
    refused = desk.post(f"/reinforcements/{asked.json['id']}/refuse")
    assert (refused.status_code, refused.json["code"]) == (409, "reinforcement_decided")
    for bad in ({**body, "needs": []}, {**body, "reason": "bored"}, {"needs": body["needs"]}):
        assert task.phone.post(f"/offers/{task.offer}/reinforcements", bad).status_code == 422


def test_the_lead_is_named_and_handed_over(desk: Caller, call, scene: Scene, task: Task) -> None:
    other = scene.people[3]
    path = f"/dispatches/{task.dispatch}"
    added = desk.post(f"{path}/offers", {"member_id": str(other.member_id), "agreed": True}).json["id"]
    named = desk.post(f"{path}/lead", {"offer_id": task.offer})
    assert (named.status_code, named.json["lead_offer_id"]) == (200, task.offer)
    mine = task.phone.get(f"/offers/{task.offer}").json
    assert (mine["leads"], [row["offer_id"] for row in mine["task"]["companions"]]) == (True, [added])
    handed = task.phone.post(f"/offers/{task.offer}/lead", {"offer_id": added})
    assert (handed.status_code, handed.json["leads"]) == (200, False)
    again = task.phone.post(f"/offers/{task.offer}/lead", {"offer_id": task.offer})
    assert (again.status_code, again.json["code"]) == (409, "not_leading")


def upload(phone: Caller) -> str:
    form = {"file": (io.BytesIO(jpeg()), "a.jpg", "image/jpeg"), "purpose": "photo"}
    answer = phone.client.post(
        "/v1/files", data=form, content_type="multipart/form-data",
        headers=phone.headers | {"Idempotency-Key": str(uuid4())},
    )  # fmt: skip
    assert answer.status_code == 201, answer.json
    return answer.json["id"]


def test_photos_of_a_report_reach_the_reviewer_and_the_reason_comes_back(
    desk: Caller, chief: Caller, call, scene: Scene, task: Task
) -> None:
    stranger = upload(call(scene.people[3]))
    mine = upload(task.phone)
    path = f"/offers/{task.offer}/feedback"
    task.phone.post(f"/offers/{task.offer}/finish")
    wrong = task.phone.post(path, {"outcome": "resolved", "photos": [stranger]})
    assert wrong.status_code == 404
    sent = task.phone.post(path, {"outcome": "resolved", "text": "见照片", "photos": [mine]})
    assert (sent.status_code, [photo["id"] for photo in sent.json["photos"]]) == (201, [mine])
    [feedback] = chief.get(f"/incidents/{task.incident}").json["feedbacks"]
    [photo] = feedback["photos"]
    opened = chief.client.get(photo["link"])
    assert (opened.status_code, opened.mimetype) == (200, "image/jpeg")
    assert chief.client.get(photo["thumbnail_link"]).status_code == 200
    chief.post(f"/incidents/{task.incident}/reviews", {"decision": "returned", "note": "请补充姓名"})
    shown = task.phone.get(f"/offers/{task.offer}").json["feedback"]
    assert (shown["state"], shown["review_note"]) == ("returned", "请补充姓名")
    rewritten = task.phone.post(path, {"outcome": "resolved", "text": "姓名：王某", "photos": [mine]})
    assert (rewritten.status_code, rewritten.json["revision"], rewritten.json["review_note"]) == (201, 2, None)
