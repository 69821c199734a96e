"""What is said in a call, and the key that answers it."""

from flask import Response, request

from api.http.limits import limiter
from api.http.operation import public_operation
from api.notifications.gateways.twilio_speech import MEDIA_TYPE
from api.notifications.rules.receipts import read_signed_id
from api.plumbing.context import Ctx
from api.webhooks.routes.blueprint import SIGNED_BY_TWILIO, blp, own_settings, read_sid
from api.webhooks.service.calls import Line, hear_key, speak

_XML = {"type": "string", "format": "xml"}
_MOST = "9"


@blp.route("/twilio/voice", methods=["POST"])
@limiter.exempt
@public_operation(SIGNED_BY_TWILIO)
@blp.response(200, _XML, content_type=MEDIA_TYPE)
@blp.alt_response(400, description="Not what the provider sends.")
@blp.alt_response(403, description="Not signed.")
def post_twilio_voice(ctx: Ctx) -> Response:
    """Say what a call is about

    Generic words and the keys that answer; or, when it has ended meanwhile, that it has.
    """
    return Response(speak(ctx, _line()), content_type=MEDIA_TYPE)


@blp.route("/twilio/key", methods=["POST"])
@limiter.exempt
@public_operation(SIGNED_BY_TWILIO)
@blp.response(200, _XML, content_type=MEDIA_TYPE)
@blp.alt_response(400, description="Not what the provider sends.")
@blp.alt_response(403, description="Not signed.")
def post_twilio_key(ctx: Ctx) -> Response:
    """Take a key pressed in a call

    1 goes, 2 cannot, 9 repeats. Sent twice it has one effect.
    """
    return Response(hear_key(ctx, _line(), request.form.get("Digits", "")), content_type=MEDIA_TYPE)


def _line() -> Line:
    settings = own_settings()
    signed, times = request.args.get("m", ""), request.args.get("n", "1")
    return Line(
        call_ref=read_sid("CallSid"),
        message_id=read_signed_id(signed, settings.secret),
        # Signed with the rest of the URL, so that only its form has to be looked at.
        times=int(times) if times.isascii() and times.isdigit() and len(times) == 1 else int(_MOST),
        hooks=f"{settings.public_url.rstrip('/')}/webhooks/twilio",
        signed=signed,
    )
