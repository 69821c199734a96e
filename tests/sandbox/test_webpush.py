"""The Web Push stand-in against the real library: it takes what is right and nothing else."""

import base64
import json
import time

import httpx
import pytest

from api.identity.rules.subscriptions import public_push_key
from tests.sandbox.sdk import push_to_browser
from tests.sandbox.test_phones import HOME, Phones
from tests.sandboxes import RunningWebPush

OTHER_KEY = base64.urlsafe_b64encode(bytes(range(2, 34))).decode().rstrip("=")


def subscribe(webpush: RunningWebPush, key: str = "") -> dict:
    return json.loads(webpush.subscribe(key))


def address_of(subscription: dict) -> str:
    return subscription["endpoint"].rpartition("/")[2]


def test_what_the_library_sends_arrives_decrypted(webpush: RunningWebPush, msg_id: str) -> None:
    phone = subscribe(webpush)
    answer = push_to_browser(phone, {"msg_id": msg_id, "title": "新任务"})
    assert answer.status_code == 201
    [arrived] = webpush.messages(address_of(phone))
    assert (arrived["message"]["msg_id"], arrived["message"]["title"]) == (msg_id, "新任务")
    assert (arrived["message"]["_ttl"], arrived["message"]["_urgency"]) == (60, "high")


def test_it_still_knows_its_phones_after_a_restart(tmp_path, msg_id: str) -> None:
    with RunningWebPush(tmp_path) as running:
        phone = subscribe(running)
        running.stop()
        running.start()
        assert push_to_browser(phone, {"msg_id": msg_id}).status_code == 201


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"claims": {"aud": "https://another.example"}}, 403),
        ({"claims": {"exp": int(time.time()) + 90_000}}, 403),
        ({"key": OTHER_KEY}, 403),
        ({"headers": {"Urgency": "loud"}}, 400),
        ({"headers": {"Topic": "x" * 33}}, 400),
        ({"headers": {"Topic": "a b"}}, 400),
        ({"content_encoding": "aesgcm"}, 400),
    ],
)
def test_what_the_documents_forbid_is_refused(webpush: RunningWebPush, msg_id: str, how: dict, status: int) -> None:
    phone = subscribe(webpush)
    assert push_to_browser(phone, {"msg_id": msg_id}, **how).status_code == status
    assert webpush.messages(address_of(phone)) == []


def test_a_message_for_another_phone_is_not_taken(webpush: RunningWebPush, msg_id: str) -> None:
    one, other = subscribe(webpush), subscribe(webpush)
    mixed = {"endpoint": one["endpoint"], "keys": other["keys"]}
    assert push_to_browser(mixed, {"msg_id": msg_id}).status_code == 400


@pytest.mark.parametrize("content", [{"title": "x"}, {"msg_id": "1", "secret": "x"}, {"msg_id": 7}, ["msg_id"], "text"])
def test_a_payload_no_phone_knows_is_refused(webpush: RunningWebPush, content: object) -> None:
    assert push_to_browser(subscribe(webpush), content).status_code == 400


def test_without_a_sender_or_without_encryption_nothing_is_taken(webpush: RunningWebPush) -> None:
    endpoint = subscribe(webpush)["endpoint"]
    assert httpx.post(endpoint, content=b"hello", headers={"TTL": "1"}).status_code == 401
    assert httpx.get(endpoint).status_code == 405


def test_a_subscription_for_another_sender_is_not_ours(webpush: RunningWebPush, msg_id: str) -> None:
    theirs = subscribe(webpush, public_push_key(OTHER_KEY))
    assert push_to_browser(theirs, {"msg_id": msg_id}).status_code == 403
    assert push_to_browser(theirs, {"msg_id": msg_id}, key=OTHER_KEY).status_code == 201


def test_a_phone_without_google_is_rung_and_goes(tmp_path, push, sms, fcm, twilio, webpush, number) -> None:
    from tests.sandbox.tiny_station import TinyStation

    by_google = fcm.counts()["accepted"]
    with TinyStation(push, sms) as station:
        person = HOME | {"phone": number, "behaviour": "willing", "push": "webpush"}
        running = Phones(tmp_path, station, fcm.base_url, twilio.base_url, [person], webpush.base_url)
        try:
            station.wait(number, "position")
            offer_id = station.offer(number)
            station.wait(number, "feedback")
        finally:
            assert running.stop() == 0, running.log.read_text()
    assert station.offers[offer_id]["state"] == "done"
    assert fcm.counts()["accepted"] == by_google
