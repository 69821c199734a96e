"""One twilio account, on our own HTTP client: deadlines, no retries, a configurable host.

The SDK's clients have no default time-out (sync) or ignore the one they are given (async), and drop the headers of a
refusal, Retry-After among them. The supported way round all three is the `http_client` argument.
"""

import logging
from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

import httpx
from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from api.kernel.phones import is_demo_number
from api.notifications.gateways.port import (
    DEADLINE_S,
    THROTTLED_S,
    TIMEOUT,
    outcome_of_transport,
    retry_after_s,
    within_deadline,
)
from api.notifications.types import Envelope, Outcome, OutcomeKind, Provider, SmsEnvelope, VoiceEnvelope

_K = OutcomeKind
E = TypeVar("E", SmsEnvelope, VoiceEnvelope)
TWILIO = "https://api.twilio.com"
# Our sender, our callback URL or our regions are wrong: the same for every recipient, so none of them is to blame.
_OUR_FAULT = frozenset({21209, 21212, 21408, 21603, 21606, 21609, 21611, 21659, 21660})
# The number itself will never take a text message.
_DEAD_NUMBER = frozenset({21211, 21214, 21217, 21610, 21614})


class Refused(Exception):
    """Twilio's answer with a status of 400 and up, headers included."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response.status_code)
        self.status = response.status_code
        self.headers = response.headers
        try:
            code = response.json().get("code")
        except (ValueError, AttributeError):
            code = None
        self.code = code if isinstance(code, int) else None


class DeadlineClient(AsyncHttpClient):  # type: ignore[misc] # twilio is followed silently
    """Twilio's HTTP port over httpx."""

    def __init__(self, base_url: str) -> None:
        super().__init__(logging.getLogger("twilio"), is_async=True)
        self._base_url = base_url
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False)

    async def request(self, method: str, uri: str, **details: Any) -> Response:
        """One exchange; raises Refused or httpx's errors, which pass through the SDK untouched."""
        answer = await self._client.request(
            method,
            uri.replace(TWILIO, self._base_url, 1),
            params=details.get("params"),
            data=details.get("data"),
            headers=details.get("headers"),
            auth=details.get("auth"),
        )
        if answer.status_code >= 400:
            raise Refused(answer)
        return Response(answer.status_code, answer.text, answer.headers)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._client.aclose()


class TwilioResource(ABC, Generic[E]):
    """One of the account's resources as a gateway, for one event loop; a subclass says what an envelope makes."""

    provider = Provider.TWILIO
    carries: type[E]

    def __init__(
        self, account: tuple[str, str], sender: str, base_url: str = "", *, deadline_s: float = DEADLINE_S
    ) -> None:
        self._real = not base_url
        self._http = DeadlineClient(base_url.rstrip("/") or TWILIO)
        self._client = Client(*account, http_client=self._http)
        self._sender = sender
        self._deadline_s = deadline_s

    async def open(self) -> None:
        return None

    async def send(self, envelope: Envelope) -> Outcome:
        """Hand one over. A demo number is refused unless a stand-in answers: nobody real may have it."""
        if not isinstance(envelope, self.carries):
            raise TypeError(f"this gateway carries {self.carries.__name__} only")
        mine: E = envelope
        if self._real and is_demo_number(mine.to):
            return Outcome(_K.PERMANENT, "demo_number", provider_wide=False, called=False)
        return await within_deadline(lambda: self._send(mine), self._deadline_s)

    async def close(self) -> None:
        await self._http.aclose()

    async def _send(self, envelope: E) -> Outcome:
        try:
            reference = await self._create(envelope)
        except Refused as refusal:
            return outcome_of(refusal)
        except httpx.HTTPError as error:
            return outcome_of_transport(error)
        except (TwilioException, ValueError) as error:
            # An answer below 400 that the SDK cannot read: it may well have been accepted.
            return Outcome(_K.UNKNOWN, type(error).__name__)
        return Outcome(_K.ACCEPTED, provider_ref=reference)

    @abstractmethod
    async def _create(self, envelope: E) -> str:
        """Create it at Twilio; returns its sid, and lets what the client raises pass."""


def outcome_of(refusal: Refused) -> Outcome:
    """What a refusal means for the message, the number and the account."""
    code = str(refusal.code or refusal.status)
    if refusal.status == 429:
        return Outcome(_K.RETRY, code, retry_after_s=retry_after_s(refusal.headers, THROTTLED_S))
    if refusal.status == 504:
        return Outcome(_K.UNKNOWN, code)
    if refusal.status >= 500:
        return Outcome(_K.RETRY, code, retry_after_s=retry_after_s(refusal.headers))
    if refusal.status in {401, 403, 404} or refusal.code in _OUR_FAULT:
        return Outcome(_K.CREDENTIALS, code)
    return Outcome(_K.PERMANENT, code, address_dead=refusal.code in _DEAD_NUMBER, provider_wide=False)
