"""Text messages that come in."""

import re

from flask import Response, request

from api.http.limits import limiter
from api.http.operation import public_operation
from api.kernel.errors import Malformed
from api.notifications.gateways.twilio_speech import EMPTY, MEDIA_TYPE
from api.notifications.types import Provider
from api.notifications.types.reaching import InboundText
from api.plumbing.context import Ctx
from api.webhooks.routes.blueprint import SIGNED_BY_TWILIO, blp, read_sid
from api.webhooks.service.texts import answer_inbound

_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_LONGEST = 1600


@blp.route("/twilio/text", methods=["POST"])
@limiter.exempt
@public_operation(SIGNED_BY_TWILIO)
@blp.response(200, {"type": "string", "format": "xml"}, content_type=MEDIA_TYPE)
@blp.alt_response(400, description="Not what the provider sends.")
@blp.alt_response(403, description="Not signed.")
def post_twilio_text(ctx: Ctx) -> Response:
    """Take a text message that came in

    An answer to an offer, a stop or a start. Delivered twice it has one effect; what became of it is texted back.
    """
    sender = request.form.get("From", "")
    if not _NUMBER.fullmatch(sender):
        raise Malformed(reason="From")
    body = request.form.get("Body", "")[:_LONGEST]
    answer_inbound(ctx, InboundText(Provider.TWILIO, read_sid("MessageSid"), sender, body))
    # Nothing to be said by Twilio itself: our answer goes through the outbox like every other message.
    return Response(EMPTY, content_type=MEDIA_TYPE)
