"""The blueprint of webhooks, and the proof that it is Twilio who knocks."""

import re

from flask import current_app, request

from api.http.blueprint import Blueprint
from api.kernel.errors import Malformed
from api.notifications.gateways.twilio_callbacks import is_genuine
from api.webhooks.errors import NotSigned
from config import Settings

blp = Blueprint("webhooks", __name__, description="Callbacks of providers.")
TWILIO = "/twilio/"
SIGNED_BY_TWILIO = "Twilio's signature over the configured public URL, checked before the view"
LONGEST_BODY = 16 * 1024
_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")


@blp.before_request
def check_twilio_signature() -> None:
    """Refuse what Twilio did not sign for our public URL, or signed for another account."""
    if TWILIO not in request.path:
        return
    request.max_content_length = LONGEST_BODY
    settings = own_settings()
    url = f"{settings.public_url.rstrip('/')}{request.path}"
    query = request.query_string.decode("ascii", "replace")
    # A lone question mark is signed as it was written, and does not reach us.
    urls = [f"{url}?{query}"] if query else [url, f"{url}?"]
    signature = request.headers.get("X-Twilio-Signature", "")
    secret = settings.twilio_auth_token.get_secret_value()
    ours = request.form.get("AccountSid") == settings.twilio_account_sid
    if not ours or not any(is_genuine(secret, one, request.form, signature) for one in urls):
        raise NotSigned


def read_sid(name: str) -> str:
    """A form field that holds one of Twilio's ids; raises Malformed."""
    sid = request.form.get(name, "")
    if not _SID.fullmatch(sid):
        raise Malformed(reason=name)
    return sid


def own_settings() -> Settings:
    """The installation's settings."""
    settings: Settings = current_app.extensions["gridloop.settings"]
    return settings
