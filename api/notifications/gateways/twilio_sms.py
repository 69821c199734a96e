"""Text messages through twilio's client."""

from api.notifications.gateways.twilio_account import TwilioResource
from api.notifications.types import SmsEnvelope


class TwilioGateway(TwilioResource[SmsEnvelope]):
    """Twilio's Messages resource."""

    carries = SmsEnvelope

    async def _create(self, envelope: SmsEnvelope) -> str:
        message = await self._client.messages.create_async(
            to=envelope.to,
            from_=self._sender,
            body=envelope.body,
            status_callback=envelope.callback_url,
            validity_period=envelope.ttl_s,
        )
        sid: str = message.sid
        return sid
