"""Many phones and consoles at once, over real connections: what each was answered, and after how long."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp


@dataclass
class Answers:
    """What was answered, by name of the request."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    took: dict[str, list[float]] = field(default_factory=dict)
    without_retry_after: int = 0

    def count(self, name: str, *statuses: int) -> int:
        """How many requests of this name were answered so."""
        return sum(self.statuses[name, status] for status in statuses)

    def p99(self, name: str, *, below: float = 0.99) -> float:
        """The 99th percentile of a name's times, in seconds."""
        values = sorted(self.took.get(name, [0.0]))
        return round(values[math.ceil(len(values) * below) - 1], 3)

    def table(self) -> dict[str, int]:
        """The counts as words, for the line of a run."""
        return {f"{name} {status}": count for (name, status), count in sorted(self.statuses.items())}


class Caller:
    """One client of a crowd; everything it does is written down."""

    def __init__(self, http: aiohttp.ClientSession, answers: Answers, headers: dict[str, str]) -> None:
        self._http, self._answers, self._headers = http, answers, headers

    async def ask(self, name: str, method: str, path: str, **details: Any) -> tuple[int, Any]:
        """The status and the body; 0 when there was no answer."""
        began = time.monotonic()
        headers = self._headers | details.pop("headers", {})
        try:
            async with self._http.request(method, path, headers=headers, **details) as answer:
                body = await answer.json(content_type=None) if answer.status != 204 else None
                status = answer.status
                if status == 503 and "Retry-After" not in answer.headers:
                    self._answers.without_retry_after += 1
        except aiohttp.ClientError:
            status, body = 0, None
        self._answers.statuses[name, status] += 1
        self._answers.took.setdefault(name, []).append(time.monotonic() - began)
        return status, body

    async def insist(self, name: str, method: str, path: str, **details: Any) -> Any:
        """Ask again, a little later, until it is answered with success; what a careful phone does."""
        deadline = time.monotonic() + 60
        while True:
            status, body = await self.ask(name, method, path, **details)
            if 200 <= status < 300:
                return body
            assert status in (0, 429, 503), (name, status, body)
            assert time.monotonic() < deadline, f"{name} was never answered"
            await asyncio.sleep(0.5)


Life = Callable[[Caller], Awaitable[None]]


def let_live(url: str, lives: Sequence[tuple[dict[str, str], Life]], *, over_s: float = 0.0) -> Answers:
    """Let these clients (headers, what each does) begin evenly over some seconds, each with connections of its own."""

    async def live() -> Answers:
        answers = Answers()
        connector = aiohttp.TCPConnector(limit=1_000)
        timeout = aiohttp.ClientTimeout(total=60)
        async with aiohttp.ClientSession(url, connector=connector, timeout=timeout) as http:

            async def one(number: int, headers: dict[str, str], life: Life) -> None:
                await asyncio.sleep(over_s * number / len(lives))
                await life(Caller(http, answers, headers))

            await asyncio.gather(*(one(number, *each) for number, each in enumerate(lives)))
        return answers

    return asyncio.run(live())


def spread(groups: Iterable[Sequence[tuple[dict[str, str], Life]]]) -> list[tuple[dict[str, str], Life]]:
    """Several groups mixed evenly, whatever their sizes."""
    placed = [((number + 0.5) / len(group), each) for group in groups for number, each in enumerate(group)]
    return [each for _, each in sorted(placed, key=lambda one: one[0])]
