"""Calls through twilio's client."""

from api.notifications.gateways.twilio_account import TwilioResource
from api.notifications.types import VoiceEnvelope

# Everything between dialling and hanging up; without a name Twilio reports the end only.
EVENTS = ["initiated", "ringing", "answered", "completed"]
LONGEST_CALL_S = 120


class TwilioVoice(TwilioResource[VoiceEnvelope]):
    """Twilio's Calls resource."""

    carries = VoiceEnvelope

    async def _create(self, envelope: VoiceEnvelope) -> str:
        call = await self._client.calls.create_async(
            to=envelope.to,
            from_=self._sender,
            url=envelope.answer_url,
            method="POST",
            status_callback=envelope.callback_url,
            status_callback_event=EVENTS,
            status_callback_method="POST",
            timeout=envelope.ring_s,
            time_limit=LONGEST_CALL_S,
        )
        sid: str = call.sid
        return sid
