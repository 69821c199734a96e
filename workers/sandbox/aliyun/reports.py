"""Delivery reports: the text reaches the phone, then the report the application. Unsigned, as the real ones are."""

import asyncio
import time
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any

import aiohttp

from workers.sandbox.faults import Faults
from workers.sandbox.mailbox import Mailbox

LOGGED = 20_000
_ZONE = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class AliyunFaults(Faults):
    """Settings of this stand-in beside the common ones. Numbers in E.164."""

    invalid_numbers: frozenset[str] = frozenset()
    limited_numbers: frozenset[str] = frozenset()
    outcomes: dict[str, str] = field(default_factory=dict)
    """By number: "silent" (no report) or an error code such as "UNDELIV"."""
    limits: bool = True
    """Whether the published limits per number hold."""
    report_url: str = ""
    """Where reports go; empty: where the command line says."""
    report_delay_ms: float = 20.0
    report_times: int = 1
    report_drop: float = 0.0
    report_first: bool = False


@dataclass(frozen=True)
class Text:
    """A text that was taken."""

    biz_id: str
    out_id: str
    number: str
    body: str
    parts: int
    sent_at: float

    @property
    def address(self) -> str:
        """The number in E.164."""
        return f"+86{self.number}"


class Reporter:
    """Carries texts to the phones and reports to the application."""

    def __init__(self, mailbox: Mailbox, url: str) -> None:
        self._mailbox = mailbox
        self._url = url
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOGGED)

    async def open(self) -> None:
        """Make the HTTP client; it belongs to the running loop."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))

    async def close(self) -> None:
        """Drop what is still under way."""
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            await self._session.close()

    async def take(self, text: Text, faults: AliyunFaults) -> None:
        """Start a text on its way; returns at once unless the report is to come first."""
        if faults.report_first:
            await self._report(text, faults)
        self._start(self._travel(text, faults))

    async def _travel(self, text: Text, faults: AliyunFaults) -> None:
        await asyncio.sleep(faults.report_delay_ms / 1000)
        if faults.outcomes.get(text.address, "silent") == "silent":
            self._mailbox.deliver(text.address, {"body": text.body, "biz_id": text.biz_id, "out_id": text.out_id})
        if not faults.report_first:
            await self._report(text, faults)

    async def _report(self, text: Text, faults: AliyunFaults) -> None:
        url, outcome = faults.report_url or self._url, faults.outcomes.get(text.address, "DELIVERED")
        lost = Random(f"{faults.seed}:report:{text.out_id}").random() < faults.report_drop
        if not url or lost or outcome == "silent" or self._session is None:
            return
        for _ in range(faults.report_times):
            answer: int | str
            try:
                async with self._session.post(url, json=[_report_of(text, outcome)]) as reply:
                    answer = reply.status
            except (aiohttp.ClientError, TimeoutError) as error:
                answer = type(error).__name__
            self.log.append({"at": time.time(), "out_id": text.out_id, "code": outcome, "answer": answer})

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        # The loop keeps only a weak reference to a task.
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _report_of(text: Text, outcome: str) -> dict[str, Any]:
    arrived = outcome == "DELIVERED"
    return {
        "phone_number": text.number,
        "send_time": _clock(text.sent_at),
        "report_time": _clock(time.time()),
        "success": arrived,
        "err_code": outcome,
        "err_msg": "用户接收成功" if arrived else "用户接收失败",
        "sms_size": str(text.parts),
        "biz_id": text.biz_id,
        "out_id": text.out_id,
    }


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, _ZONE).strftime("%Y-%m-%d %H:%M:%S")
