"""The doors providers knock at, with a form each of them would take, and Twilio's hand to sign with."""

from typing import Any

from flask import Flask
from twilio.request_validator import RequestValidator

from tests.conftest import KEYS

ACCOUNT, TOKEN = KEYS["GRIDLOOP_TWILIO_ACCOUNT_SID"], KEYS["GRIDLOOP_TWILIO_AUTH_TOKEN"]
SECRET = KEYS["GRIDLOOP_SECRET_KEY"].encode()
TEXT, CALL = "SM" + "1" * 32, "CA" + "1" * 32
REPORTS = "/webhooks/aliyun/reports"


def twilio_forms(signed_id: str) -> dict[str, dict[str, str]]:
    """Path with query, and the form Twilio would send there."""
    status = {"AccountSid": ACCOUNT, "MessageSid": TEXT, "MessageStatus": "delivered", "To": "+8617000000001"}
    call = {"AccountSid": ACCOUNT, "CallSid": CALL, "To": "+8617000000001"}
    return {
        f"/webhooks/twilio/status?m={signed_id}": status,
        f"/webhooks/twilio/call?m={signed_id}": {**call, "CallStatus": "completed"},
        f"/webhooks/twilio/voice?m={signed_id}&n=1": call,
        f"/webhooks/twilio/key?m={signed_id}&n=1": {**call, "Digits": "1"},
        "/webhooks/twilio/text": {"AccountSid": ACCOUNT, "MessageSid": TEXT, "From": "+6591234567", "Body": "1"},
    }


def aliyun_report(signed_id: str, **changes: Any) -> dict[str, Any]:
    """A delivery report as Alibaba Cloud sends it."""
    plain = {
        "phone_number": "17000000001", "send_time": "2026-11-22 10:00:00", "report_time": "2026-11-22 10:00:02",
        "success": True, "err_code": "DELIVERED", "err_msg": "用户接收成功", "sms_size": "1",
        "biz_id": "9006003^0", "out_id": signed_id,
    }  # fmt: skip
    return plain | changes


def public_url(app: Flask) -> str:
    """The address Twilio signs for."""
    return app.extensions["gridloop.settings"].public_url


def signature(url: str, form: dict[str, Any], token: str = TOKEN) -> dict[str, str]:
    """Twilio's signature over an address and a form, as a header."""
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}
