"""What the stand-ins have in common: ledger, mailbox, settings, and the way a request ends."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from aiohttp import web

from workers.sandbox.faults import Fate, Faults, Verdict, draw_verdict
from workers.sandbox.ledger import Ledger
from workers.sandbox.mailbox import Mailbox

Refusal = Callable[[int, float | None], web.Response]
"""(status, seconds for Retry-After or None) -> the provider's own error answer."""

HANG_SECONDS = 900.0

Settings = TypeVar("Settings", bound=Faults)


class StandIn(Generic[Settings]):
    """One provider's stand-in: its truth, its phones and its present mood."""

    def __init__(self, ledger: Ledger, faults: Settings, refusal: Refusal) -> None:
        self.ledger = ledger
        self.mailbox = Mailbox()
        self.faults = faults
        self._refusal = refusal
        self._attempts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._fates: Counter[str] = Counter()
        self._window: list[float] = []
        self._closed_until = 0.0
        self._early = 0

    async def exchange(
        self, request: web.Request, key: str, accept: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        """Answer one request as the settings have it.

        `accept` checks the request and, if it is in order, writes the ledger: it is called
        at most once, half-way through the latency, and not at all for a request that is
        refused, cut or left hanging.
        """
        verdict = self._judge(key)
        self._fates[verdict.fate] += 1
        await asyncio.sleep(verdict.delay / 2)
        if verdict.fate in (Fate.FAIL, Fate.THROTTLE):
            return self._refuse(verdict.status)
        if verdict.fate is Fate.DROP_REQUEST:
            return _cut(request)
        if verdict.fate is Fate.HANG:
            await _hang(request)
            return _cut(request)
        response = await accept()
        if response.status >= 400:
            self.refused(response)
        await asyncio.sleep(verdict.delay / 2)
        return await self._deliver(request, response, verdict)

    def counts(self) -> dict[str, Any]:
        """The ledger's counts, refusals by status, fates, and calls earlier than Retry-After."""
        return {
            **self.ledger.counts(),
            "refused": dict(self._refused),
            "fates": dict(self._fates),
            "early": self._early,
        }

    def heal(self) -> None:
        """Back to the settings of a healthy provider; what was counted stays."""
        self.faults = type(self.faults)()
        self._closed_until = 0.0

    def refused(self, response: web.Response) -> web.Response:
        """Count a refusal that was clear before the request's fate was looked at."""
        self._refused[str(response.status)] += 1
        return response

    def retry_after(self) -> float | None:
        """Seconds to put into Retry-After, and from now on a call within them is early."""
        seconds = self.faults.retry_after_s
        if seconds is not None:
            self._closed_until = max(self._closed_until, time.monotonic() + seconds)
        return seconds

    def _judge(self, key: str) -> Verdict:
        if time.monotonic() < self._closed_until:
            self._early += 1
        if self._over_pace():
            return Verdict(Fate.THROTTLE, 429)
        self._attempts[key] += 1
        return draw_verdict(self.faults, key, self._attempts[key])

    def _over_pace(self) -> bool:
        pace = self.faults.throttle_per_s
        if pace is None:
            return False
        now = time.monotonic()
        self._window = [moment for moment in self._window if moment > now - 1.0]
        if len(self._window) >= pace:
            return True
        self._window.append(now)
        return False

    def _refuse(self, status: int) -> web.Response:
        return self.refused(self._refusal(status, self.retry_after() if status in (429, 503) else None))

    async def _deliver(self, request: web.Request, response: web.Response, verdict: Verdict) -> web.StreamResponse:
        if verdict.fate is Fate.DROP_REPLY:
            return _cut(request)
        if verdict.fate is Fate.LATE_REPLY:
            await asyncio.sleep(self.faults.late_s)
        if verdict.fate is Fate.DRIP:
            return await _drip(request, response, self.faults.drip_s)
        return response


def _cut(request: web.Request) -> web.Response:
    """Close the connection. The response returned goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=499)


async def _hang(request: web.Request) -> None:
    """Say nothing until the caller has given up."""
    deadline = time.monotonic() + HANG_SECONDS
    while time.monotonic() < deadline:
        if request.transport is None or request.transport.is_closing():
            return
        await asyncio.sleep(0.25)


async def _drip(request: web.Request, response: web.Response, pace: float) -> web.StreamResponse:
    """The right answer, one byte at a time: each read makes progress, the whole never ends."""
    body = response.body if isinstance(response.body, bytes) else b""
    slow = web.StreamResponse(status=response.status, headers={"Content-Type": "application/json"})
    slow.content_length = len(body)
    await slow.prepare(request)
    for index in range(len(body)):
        if request.transport is None or request.transport.is_closing():
            break
        await slow.write(body[index : index + 1])
        await asyncio.sleep(pace)
    return slow
