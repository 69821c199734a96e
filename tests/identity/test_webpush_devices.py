"""Registering a phone without Google's services: the subscription is checked, and kept in one form."""

import json

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from sqlalchemy import text

from api.identity.rules.subscriptions import public_push_key
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session
from tests.sandboxes import RunningWebPush

KEYS = {"p256dh": public_push_key(RunningWebPush.vapid_key), "auth": "AAECAwQFBgcICQoLDA0ODw"}


@pytest.fixture
def headers(client: FlaskClient, ctx: Ctx, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Somebody's sign-in, where Web Push is sent."""
    extensions = client.application.extensions
    ours = {"webpush_vapid_key": SecretStr(RunningWebPush.vapid_key), "webpush_contact": "mailto:a@b.example"}
    monkeypatch.setitem(extensions, "gridloop.settings", extensions["gridloop.settings"].model_copy(update=ours))
    return bearer(open_session(ctx, enroll(ctx, station_id=make_station(ctx))))


def written(subscription: dict) -> str:
    """As JSON.stringify writes it."""
    return json.dumps(subscription, separators=(",", ":"))


def register(client: FlaskClient, headers: dict[str, str], endpoint: str, **changes: object):
    body = {
        "install_id": "phone-0001", "provider": "webpush", "platform": "android",
        "token": written({"endpoint": endpoint, "keys": KEYS, "expirationTime": None}),
    } | changes  # fmt: skip
    return client.post("/v1/devices", json=body, headers=headers)


def test_a_subscription_is_registered_once_however_it_is_written(client, ctx: Ctx, headers) -> None:
    assert client.get("/v1/devices/push-key", headers=headers).json == {"key": KEYS["p256dh"]}
    first = register(client, headers, "https://push.example.org/abc")
    assert (first.status_code, first.json["provider"]) == (200, "webpush")
    other = written({"keys": KEYS, "endpoint": "https://push.example.org/abc"})
    assert register(client, headers, "", token=other).json["id"] == first.json["id"]
    assert ctx.session.scalar(text("SELECT count(*) FROM devices WHERE state = 'active'")) == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x", "https://127.0.0.1/x", "https://169.254.169.254/latest/meta-data", "https://[::1]/x",
        "https://localhost/x", "https://push.example.org:5432/x", "https://user@push.example.org/x", "file:///etc/passwd",
        "https://2130706433/x", "https://0x7f000001/x",
    ],
)  # fmt: skip
def test_s30_an_address_inside_is_no_endpoint(client, ctx: Ctx, headers, endpoint: str) -> None:
    answer = register(client, headers, endpoint)
    assert (answer.status_code, answer.json["code"]) == (422, "subscription_refused")
    assert ctx.session.scalar(text("SELECT count(*) FROM devices")) == 0


def test_where_no_web_push_is_sent_nobody_subscribes(client, ctx: Ctx) -> None:
    headers = bearer(open_session(ctx, enroll(ctx, station_id=make_station(ctx))))
    assert client.get("/v1/devices/push-key", headers=headers).json == {"key": ""}
    assert register(client, headers, "https://push.example.org/abc").status_code == 422
