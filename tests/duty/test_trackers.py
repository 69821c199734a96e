"""Tracking apps: their published forms, their own token, and answers that hold nothing back."""

import base64
import json

import pytest
from sqlalchemy import text

from api.duty.queries import last_positions
from api.duty.service import go_off_duty
from api.identity import service as identity
from api.identity.types import Role
from api.kernel.geo import distance_m
from tests.builders.identity import bearer, enroll, open_session
from tests.duty import TOWN

OSMAND, OWNTRACKS = "/trackers/osmand", "/trackers/owntracks"


@pytest.fixture
def token(client, headers, member) -> str:
    return open_tracker(client, headers(member.person))["token"]


def open_tracker(client, signed_in, label="Traccar"):
    answer = client.post("/v1/trackers", json={"label": label}, headers=signed_in)
    assert answer.status_code == 200, answer.json
    return answer.json


def seconds(ctx, ago: int = 5) -> int:
    return int(ctx.now.timestamp()) - ago


def trail(ctx):
    rows = text("SELECT accuracy_m, speed_mps, heading, verdict FROM positions ORDER BY captured_at")
    return [tuple(row) for row in ctx.session.execute(rows)]


def is_in_town(ctx, member) -> bool:
    return distance_m(last_positions(ctx.session, [member.member_id])[0].position, TOWN) < 1


def parameters(ctx, token, **more):
    """As Traccar Client up to 8 sends them."""
    return {
        "id": token, "timestamp": str(seconds(ctx)), "lat": str(TOWN.lat), "lon": str(TOWN.lon), "speed": "2.0",
        "bearing": "270.0", "altitude": "35.0", "accuracy": "12.0", "batt": "75.0", **more,
    }  # fmt: skip


def location(ctx, ago=5, **more):
    """As Traccar Client from 9 on sends one."""
    coords = {"latitude": TOWN.lat, "longitude": TOWN.lon, "accuracy": 12, "speed": 1.5, "heading": 90, "altitude": 200}
    return {
        "timestamp": ctx.now.fromtimestamp(seconds(ctx, ago)).astimezone().isoformat(), "coords": coords,
        "is_moving": True, "odometer": 0, "event": "motionchange", "battery": {"level": 0.8, "is_charging": False},
        "activity": {"type": "still"}, "extras": {}, **more,
    }  # fmt: skip


def owntracks(ctx, **more):
    return {
        "_type": "location", "acc": 12, "alt": 13, "batt": 60, "cog": 180, "lat": TOWN.lat, "lon": TOWN.lon, "t": "u",
        "tid": "JJ", "tst": seconds(ctx), "vac": 10, "vel": 54, **more,
    }  # fmt: skip


@pytest.mark.parametrize("way", ["query", "query by GET", "form"])
def test_osmand_parameters_are_a_position(client, ctx, member, token, way) -> None:
    said = parameters(ctx, token)
    answer = {
        "query": lambda: client.post(OSMAND, query_string=said),
        "query by GET": lambda: client.get(OSMAND, query_string=said),
        "form": lambda: client.post(OSMAND, data=said),
    }[way]()
    assert (answer.status_code, answer.data) == (200, b"")
    assert trail(ctx) == [(12.0, pytest.approx(1.029, abs=0.001), 270.0, "used")]
    assert is_in_town(ctx, member)


@pytest.mark.parametrize(
    "more",
    [
        {"timestamp": "{ms}"},
        {"timestamp": "{iso}"},
        {"timestamp": "{plain}"},
        {"location": "{here}", "lat": "", "lon": ""},
        {"deviceid": "{token}", "id": ""},
        {"accuracy": None, "hdop": "1.2", "wifi": "00:11:22:33:44:55,-70", "cell": "208,10,12345,67890,50"},
    ],
)
def test_every_published_spelling_is_understood(client, ctx, member, token, more) -> None:
    at = ctx.now.fromtimestamp(seconds(ctx)).astimezone(ctx.now.tzinfo)
    words = {
        "ms": str(seconds(ctx) * 1000), "iso": at.isoformat().replace("+00:00", "Z"),
        "plain": at.strftime("%Y-%m-%d %H:%M:%S"), "here": f"{TOWN.lat},{TOWN.lon}", "token": token,
    }  # fmt: skip
    said = parameters(ctx, token) | {key: value and value.format(**words) for key, value in more.items()}
    answer = client.post(OSMAND, query_string={key: value for key, value in said.items() if value is not None})
    assert answer.status_code == 200
    assert [row[-1] for row in trail(ctx)] == ["used"]
    assert is_in_town(ctx, member)


