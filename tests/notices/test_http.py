"""Notices and quiet hours over HTTP."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.plumbing.timers import Timer
from tests.builders.identity import bearer, enroll, open_session
from tests.notices.stage import Stage, make_stage
from workers.jobs import notices as jobs

WORDS = {"title": "寻找老人", "body": "八十岁，穿蓝色外套，从菜市场走失。"}


@pytest.fixture
def stage(ctx) -> Stage:
    stage = make_stage(ctx)
    stage.add("ann", "e1")
    stage.add("bob", "w1")
    return stage


def headers(stage: Stage, *roles: Role) -> dict[str, str]:
    return bearer(open_session(stage.ctx, enroll(stage.ctx, station_id=stage.station_id, roles=roles)))


def body(stage: Stage, **changes) -> dict:
    whole = {
        "category": "missing_person", "severity": "yellow", "zh": WORDS, "target": {"unit_ids": [str(stage.east)]},
        "expires_at": (stage.ctx.now + timedelta(hours=6)).isoformat(),
    }  # fmt: skip
    return {**whole, **changes}


def test_from_draft_to_read(client, stage: Stage, make_ctx) -> None:
    desk = headers(stage, Role.DISPATCHER)
    ann = bearer(open_session(stage.ctx, stage.people["ann"].person))
    bob = bearer(open_session(stage.ctx, stage.people["bob"].person))
    seen = client.post("/v1/station/notices/preview", json=body(stage), headers=desk).json
    assert (seen["people"], seen["by_push"], seen["needs_approval"]) == (1, 1, False)
    made = client.post("/v1/station/notices", json=body(stage), headers={**desk, "Idempotency-Key": "n1"})
    assert (made.status_code, made.json["state"]) == (201, "draft")
    path = f"/v1/station/notices/{made.json['id']}"
    changed = client.put(path, json=body(stage, severity="blue"), headers={**desk, "If-Match": made.headers["ETag"]})
    assert changed.json["severity"] == "blue"
    assert client.post(f"{path}/submit", headers={**desk, "If-Match": made.headers["ETag"]}).status_code == 412
    sent = client.post(f"{path}/submit", headers={**desk, "If-Match": changed.headers["ETag"]})
    assert (sent.status_code, sent.json["state"]) == (202, "sending")
    run_timers(make_ctx(), "workers.jobs.notices.expand")
    mine = client.get("/v1/notices", headers=ann).json["items"]
    assert [item["zh"] for item in mine] == [WORDS]
    assert client.get("/v1/notices", headers=bob).json["items"] == []
    assert client.get(f"/v1/notices/{made.json['id']}", headers=bob).status_code == 404
    # The lock screen has the sort of notice and its id, not a word of the description.
    inbox = client.get("/v1/inbox", headers=ann).json["items"]
    assert inbox[0]["subject_id"] == made.json["id"]
    assert not any(word in str(inbox) for word in ("老人", "蓝色"))
    assert client.post(f"/v1/notices/{made.json['id']}/read", headers=ann).status_code == 204
    counts = client.get(f"{path}/receipts", headers=desk).json
    assert (counts["recipients"], counts["read"]) == (1, 1)
    assert client.get(f"{path}/receipts/areas", headers=desk).json["items"][0]["progress"]["read"] == 1
    assert client.get(f"{path}/unread", headers=desk).json["items"] == []
    assert client.post(f"{path}/withdraw", headers=desk).json["state"] == "withdrawn"
    assert client.get("/v1/notices", headers=ann).json["items"] == []


def test_a_volunteer_writes_none_and_a_dispatcher_approves_none(client, stage: Stage) -> None:
    volunteer, desk = headers(stage, Role.VOLUNTEER), headers(stage, Role.DISPATCHER)
    answer = client.post("/v1/station/notices", json=body(stage), headers={**volunteer, "Idempotency-Key": "n2"})
    assert answer.status_code == 403
    made = client.post("/v1/station/notices", json=body(stage), headers={**desk, "Idempotency-Key": "n3"}).json
    path = f"/v1/station/notices/{made['id']}/decision"
    assert client.post(path, json={"decision": "approve"}, headers=desk).status_code == 403


def test_an_outline_that_crosses_itself_is_refused_with_the_place_of_the_fault(client, stage: Stage) -> None:
    desk = headers(stage, Role.DISPATCHER)
    knot = [[107.38, 29.70], [107.39, 29.71], [107.39, 29.70], [107.38, 29.71], [107.38, 29.70]]
    area = {"type": "Polygon", "coordinates": [knot], "datum": "wgs84"}
    answer = client.post("/v1/station/notices/preview", json=body(stage, target={"area": area}), headers=desk)
    assert (answer.status_code, answer.json["code"]) == (422, "area_invalid")


def test_own_quiet_hours(client, stage: Stage) -> None:
    ann = bearer(open_session(stage.ctx, stage.people["ann"].person))
    assert client.get("/v1/me/quiet-hours", headers=ann).json == {"quiet": None, "own": False, "until": None}
    wish = {"starts": "22:30", "ends": "06:45", "zone": "Europe/London", "days": ["fri", "sat"]}
    chosen = client.put("/v1/me/quiet-hours", json={"quiet": wish}, headers=ann).json
    assert (chosen["quiet"], chosen["own"]) == (wish, True)
    assert client.put("/v1/me/quiet-hours", json={"quiet": None}, headers=ann).json["own"]
    assert client.delete("/v1/me/quiet-hours", headers=ann).status_code == 204
    assert not client.get("/v1/me/quiet-hours", headers=ann).json["own"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Mars/Olympus"}, {"zone": "../../etc/passwd"}, {"ends": "22:00"}, {"starts": "25:00"}, {"days": []},
        {"days": ["someday"]}, {"starts": "22:00:30"},
    ],
)  # fmt: skip
def test_quiet_hours_nobody_can_have_are_refused(client, stage: Stage, wrong: dict) -> None:
    ann = bearer(open_session(stage.ctx, stage.people["ann"].person))
    wish = {"starts": "22:00", "ends": "07:00", **wrong}
    assert client.put("/v1/me/quiet-hours", json={"quiet": wish}, headers=ann).status_code == 422


def test_a_station_sets_its_policies_under_their_versions(client, stage: Stage) -> None:
    admin, desk = headers(stage, Role.STATION_ADMIN), headers(stage, Role.DISPATCHER)
    for path, order in (
        ("/v1/station/reach-policy", {"quiet": {"starts": "22:00", "ends": "07:00"}, "sms_test_days": 90}),
        ("/v1/station/notice-policy", {"approve_above": 50}),
    ):
        assert client.get(path, headers=desk).json["version"] == 0
        assert client.put(path, json={**order, "version": 0}, headers=desk).status_code == 403
        assert client.put(path, json={**order, "version": 0}, headers=admin).json["version"] == 1
        assert client.put(path, json={**order, "version": 0}, headers=admin).status_code == 412
        assert client.put(path, json={**order, "version": 1}, headers=admin).json["version"] == 2
    assert client.get("/v1/me/quiet-hours", headers=desk).json["quiet"]["ends"] == "07:00"


def run_timers(ctx, job: str) -> None:
    for timer in ctx.session.query(Timer).filter(Timer.job == job, Timer.state == "waiting"):
        getattr(jobs, job.rpartition(".")[2])(ctx, timer)
    ctx.session.execute(text("SELECT 1"))
