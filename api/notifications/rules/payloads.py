"""The envelopes: a claimed message in the form its provider takes. Opaque ids and generic texts only."""

from datetime import datetime

from api.notifications.rules.receipts import sign_message_id
from api.notifications.rules.registry import values_of
from api.notifications.rules.speech import RING_S, call_words
from api.notifications.rules.templates import TEMPLATES, Unrenderable, render, render_sms
from api.notifications.types import Letter, PushEnvelope, SmsEnvelope, Urgency, VoiceEnvelope

PAYLOAD_VERSION = "1"
# Twilio holds a message for at most ten hours.
LONGEST_SMS_TTL_S = 36_000


def push_envelope(letter: Letter) -> PushEnvelope:
    """The push of a letter: data are strings. The screen shows one per task: the newest takes the place of the last.

    `msg_id` is what the phone drops doubles by; Android's tag and Apple's collapse id name the task.
    """
    words = letter.wording or render(letter.template, letter.language, letter.variables)
    template = TEMPLATES[letter.template]
    task = str(letter.subject_id or letter.id)
    return PushEnvelope(
        token=_address(letter),
        data={
            "msg_id": str(letter.id),
            "type": letter.template,
            "subject_id": str(letter.subject_id or ""),
            "v": PAYLOAD_VERSION,
        },
        title=words.title,
        body=words.body,
        android_channel=template.android_channel,
        tag=task,
        ttl_s=_ttl_s(letter.claimed_at, letter.expires_at),
        # Not FCM's collapse key: it keeps four per phone and may drop the older ones.
        apns_headers={
            # Apple takes a push that shows nothing at low priority only.
            "apns-priority": "5" if template.silent else "10",
            "apns-push-type": "background" if template.silent else "alert",
            "apns-collapse-id": task,
            "apns-expiration": str(int(letter.expires_at.timestamp())),
        },
        interruption_level="time-sensitive" if letter.urgency is Urgency.ALERT else "active",
        silent=template.silent,
    )


def sms_envelope(letter: Letter, public_url: str, key: bytes) -> SmsEnvelope:
    """The text message of a letter; its callback URL names the message, signed, because Twilio has no place for it."""
    signed = sign_message_id(letter.id, key)
    registered = letter.carriage.registered if letter.carriage else None
    return SmsEnvelope(
        to=_address(letter),
        # Registered words are the template's, whatever else it could say.
        body=letter.wording.sms
        if letter.wording and not registered
        else render_sms(letter.template, letter.language, letter.variables, public_url),
        callback_url=f"{public_url.rstrip('/')}/webhooks/twilio/status?m={signed}",
        ttl_s=min(max(_ttl_s(letter.claimed_at, letter.expires_at), 1), LONGEST_SMS_TTL_S),
        reference=signed,
        registered=registered,
        values=values_of(registered, letter.variables) if registered else {},
    )


def voice_envelope(letter: Letter, public_url: str, key: bytes) -> VoiceEnvelope:
    """The call of a letter. What it says is asked for when somebody has answered, and may be that it is over."""
    signed = sign_message_id(letter.id, key)
    # Refused now rather than in somebody's ear.
    call_words(letter.template, letter.language, asks=True)
    hooks = f"{public_url.rstrip('/')}/webhooks/twilio"
    return VoiceEnvelope(
        to=_address(letter),
        answer_url=f"{hooks}/voice?m={signed}",
        callback_url=f"{hooks}/call?m={signed}",
        ring_s=min(RING_S, max(_ttl_s(letter.claimed_at, letter.expires_at), 5)),
    )


def _ttl_s(now: datetime, expires_at: datetime) -> int:
    return max(0, int((expires_at - now).total_seconds()))


def _address(letter: Letter) -> str:
    if letter.address is None:
        raise Unrenderable("there is no address")
    return letter.address
