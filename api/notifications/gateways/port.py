"""The port every provider stands behind, and what gateways have in common."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Protocol

import httpx
import structlog

from api.notifications.types import Envelope, Outcome, OutcomeKind, Provider

log = structlog.get_logger(__name__)

# For everything one message costs, below the pusher's lease. A time-out of the HTTP client is per read: a server
# that answers one byte a second would never hit it.
DEADLINE_S = 8.0
CONNECT_S = 3.0
TIMEOUT = httpx.Timeout(DEADLINE_S, connect=CONNECT_S, pool=CONNECT_S)
_SECONDS = re.compile(r"\d{1,9}(\.\d{1,6})?")
# FCM's documents: wait a minute when a 429 says nothing.
THROTTLED_S = 60.0
LONGEST_THROTTLE_S = 3_600.0
# The request never left: sending again is safe.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Gateway(Protocol):
    """One provider. All calls of one gateway belong to one event loop."""

    provider: Provider

    async def open(self) -> None:
        """Warm up; a provider that is away does not stop the start."""

    async def send(self, envelope: Envelope) -> Outcome:
        """One call about one message."""

    async def close(self) -> None:
        """Give the connections back."""


class Unconfigured:
    """Stands where a provider has no credentials: refuses everything, calls nobody.

    `resting`: whether that is a reason to wait for somebody to bring them; if not, each message takes its next channel.
    """

    def __init__(self, provider: Provider, *, resting: bool = True) -> None:
        self.provider = provider
        self._kind = OutcomeKind.CREDENTIALS if resting else OutcomeKind.PERMANENT
        self._resting = resting

    async def open(self) -> None:
        log.error("provider_not_configured", provider=self.provider)

    async def send(self, envelope: Envelope) -> Outcome:
        return Outcome(self._kind, "not_configured", provider_wide=self._resting)

    async def close(self) -> None:
        return None


async def within_deadline(call: Callable[[], Awaitable[Outcome]], deadline_s: float) -> Outcome:
    """The outcome of `call`, or unknown when time is up or it fails in a way nobody foresaw."""
    try:
        async with asyncio.timeout(deadline_s):
            return await call()
    except TimeoutError:
        return Outcome(OutcomeKind.UNKNOWN, "deadline")
    except Exception as error:
        # The request may have left before this: unknown is the only safe thing to say.
        log.error("gateway_failed", error=type(error).__name__, exc_info=True)
        return Outcome(OutcomeKind.UNKNOWN, type(error).__name__)


def outcome_of_transport(error: httpx.HTTPError) -> Outcome:
    """The outcome of a call that got no answer: not sent, or unknown."""
    if isinstance(error, NOT_SENT):
        return Outcome(OutcomeKind.RETRY, "unreachable")
    return Outcome(OutcomeKind.UNKNOWN, type(error).__name__)


def retry_after_s(headers: httpx.Headers, default: float | None = None) -> float | None:
    """Seconds the provider asks us to wait; `default` when it says nothing, or gives a date instead of seconds."""
    value = headers.get("Retry-After", "").strip()
    return min(float(value), LONGEST_THROTTLE_S) if _SECONDS.fullmatch(value) else default
