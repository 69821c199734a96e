"""People behind the phones who text back: the message goes to the application as Twilio delivers it, signed."""

import secrets
from collections.abc import Mapping

import aiohttp
import yarl

from workers.sandbox.twilio.callbacks import sign
from workers.sandbox.twilio.segments import count_segments

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
START_WORDS = frozenset({"start", "unstop"})


def inbound_form(account: str, sender: str, to: str, body: str, sid: str = "") -> dict[str, str]:
    """The form of one text that came in; `sid` to deliver an earlier one again."""
    sid = sid or f"SM{secrets.token_hex(16)}"
    form = {
        "AccountSid": account,
        "ApiVersion": "2010-04-01",
        "Body": body,
        "From": sender,
        "MessageSid": sid,
        "NumMedia": "0",
        "NumSegments": str(count_segments(body)),
        "SmsMessageSid": sid,
        "SmsSid": sid,
        "SmsStatus": "received",
        "To": to,
    }
    word = body.strip().lower()
    # Twilio blocks the number by itself and says so; the text is delivered all the same.
    kind = "STOP" if word in STOP_WORDS else "START" if word in START_WORDS else ""
    return form | ({"OptOutType": kind} if kind else {})


async def deliver(session: aiohttp.ClientSession, auth_token: str, url: str, form: Mapping[str, str]) -> int:
    """Hand one text to the application; its HTTP status."""
    headers = {"X-Twilio-Signature": sign(auth_token, url, form)}
    async with session.post(yarl.URL(url, encoded=True), data=dict(form), headers=headers) as reply:
        await reply.read()
        return reply.status