def test_json_of_newer_clients_is_a_position_each(client, ctx, member, token) -> None:
    one = client.post(OSMAND, json={"location": location(ctx, 9), "device_id": token})
    many = client.post(OSMAND, json={"location": [location(ctx, 8), location(ctx, 7)], "device_id": token})
    flat = {"id": token, "lat": TOWN.lat, "lon": TOWN.lon, "accuracy": 12, "speed": 2, "batt": 50, "charge": False}
    listed = client.post(OSMAND, json=[{**flat, "timestamp": seconds(ctx, ago)} for ago in (6, 5)])
    assert [answer.status_code for answer in (one, many, listed)] == [200, 200, 200]
    assert [row[-1] for row in trail(ctx)] == ["used"] * 5
    assert trail(ctx)[0][:3] == (12.0, 1.5, 90.0)
    assert is_in_town(ctx, member)


def test_owntracks_is_a_position_and_hears_of_nobody(client, ctx, member, token) -> None:
    answer = client.post(OWNTRACKS, json=owntracks(ctx), auth=("anything", token), headers={"X-Limit-U": "anything"})
    assert (answer.status_code, answer.json) == (200, [])
    assert trail(ctx) == [(12.0, 15.0, 180.0, "used")]
    assert is_in_town(ctx, member)


@pytest.mark.parametrize(
    "said",
    [
        {"_type": "lwt", "tst": 1}, {"_type": "transition", "lat": 29.7, "lon": 107.3, "tst": 1, "event": "enter"},
        {"_type": "waypoints", "waypoints": []}, {"_type": "encrypted", "data": "xx"}, {}, [], "text", 3,
    ],
)  # fmt: skip
def test_other_words_of_owntracks_are_answered_and_ignored(client, ctx, member, token, said) -> None:
    answer = client.post(OWNTRACKS, json=said, auth=("anything", token))
    assert (answer.status_code, answer.json) == (200, [])
    assert trail(ctx) == []


def test_an_empty_payload_of_owntracks_is_answered(client, ctx, member, token) -> None:
    assert client.post(OWNTRACKS, auth=("anything", token)).json == []


@pytest.mark.parametrize(
    "spoilt",
    [
        {"lat": "91"}, {"lat": "north"}, {"lat": "nan"}, {"lat": "0", "lon": "0"}, {"timestamp": "yesterday"},
        {"timestamp": "9" * 30}, {"accuracy": "-1"}, {"valid": "false"}, {"mock": "true"}, {"location": "here"},
    ],
)  # fmt: skip
def test_a_fix_that_can_never_be_used_does_not_block_those_behind_it(client, ctx, member, token, spoilt) -> None:
    # These apps keep a fix until it is answered 2xx, and send the ones behind it only then.
    assert client.post(OSMAND, query_string=parameters(ctx, token, **spoilt)).status_code == 200
    assert trail(ctx) == []
    assert client.post(OSMAND, query_string=parameters(ctx, token)).status_code == 200
    assert [row[-1] for row in trail(ctx)] == ["used"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"location": 3, "coords": []}', b"[[1]]", b'{"a": 1e999}'])
