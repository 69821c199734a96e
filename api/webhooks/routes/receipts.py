"""What became of text messages and calls."""

import re

from flask import request

from api.http.limits import limiter
from api.http.operation import public_operation
from api.notifications.rules.receipts import read_signed_id
from api.notifications.service.receipts import take_receipt
from api.notifications.types import Provider, ReceiptFact
from api.plumbing.context import Ctx
from api.webhooks.routes.blueprint import SIGNED_BY_TWILIO, blp, own_settings, read_sid

_CODE = re.compile(r"\d{1,9}")


@blp.route("/twilio/status", methods=["POST"])
@limiter.exempt
@public_operation(SIGNED_BY_TWILIO)
@blp.response(204)
@blp.alt_response(400, description="Not what the provider sends.")
@blp.alt_response(403, description="Not signed.")
def post_twilio_status(ctx: Ctx) -> None:
    """Take a status callback of Twilio

    What became of a text message. Idempotent, in any order, also for messages that are not known yet.
    """
    take_receipt(ctx, _read_fact("MessageSid", "MessageStatus"))


@blp.route("/twilio/call", methods=["POST"])
@limiter.exempt
@public_operation(SIGNED_BY_TWILIO)
@blp.response(204)
@blp.alt_response(400, description="Not what the provider sends.")
@blp.alt_response(403, description="Not signed.")
def post_twilio_call_status(ctx: Ctx) -> None:
    """Take a call's status callback of Twilio

    Ringing, answered, busy, over. Idempotent, in any order, also for calls that are not known yet.
    """
    take_receipt(ctx, _read_fact("CallSid", "CallStatus"))


def _read_fact(sid: str, status: str) -> ReceiptFact:
    code = request.form.get("ErrorCode", "")
    return ReceiptFact(
        provider=Provider.TWILIO,
        ref=read_sid(sid),
        status=request.form.get(status, ""),
        error_code=code if _CODE.fullmatch(code) else None,
        message_id=read_signed_id(request.args.get("m", ""), own_settings().secret),
    )
