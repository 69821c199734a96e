"""Calls through twilio's client: the same account, HTTP client and refusals as its text messages."""

import httpx
from twilio.base.exceptions import TwilioException
from twilio.rest import Client

from api.kernel.phones import is_demo_number
from api.notifications.gateways.port import DEADLINE_S, outcome_of_transport, within_deadline
from api.notifications.gateways.twilio_sms import TWILIO, DeadlineClient, Refused, outcome_of
from api.notifications.types import Envelope, Outcome, OutcomeKind, Provider, VoiceEnvelope

_K = OutcomeKind
# Everything between dialling and hanging up; without a name Twilio reports the end only.
EVENTS = ["initiated", "ringing", "answered", "completed"]
LONGEST_CALL_S = 120


class TwilioVoice:
    """Twilio's Calls resource for one account, for one event loop."""

    provider = Provider.TWILIO

    def __init__(
        self, account: tuple[str, str], caller: str, base_url: str = "", *, deadline_s: float = DEADLINE_S
    ) -> None:
        self._real = not base_url
        self._http = DeadlineClient(base_url.rstrip("/") or TWILIO)
        self._client = Client(*account, http_client=self._http)
        self._caller = caller
        self._deadline_s = deadline_s

    async def open(self) -> None:
        return None

    async def send(self, envelope: Envelope) -> Outcome:
        """Start one call. A demo number is refused unless a stand-in answers: nobody real may have it."""
        if not isinstance(envelope, VoiceEnvelope):
            raise TypeError("this gateway carries calls only")
        if self._real and is_demo_number(envelope.to):
            return Outcome(_K.PERMANENT, "demo_number", provider_wide=False, called=False)
        return await within_deadline(lambda: self._send(envelope), self._deadline_s)

    async def close(self) -> None:
        await self._http.aclose()

    async def _send(self, envelope: VoiceEnvelope) -> Outcome:
        try:
            call = await self._client.calls.create_async(
                to=envelope.to,
                from_=self._caller,
                url=envelope.answer_url,
                method="POST",
                status_callback=envelope.callback_url,
                status_callback_event=EVENTS,
                status_callback_method="POST",
                timeout=envelope.ring_s,
                time_limit=LONGEST_CALL_S,
            )
        except Refused as refusal:
            return outcome_of(refusal)
        except httpx.HTTPError as error:
            return outcome_of_transport(error)
        except (TwilioException, ValueError) as error:
            # An answer below 400 that the SDK cannot read: it may well be ringing.
            return Outcome(_K.UNKNOWN, type(error).__name__)
        return Outcome(_K.ACCEPTED, provider_ref=call.sid)