def test_a_body_nobody_can_read_does_not_block_either(client, ctx, member, token, body) -> None:
    answer = client.post(OSMAND, data=body, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert trail(ctx) == []


def test_odd_values_beside_a_good_place_cost_nothing(client, ctx, member, token) -> None:
    odd = {"speed": "1e-40", "bearing": "-1", "altitude": "high", "batt": "", "accuracy": "1e9"}
    assert client.post(OSMAND, query_string=parameters(ctx, token, **odd)).status_code == 200
    assert trail(ctx) == [(100_000.0, 0.0, None, "inaccurate")]


def test_the_same_fix_again_is_kept_once(client, ctx, member, token) -> None:
    for _ in range(2):
        assert client.post(OSMAND, query_string=parameters(ctx, token)).status_code == 200
    assert len(trail(ctx)) == 1


def test_off_duty_nothing_is_kept_and_nothing_refused(client, ctx, acting, member, token) -> None:
    go_off_duty(acting(member.person))
    assert client.post(OSMAND, query_string=parameters(ctx, token)).status_code == 200
    assert client.post(OWNTRACKS, json=owntracks(ctx), auth=("x", token)).json == []
    assert trail(ctx) == []


def test_a_token_may_come_with_the_sign_in_line(client, ctx, member, token) -> None:
    said = parameters(ctx, "phone")
    basic = base64.b64encode(f"x:{token}".encode()).decode()
    for number, line in enumerate((f"Bearer {token}", f"Basic {basic}", f"Bearer  {token.upper()} ")):
        said["timestamp"] = str(seconds(ctx, 9 - number))
        assert client.post(OSMAND, query_string=said, headers={"Authorization": line}).status_code == 200
    assert [row[-1] for row in trail(ctx)] == ["used"] * 3


def test_without_a_live_token_nothing_is_taken(client, ctx, headers, member, token) -> None:
    for other in ("", "garbage", f"{token}a", open_session(ctx, member.person).access_token):
        assert client.post(OSMAND, query_string=parameters(ctx, other)).status_code == 401
        assert client.post(OSMAND, json={"location": location(ctx), "device_id": other}).status_code == 401
        assert client.post(OWNTRACKS, json=owntracks(ctx), auth=("x", other)).status_code == 401
    assert trail(ctx) == []


@pytest.mark.parametrize("end", ["by its owner", "by another of its label", "by the station", "with the person"])
def test_a_token_ends(client, ctx, headers, make_ctx, member, end) -> None:
    mine = headers(member.person)
    made = open_tracker(client, mine)
    clerk = make_ctx(enroll_clerk(ctx, member))
    {
        "by its owner": lambda: client.delete(f"/v1/trackers/{made['id']}", headers=mine),
        "by another of its label": lambda: open_tracker(client, mine),
        "by the station": lambda: identity.end_all_sessions(clerk, person_id=member.person.id),
        "with the person": lambda: identity.change_status(clerk, person_id=member.person.id, event="suspend"),
    }[end]()
    assert client.post(OSMAND, query_string=parameters(ctx, made["token"])).status_code == 401
    assert trail(ctx) == []


def enroll_clerk(ctx, member):
    clerk = enroll(ctx, station_id=member.person.station_id, roles=[Role.STATION_ADMIN])
    return identity.authenticate_token(ctx.session, open_session(ctx, clerk).access_token)


def test_a_token_opens_nothing_else(client, ctx, member, token) -> None:
    basic = base64.b64encode(f"x:{token}".encode()).decode()
    for line in (f"Bearer {token}", f"Basic {basic}"):
        for path in ("/v1/me", "/v1/sync", "/v1/duty", "/v1/trackers", "/v1/inbox"):
            assert client.get(path, headers={"Authorization": line}).status_code == 401
        fixes = {"datum": "wgs84", "fixes": []}
        assert client.post("/v1/positions", json=fixes, headers={"Authorization": line}).status_code == 401


def test_a_token_is_told_once_and_kept_as_a_digest(client, ctx, headers, member) -> None:
    mine = headers(member.person)
    made = open_tracker(client, mine)
    listed = client.get("/v1/trackers", headers=mine)
    assert [(item["id"], item["label"]) for item in listed.json["items"]] == [(made["id"], "Traccar")]
    assert made["token"] not in json.dumps(listed.json)
    row = ctx.session.execute(text("SELECT t::text FROM trackers t")).scalar_one()
    assert made["token"] not in row
    assert made["token"].encode().hex() not in row


def test_it_is_said_when_a_tracker_was_last_heard_of(client, ctx, headers, member) -> None:
    mine = headers(member.person)
    made = open_tracker(client, mine)
    assert client.get("/v1/trackers", headers=mine).json["items"][0]["last_used_at"] is None
    client.post(OSMAND, query_string=parameters(ctx, made["token"]))
    assert client.get("/v1/trackers", headers=mine).json["items"][0]["last_used_at"] is not None


def test_trackers_are_few_and_ones_own(client, ctx, headers, member, station) -> None:
    mine = headers(member.person)
    ids = [open_tracker(client, mine, f"Traccar {number}")["id"] for number in range(5)]
    sixth = client.post("/v1/trackers", json={"label": "Traccar 5"}, headers=mine)
    assert (sixth.status_code, sixth.json["code"]) == (409, "too_many_trackers")
    other = bearer(open_session(ctx, enroll(ctx, station_id=station)))
    assert client.delete(f"/v1/trackers/{ids[0]}", headers=other).status_code == 404
    assert client.get("/v1/trackers", headers=other).json["items"] == []


def test_opening_and_ending_stand_in_the_trail(client, ctx, headers, member) -> None:
    mine = headers(member.person)
    client.delete(f"/v1/trackers/{open_tracker(client, mine)['id']}", headers=mine)
    rows = text("SELECT action, details FROM audit_entries WHERE subject_kind = 'tracker' ORDER BY id")
    found = [(action, details) for action, details in ctx.session.execute(rows)]
    assert found == [("tracker.opened", {}), ("tracker.revoked", {"reason": "revoked_by_owner"})]
