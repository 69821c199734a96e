"""Twilio as it knocks: signed forms, and people whose numbers can text back."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from api.identity.rules.phones import countries
from tests.conftest import KEYS

ACCOUNT, TOKEN = KEYS["GRIDLOOP_TWILIO_ACCOUNT_SID"], KEYS["GRIDLOOP_TWILIO_AUTH_TOKEN"]


def signed(client: FlaskClient, path: str, form: dict[str, Any], *, token: str = TOKEN) -> TestResponse:
    """One request of Twilio's, signed over the configured public address."""
    public = client.application.extensions["gridloop.settings"].public_url
    body = {"AccountSid": ACCOUNT} | form
    signature = RequestValidator(token).compute_signature(public + path, body)
    return client.post(path, data=body, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def abroad(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """Numbers of a country from which texts come back, one after the other."""
    monkeypatch.setattr(countries, "codes", frozenset({86, 65}))
    numbers = iter(range(91_230_000, 91_240_000))
    return lambda: f"+65{next(numbers)}"
