"""Alibaba Cloud's delivery reports: what carries our signature counts, in any order; everything else is refused."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.notifications.rules.receipts import sign_message_id
from api.plumbing.context import Ctx
from tests.builders.notifications import make_reachable, message_row, queue_notice
from tests.conftest import KEYS

SECRET = KEYS["GRIDLOOP_SECRET_KEY"].encode()


@pytest.fixture
def message(ctx: Ctx) -> UUID:
    """A queued text."""
    return queue_notice(ctx, make_reachable(ctx, phones=0))


def report(message: UUID, **changes: Any) -> dict[str, Any]:
    plain = {
        "phone_number": "17000000001", "send_time": "2026-11-22 10:00:00", "report_time": "2026-11-22 10:00:02",
        "success": True, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1",
        "biz_id": "9006003^0", "out_id": sign_message_id(message, SECRET),
    }  # fmt: skip
    return plain | changes


def send(client: FlaskClient, *reports: Any):
    return client.post("/webhooks/aliyun/reports", json=list(reports))


def test_a_report_delivers_a_text_once(client: FlaskClient, ctx: Ctx, message: UUID) -> None:
    for _ in range(2):
        answer = send(client, report(message))
        assert (answer.status_code, answer.json) == (200, {"code": 0, "msg": "OK"})
    row = message_row(ctx, message)
    assert (row["state"], row["provider"], row["provider_ref"]) == ("delivered", "aliyun", "9006003^0")
    assert ctx.session.scalar(text("SELECT count(*) FROM provider_receipts")) == 1


def test_a_text_that_did_not_arrive_is_dead_with_its_code(client: FlaskClient, ctx: Ctx, message: UUID) -> None:
    assert send(client, report(message, success=False, err_code="MK:0001")).status_code == 200
    row = message_row(ctx, message)
    assert (row["state"], row["error_code"]) == ("dead", "MK:0001")


@pytest.mark.parametrize(
    "changes",
    [
        {"out_id": ""}, {"out_id": "x" * 60}, {"out_id": None}, {"out_id": 7}, {"biz_id": ""}, {"biz_id": "a b"},
        {"success": "true"}, {"success": None}, {"out_id": "密"},
    ],
)  # fmt: skip
def test_a_report_we_did_not_ask_for_is_refused(client: FlaskClient, ctx: Ctx, message: UUID, changes: dict) -> None:
    assert send(client, report(message, **changes)).status_code == 403
    assert message_row(ctx, message)["state"] == "queued"


def test_a_forged_one_among_ours_changes_nothing_of_its_own(client: FlaskClient, ctx: Ctx, message: UUID) -> None:
    other = queue_notice(ctx, make_reachable(ctx, phones=0))
    forged = report(other, out_id=sign_message_id(other, b"x" * 40))
    assert send(client, forged, report(message), "noise", 7).status_code == 200
    assert [message_row(ctx, one)["state"] for one in (message, other)] == ["delivered", "queued"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"[" * 900, b'"x"', b"\xff"])
def test_what_is_no_list_of_reports_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/webhooks/aliyun/reports", data=body, content_type="application/json")
    assert 400 <= answer.status_code < 500
