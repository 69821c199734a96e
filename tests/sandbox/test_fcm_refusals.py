"""Requests the SDK would never make: the FCM stand-in's answers over HTTP, and its token endpoint."""

import json
import time

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.transport.requests import Request

from tests.sandboxes import RunningFcm, make_token
from workers.sandbox.fcm.oauth import GOOGLE_AUDIENCE, GRANT


@pytest.fixture
def send(fcm: RunningFcm, push):
    transport = Request()
    push.credentials.refresh(transport)
    transport.session.close()
    headers = {"Authorization": f"Bearer {push.credentials.token}", "Content-Type": "application/json"}

    def post(content: bytes | str, query: str = "", **changed: str) -> httpx.Response:
        url = f"{fcm.base_url}/v1/projects/{fcm.project_id}/messages:send{query}"
        return httpx.post(url, content=content, headers=headers | changed)

    return post


@pytest.mark.parametrize(
    "body", ["", "{", "nonsense", '"text"', "[1]", '{"message": NaN}', "[" * 2000, '{"a":' * 2000, b"\xff\xfe{}"]
)
def test_what_is_not_json_is_a_400_in_googles_shape(send, body):
    answer = send(body)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["code"], error["status"]) == (400, "INVALID_ARGUMENT")


def test_an_unknown_field_is_named_as_google_names_it(send):
    error = send('{"message": {"token": "x", "priority": "high"}}').json()["error"]
    text = "Invalid JSON payload received. Unknown name \"priority\" at 'message': Cannot find field."
    assert error["message"] == text
    assert error["details"] == [
        {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": "message", "description": text}],
        }
    ]


def test_a_broken_rule_carries_fcms_own_code(send):
    error = send('{"message": {"data": {"a": "b"}}}').json()["error"]
    assert error["message"] == "Recipient of the message is not set."
    assert [detail.get("errorCode") for detail in error["details"]] == [None, "INVALID_ARGUMENT"]


@pytest.mark.parametrize("body", ["{}", '{"message": null}', '{"validate_only": true}', '{"message": {}}'])
def test_a_request_without_a_message_is_refused(send, body):
    assert send(body).status_code == 400


def test_other_content_types_and_unknown_query_parameters_are_refused(send):
    body = json.dumps({"message": {"token": make_token("query")}})
    assert send(body).status_code == 200
    assert send(body, "?alt=json&prettyPrint=true").status_code == 200
    assert send(body, "?dry=1").status_code == 400
    assert send(body, **{"Content-Type": "text/plain"}).status_code == 400


@pytest.mark.parametrize("header", ["", "Basic eDp5", "Bearer", "Bearer nonsense", "Bearer ya29.e30.00", "Bearer é"])
def test_without_a_good_access_token_it_is_401(send, header):
    answer = send('{"message": {"token": "x"}}', Authorization=header.encode("utf-8"))
    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"


def grant(fcm: RunningFcm, push, **changes: object) -> httpx.Response:
    """Ask for a token with the account's own key and the given changes to a good assertion."""
    own_key = json.loads(fcm.service_account.read_text())["private_key"]
    claims = {
        "iss": push.credentials.service_account_email,
        "aud": GOOGLE_AUDIENCE,
        "iat": int(time.time()),
        "exp": int(time.time()) + 3600,
        "scope": "https://www.googleapis.com/auth/firebase.messaging",
    }
    changed = {name: value for name, value in (claims | changes).items() if value is not None and name in claims}
    key = changes.get("key", own_key)
    if key == "another":
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assertion = changes.get("assertion") or jwt.encode(changed, key, algorithm=str(changes.get("alg", "RS256")))
    form = {"grant_type": str(changes.get("grant_type", GRANT)), "assertion": str(assertion)}
    return httpx.post(f"{fcm.base_url}/token", data=form)


def test_a_good_assertion_gets_a_bearer_token(fcm, push):
    answer = grant(fcm, push)
    assert answer.status_code == 200
    assert answer.json().keys() == {"access_token", "expires_in", "token_type"}
    assert grant(fcm, push, aud=f"{fcm.base_url}/token").status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"assertion": "nonsense"}, "invalid_grant"),
        ({"aud": "https://example.org/token"}, "invalid_grant"),
        ({"iss": "somebody@else.iam.gserviceaccount.com"}, "invalid_grant"),
        ({"exp": 1_700_000_000}, "invalid_grant"),
        ({"exp": None}, "invalid_grant"),
        ({"iat": None}, "invalid_grant"),
        ({"exp": int(time.time()) + 90_000}, "invalid_grant"),
        ({"scope": None}, "invalid_scope"),
        ({"key": "s" * 64, "alg": "HS256"}, "invalid_grant"),
        ({"key": None, "alg": "none"}, "invalid_grant"),
        ({"key": "another"}, "invalid_grant"),
    ],
)
def test_a_bad_assertion_gets_none(fcm, push, changes, error):
    answer = grant(fcm, push, **changes)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
