"""Twilio's status callbacks: signed ones count, in any order; everything else is refused or ignored."""

import itertools
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from api.notifications.rules.receipts import sign_message_id
from api.plumbing.context import Ctx
from tests.builders.notifications import make_reachable, message_row, queue_notice
from tests.conftest import KEYS

SID = "SM" + "1" * 32
ACCOUNT, TOKEN = KEYS["GRIDLOOP_TWILIO_ACCOUNT_SID"], KEYS["GRIDLOOP_TWILIO_AUTH_TOKEN"]
SECRET = KEYS["GRIDLOOP_SECRET_KEY"].encode()


def path_of(message: UUID | None) -> str:
    return "/webhooks/twilio/status" + (f"?m={sign_message_id(message, SECRET)}" if message else "?")


def public_url(client: FlaskClient) -> str:
    return client.application.extensions["gridloop.settings"].public_url


def call(client: FlaskClient, path: str, *, token: str = TOKEN, base: str | None = None, **form: Any):
    body = {"MessageSid": SID, "MessageStatus": "delivered", "AccountSid": ACCOUNT, "To": "+8617000000001"} | form
    signature = RequestValidator(token).compute_signature((base or public_url(client)) + path, body)
    return client.post(path, data=body, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def message(ctx: Ctx) -> UUID:
    """A queued text."""
    return queue_notice(ctx, make_reachable(ctx, phones=0))


def receipts(ctx: Ctx) -> int:
    return int(ctx.session.scalar(text("SELECT count(*) FROM provider_receipts")))


def test_every_order_of_a_text_s_life_ends_in_delivered(client: FlaskClient, ctx: Ctx) -> None:
    for number, order in enumerate(itertools.permutations(["queued", "sent", "delivered"])):
        message = queue_notice(ctx, make_reachable(ctx, phones=0))
        sid = f"SM{number:032x}"
        answers = [call(client, path_of(message), MessageSid=sid, MessageStatus=status) for status in (*order, *order)]
        assert {answer.status_code for answer in answers} == {204}
        assert message_row(ctx, message)["state"] == "delivered"
    assert receipts(ctx) == 18


def test_a_text_that_could_not_be_delivered_is_dead_with_its_code(client: FlaskClient, ctx: Ctx, message: UUID) -> None:
    assert call(client, path_of(message), MessageStatus="undelivered", ErrorCode="30003").status_code == 204
    assert call(client, path_of(message), MessageStatus="sent").status_code == 204
    row = message_row(ctx, message)
    assert (row["state"], row["error_code"]) == ("dead", "30003")


@pytest.mark.parametrize(
    "forgery",
    [
        {"token": "0" * 32},
        {"base": "https://evil.example"},
        {"AccountSid": "AC" + "9" * 32},
    ],
    ids=["other secret", "other host", "other account"],
)
def test_a_callback_twilio_did_not_sign_for_us_is_refused(client, ctx: Ctx, message: UUID, forgery) -> None:
    answer = call(client, path_of(message), **forgery)
    assert (answer.status_code, answer.json["code"]) == (403, "callback_not_signed")
    assert (message_row(ctx, message)["state"], receipts(ctx)) == ("queued", 0)


def test_an_added_parameter_a_missing_and_a_foreign_signature_are_refused(client, ctx: Ctx, message: UUID) -> None:
    path = path_of(message)
    body = {"MessageSid": SID, "MessageStatus": "delivered", "AccountSid": ACCOUNT}
    signature = RequestValidator(TOKEN).compute_signature(public_url(client) + path, body)
    for form, headers in (
        (body, {}),
        (body, {"X-Twilio-Signature": "签名"}),
        (body | {"Extra": "1"}, {"X-Twilio-Signature": signature}),
        (body, {"X-Twilio-Signature": signature, "Host": "evil.example"}),
    ):
        answer = client.post(path, data=form, headers={k: v.encode().decode("latin-1") for k, v in headers.items()})
        # The Host header is of no account: the signature covers the configured address.
        assert answer.status_code == (204 if "Host" in headers else 403)


def test_a_receipt_with_a_forged_message_id_moves_no_message(client, ctx: Ctx, message: UUID) -> None:
    path = f"/webhooks/twilio/status?m={message.hex}.AAAAAAAAAAAAAAAAAAAAAA"
    assert call(client, path).status_code == 204
    assert message_row(ctx, message)["state"] == "queued"
    assert receipts(ctx) == 1


def test_a_receipt_for_a_message_this_database_never_had_is_parked(client, ctx: Ctx) -> None:
    assert call(client, path_of(ctx.new_id())).status_code == 204
    assert ctx.session.scalar(text("SELECT count(*) FROM provider_receipts WHERE applied_at IS NULL")) == 1


def test_a_word_nobody_knows_is_ignored(client, ctx: Ctx, message: UUID) -> None:
    assert call(client, path_of(message), MessageStatus="teleported").status_code == 204
    assert receipts(ctx) == 0


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"MessageSid": ""}, 400),
        ({"MessageSid": "SM\x00"}, 400),
        ({"MessageSid": "SM" + "x" * 400}, 400),
        ({"ErrorCode": "x" * 400}, 204),
        ({"Body": "x" * 1_000_000}, 413),
    ],
)
def test_odd_fields_are_never_an_error_of_ours(client, message: UUID, form: dict[str, str], status: int) -> None:
    assert call(client, path_of(message), **form).status_code == status


def test_a_storm_of_callbacks_is_not_throttled(client, message: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {call(client, path_of(message)).status_code for _ in range(30)}
    assert answers == {204}
    assert "X-RateLimit-Limit" not in call(client, path_of(message)).headers
