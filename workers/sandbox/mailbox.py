"""What has arrived on the phones: kept in memory, fetched by long poll."""

import asyncio
import time
import uuid
from collections import deque
from typing import Any, NamedTuple

KEPT = 20_000
"""Messages kept over all phones. Older ones leave first: a load test must not eat the memory."""


class Arrival(NamedTuple):
    """One message on one phone. `seq` counts over all phones, from 1."""

    seq: int
    address: str
    at: float
    message: dict[str, Any]


class Mailbox:
    """The inboxes of every phone behind one provider."""

    def __init__(self) -> None:
        self.epoch = uuid.uuid4().hex
        """Changes with every start, so a poller notices that `seq` began again."""
        self.latest = 0
        self._all: deque[Arrival] = deque()
        self._by_address: dict[str, deque[Arrival]] = {}
        self._bell = asyncio.Event()

    def deliver(self, address: str, message: dict[str, Any]) -> None:
        """Put a message on a phone and wake whoever waits for one."""
        self.latest += 1
        arrival = Arrival(self.latest, address, time.time(), message)
        self._all.append(arrival)
        self._by_address.setdefault(address, deque()).append(arrival)
        if len(self._all) > KEPT:
            self._forget_oldest()
        self._bell.set()
        self._bell = asyncio.Event()

    def arrivals(self, address: str | None, after: int) -> list[Arrival]:
        """What arrived later than `after`, oldest first; on every phone if address is None."""
        source = self._all if address is None else self._by_address.get(address, ())
        found: list[Arrival] = []
        for arrival in reversed(source):
            if arrival.seq <= after:
                break
            found.append(arrival)
        return found[::-1]

    async def wait(self, address: str | None, after: int, seconds: float) -> list[Arrival]:
        """Like `arrivals`, but waits up to `seconds` for the first one."""
        deadline = time.monotonic() + seconds
        while not (found := self.arrivals(address, after)):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            try:
                await asyncio.wait_for(self._bell.wait(), left)
            except TimeoutError:
                break
        return found

    def _forget_oldest(self) -> None:
        oldest = self._all.popleft()
        same = self._by_address[oldest.address]
        same.popleft()
        if not same:
            del self._by_address[oldest.address]
