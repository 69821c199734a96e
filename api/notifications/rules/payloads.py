"""The envelopes: a claimed message in the form its provider takes. Opaque ids and generic texts only."""

from datetime import datetime

from api.notifications.rules.receipts import sign_message_id
from api.notifications.rules.templates import TEMPLATES, Unrenderable, render, render_sms
from api.notifications.types import Letter, PushEnvelope, SmsEnvelope, Urgency

PAYLOAD_VERSION = "1"
# Twilio holds a message for at most ten hours.
LONGEST_SMS_TTL_S = 36_000


def push_envelope(letter: Letter) -> PushEnvelope:
    """The push of a letter: data are strings, shown once per id on Android (tag) and iOS (collapse id)."""
    words = render(letter.template, letter.language, letter.variables)
    message_id = str(letter.id)
    return PushEnvelope(
        token=_address(letter),
        data={
            "msg_id": message_id,
            "type": letter.template,
            "subject_id": str(letter.subject_id or ""),
            "v": PAYLOAD_VERSION,
        },
        title=words.title,
        body=words.body,
        android_channel=TEMPLATES[letter.template].android_channel,
        tag=message_id,
        ttl_s=_ttl_s(letter.claimed_at, letter.expires_at),
        # Not FCM's collapse key: it keeps four per phone and may drop the older ones.
        apns_headers={
            "apns-priority": "10",
            "apns-push-type": "alert",
            "apns-collapse-id": message_id,
            "apns-expiration": str(int(letter.expires_at.timestamp())),
        },
        interruption_level="time-sensitive" if letter.urgency is Urgency.ALERT else "active",
    )


def sms_envelope(letter: Letter, public_url: str, key: bytes) -> SmsEnvelope:
    """The text message of a letter; its callback URL names the message, signed, because Twilio has no place for it."""
    signed = sign_message_id(letter.id, key)
    return SmsEnvelope(
        to=_address(letter),
        body=render_sms(letter.template, letter.language, letter.variables, public_url),
        callback_url=f"{public_url.rstrip('/')}/webhooks/twilio/status?m={signed}",
        ttl_s=min(max(_ttl_s(letter.claimed_at, letter.expires_at), 1), LONGEST_SMS_TTL_S),
    )


def _ttl_s(now: datetime, expires_at: datetime) -> int:
    return max(0, int((expires_at - now).total_seconds()))


def _address(letter: Letter) -> str:
    if letter.address is None:
        raise Unrenderable("there is no address")
    return letter.address
