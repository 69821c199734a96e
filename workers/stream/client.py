"""One connection: who reads, what waits for them, and why it ends."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from uuid import UUID

from api.live.types import EndReason, Reader
from workers.stream.wire import Event


class Client:
    """A stream or a waiting poll. What waits in bytes is bounded; `abort` cuts the line of who takes nothing in."""

    def __init__(self, reader: Reader, kind: str, most_waiting: int, abort: Callable[[], None]) -> None:
        self.reader, self.kind, self._most_waiting = reader, kind, most_waiting
        self.deadline = time.monotonic() + reader.expires_in_s
        self.ending: EndReason | None = None
        self.told_at = self.marked_at = time.monotonic()
        self._abort = abort
        self._waiting: deque[Event] = deque()
        self._size = 0
        self._beat = False
        self._wake = asyncio.Event()

    @property
    def person_id(self) -> UUID:
        return self.reader.person_id

    def put(self, event: Event) -> None:
        """Queue an event; a reader who is too far behind is cut off."""
        if self.ending is not None:
            return
        self._waiting.append(event)
        self._size += len(event.frame)
        if event.id is not None:
            self.marked_at = time.monotonic()
        if self._size > self._most_waiting:
            self._waiting.clear()
            self.ending = EndReason.TOO_SLOW
            self._abort()
        self._wake.set()

    def beat(self) -> None:
        """Have a heartbeat sent, unless an event goes out anyway."""
        self._beat = True
        self._wake.set()

    def end(self, reason: EndReason) -> None:
        """Send what waits, say why, close. The first reason counts."""
        if self.ending is None:
            self.ending = reason
            self._wake.set()

    async def wait(self) -> None:
        """Until there is something to do."""
        await self._wake.wait()
        self._wake.clear()

    def take(self) -> list[Event]:
        """What waits, to be sent now."""
        events, self._size = list(self._waiting), 0
        self._waiting.clear()
        self.told_at = time.monotonic()
        return events

    def take_beat(self) -> bool:
        """Whether a heartbeat was asked for."""
        asked, self._beat = self._beat, False
        return asked
