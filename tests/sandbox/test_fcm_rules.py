"""What the FCM stand-in lets through and what it refuses: the discovery document and its words."""

import json

import pytest

from tests.sandboxes import make_token
from workers.sandbox.documents import FCM_EXTRACT, load_extract
from workers.sandbox.fcm.fields import SchemaReader
from workers.sandbox.fcm.rules import check_message, is_token

pytestmark = pytest.mark.unit
TOKEN = make_token("anna")
READER = SchemaReader(load_extract(FCM_EXTRACT)["schemas"])


def problems(message: dict, **request: object) -> list[str]:
    """Everything wrong with a request, as Google words it: schema first, rules only if that holds."""
    read, misfits = READER.read("SendMessageRequest", {"message": message, **request})
    if misfits:
        return [misfit.description for misfit in misfits]
    return [f"{broken.field}: {broken.description}" for broken in check_message(read["message"])]


def to_anna(**parts: object) -> dict:
    return {"token": TOKEN, **parts}


@pytest.mark.parametrize(
    "message",
    [
        to_anna(data={"msg_id": "1"}),
        to_anna(data={"k": "x" * 4095}),
        to_anna(android={"ttl": "0s", "priority": "high", "notification": {"title": "t", "color": "#A0b1C2"}}),
        to_anna(android={"ttl": "2419200s", "priority": "NORMAL", "collapseKey": "k"}),
        to_anna(android={"direct_boot_ok": True, "restrictedSatelliteOk": False, "ttl": "3.000000001s"}),
        to_anna(android={"notification": {"event_time": "2026-01-31T10:00:00.5Z", "vibrate_timings": ["0.1s", "1s"]}}),
        to_anna(android={"notification": {"notification_count": 3, "visibility": "SECRET", "proxy": "DENY"}}),
        to_anna(
            android={"notification": {"bodyLocKey": "k", "bodyLocArgs": ["a"], "notificationPriority": "PRIORITY_MAX"}}
        ),
        to_anna(
            android={
                "notification": {
                    "light_settings": {
                        "color": {"red": 1, "green": 0.5, "blue": 0, "alpha": 1},
                        "light_on_duration": "1s",
                        "light_off_duration": "1s",
                    }
                }
            }
        ),
        to_anna(notification={"title": "t"}, apns={"headers": {"apns-priority": "10", "apns-expiration": "0"}}),
        to_anna(
            apns={"headers": {"apns-priority": "5"}, "payload": {"aps": {"content-available": 1}}}, data={"a": "b"}
        ),
        to_anna(
            apns={"payload": {"aps": {"alert": {"title": "t"}, "interruption-level": "time-sensitive"}, "own": [1]}}
        ),
        to_anna(webpush={"notification": {"title": "t", "data": {"n": 1}}, "headers": {"TTL": "15"}}),
        to_anna(webpush={"fcm_options": {"link": "https://example.org/"}}, fcmOptions={"analyticsLabel": "wave-1"}),
        to_anna(android=None, data={"a": ""}),
        {"fid": "cAbCdEfGhIjKlMnOpQrStU", "data": {"a": "b"}},
        {"topic": "flood-warning", "data": {"k": "x" * 2047}},
        {"condition": "'a' in topics && ('b' in topics || !('c' in topics))", "notification": {"body": "b"}},
    ],
)
def test_what_the_documents_allow_passes(message):
    assert problems(message) == []


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            to_anna(colour="red"),
            "Invalid JSON payload received. Unknown name \"colour\" at 'message': Cannot find field.",
        ),
        (to_anna(android={"tag": "x"}), "Unknown name \"tag\" at 'message.android': Cannot find field."),
        (to_anna(data={"a": "b", "n": 12}), "Invalid value at 'message.data[1].value' (TYPE_STRING), 12"),
        (
            to_anna(android={"data": {"n": True}}),
            "Invalid value at 'message.android.data[0].value' (TYPE_STRING), true",
        ),
        (to_anna(data={"n": None}), "message.data[0].value"),
        (to_anna(data=["a"]), "Invalid value at 'message.data' (Map)"),
        (to_anna(data={"n": {"deep": "x"}}), "message.data[0].value"),
        (
            to_anna(android={"priority": "urgent"}),
            "Invalid value at 'message.android.priority' (TYPE_ENUM), \"urgent\"",
        ),
        (to_anna(android={"notification": {"visibility": "public"}}), "message.android.notification.visibility"),
        (to_anna(android={"notification": {"sticky": "yes"}}), "(TYPE_BOOL)"),
        (to_anna(android={"notification": {"notification_count": 2**31}}), "(TYPE_INT32)"),
        (to_anna(android={"notification": {"notification_count": 1.5}}), "(TYPE_INT32)"),
        (to_anna(android={"notification": {"event_time": "yesterday"}}), "protobuf.Timestamp"),
        (to_anna(android={"notification": {"event_time": "2026-01-31T10:00:00"}}), "protobuf.Timestamp"),
        (
            to_anna(android={"notification": {"vibrate_timings": ["1"]}}),
            "message.android.notification.vibrate_timings[0]",
        ),
        (to_anna(android={"ttl": 30}), "Invalid value at 'message.android.ttl'"),
        (to_anna(android={"ttl": "30"}), "protobuf.Duration"),
        (to_anna(android={"ttl": "1.0000000001s"}), "protobuf.Duration"),
        (to_anna(android={"collapse_key": "a", "collapseKey": "b"}), "set twice"),
        (to_anna(notification="hello"), "Invalid value at 'message.notification'"),
        (to_anna(apns={"headers": {"apns-priority": 10}}), "message.apns.headers[0].value"),
    ],
)
def test_what_the_schema_does_not_know_is_refused(message, said):
    assert said in "\n".join(problems(message))


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ({"data": {"a": "b"}}, "Recipient of the message is not set."),
        (to_anna(topic="news"), "Cannot set 'topic'"),
        (to_anna(fid="cAbCdEfGhIjKlMnOpQrStU"), "oneof field 'target'"),
        ({"topic": "/topics/news"}, "Malformed topic name."),
        ({"topic": "x" * 901}, "Malformed topic name."),
        ({"condition": "news"}, "Invalid condition"),
        ({"condition": " || ".join(f"'{i}' in topics" for i in range(6))}, "Invalid condition"),
        (to_anna(name="projects/x/messages/1"), "output only"),
        (to_anna(android={"ttl": "1s"}, androidV2={"ttl": "1s"}), "exclude each other"),
        (to_anna(data={"from": "x"}), "Invalid data payload key: from"),
        (to_anna(data={"message_type": "x"}), "Invalid data payload key: message_type"),
        (to_anna(data={"google.sent_time": "x"}), "Invalid data payload key: google.sent_time"),
        (to_anna(android={"data": {"gcm.notification.e": "1"}}), "message.android.data: Invalid data payload key"),
        (to_anna(android={"ttl": "-1s"}), "Invalid ttl"),
        (to_anna(android={"ttl": "2419201s"}), "Invalid ttl"),
        (to_anna(android={"notification": {"color": "red"}}), "#rrggbb"),
        (to_anna(android={"notification": {"bodyLocArgs": ["x"]}}), "body_loc_key"),
        (to_anna(android={"notification": {"light_settings": {"light_on_duration": "1s"}}}), "light_settings.color"),
        (to_anna(fcm_options={"analytics_label": "a b"}), "Invalid analytics label."),
        (to_anna(apns={"headers": {"apns-priority": "7"}}), "Invalid APNs header: apns-priority: 7"),
        (to_anna(apns={"headers": {"x-mine": "1"}}), "Invalid APNs header: x-mine"),
        (to_anna(apns={"headers": {"apns-collapse-id": "x" * 65}}), "Invalid APNs header: apns-collapse-id"),
        (to_anna(apns={"headers": {"apns-priority": "10"}}, data={"a": "b"}), "apns-priority 5"),
        (to_anna(apns={"payload": {"own": 1}}), "aps must be an object"),
        (to_anna(apns={"payload": {"aps": {"badge": "1"}}}), "aps.badge: Wrong type."),
        (to_anna(apns={"payload": {"aps": {"interruption-level": "loud", "alert": "a"}}}), "Unknown level."),
        (to_anna(webpush={"fcm_options": {"link": "http://example.org/"}}), "HTTPS is required."),
        (to_anna(data={"k": "x" * 4096}), "too big: 4097 bytes"),
        (to_anna(data={"k": "荔" * 1366}), "too big: 4099 bytes"),
        (to_anna(android={"data": {"k": "x" * 4096}}), "too big"),
        (to_anna(notification={"body": "x" * 4097}), "too big"),
        (to_anna(apns={"payload": {"aps": {"alert": "x" * 4096}}}), "message.apns.payload: Message is too big"),
        ({"topic": "news", "data": {"k": "x" * 2048}}, "too big: 2049 bytes, 2048"),
    ],
)
def test_what_the_words_forbid_is_refused(message, said):
    assert said in "\n".join(problems(message))


def test_every_problem_is_named_at_once():
    assert len(problems(to_anna(x=1, y=2, android={"z": 3}))) == 3


def test_both_spellings_read_as_one():
    camel, _ = READER.read("SendMessageRequest", {"validateOnly": True, "message": to_anna(fcmOptions={})})
    snake, _ = READER.read("SendMessageRequest", {"validate_only": True, "message": to_anna(fcm_options={})})
    assert camel == snake


@pytest.mark.parametrize("text", ["tok-1", "", "a b" * 30, TOKEN + "é", TOKEN.replace(":", ""), "x" * 22 + ":short"])
def test_what_does_not_look_like_a_token_is_none(text):
    assert not is_token(text)


def test_invented_tokens_look_real_and_are_stable():
    assert is_token(TOKEN)
    assert TOKEN == make_token("anna") != make_token("bert")


def test_hostile_shapes_do_not_break_the_reader():
    deep = json.loads('{"a":' * 200 + "1" + "}" * 200)
    for body in (None, [], 1, "x", {"message": None}, {"message": []}, {"message": {"android": [[]]}}, deep):
        _, misfits = READER.read("SendMessageRequest", body)
        assert misfits or body == {"message": None}
