"""HTTP of webhooks. The signature is checked before a transaction is opened: anybody can knock here."""

import re

from flask import current_app, request

from api.http.blueprint import Blueprint
from api.http.limits import limiter
from api.http.operation import public_operation
from api.kernel.errors import Malformed
from api.notifications.gateways.twilio_callbacks import is_genuine
from api.notifications.rules.receipts import read_signed_id
from api.notifications.service.receipts import take_receipt
from api.notifications.types import Provider, ReceiptFact
from api.plumbing.context import Ctx
from api.webhooks.errors import NotSigned
from config import Settings

blp = Blueprint("webhooks", __name__, description="Callbacks of providers.")
LONGEST_BODY = 16 * 1024
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_CODE = re.compile(r"\d{1,9}")


@blp.before_request
def check_twilio_signature() -> None:
    """Refuse what Twilio did not sign for our public URL, or signed for another account."""
    request.max_content_length = LONGEST_BODY
    settings = _settings()
    url = f"{settings.public_url.rstrip('/')}{request.path}?{request.query_string.decode('ascii', 'replace')}"
    signature = request.headers.get("X-Twilio-Signature", "")
    secret = settings.twilio_auth_token.get_secret_value()
    ours = request.form.get("AccountSid") == settings.twilio_account_sid
    if not is_genuine(secret, url, request.form, signature) or not ours:
        raise NotSigned


@blp.route("/twilio/status", methods=["POST"])
@limiter.exempt
@public_operation("Twilio's signature over the configured public URL, checked before the view")
@blp.response(204)
def post_twilio_status(ctx: Ctx) -> None:
    """Take a status callback of Twilio

    What became of a text message. Idempotent, in any order, also for messages that are not known yet.
    """
    take_receipt(ctx, _read_status())


def _read_status() -> ReceiptFact:
    sid, code = request.form.get("MessageSid", ""), request.form.get("ErrorCode", "")
    if not _SID.fullmatch(sid):
        raise Malformed(reason="MessageSid")
    return ReceiptFact(
        provider=Provider.TWILIO,
        ref=sid,
        status=request.form.get("MessageStatus", ""),
        error_code=code if _CODE.fullmatch(code) else None,
        message_id=read_signed_id(request.args.get("m", ""), _settings().secret),
    )


def _settings() -> Settings:
    settings: Settings = current_app.extensions["gridloop.settings"]
    return settings
