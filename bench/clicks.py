"""The click itself: POST a dispatch over HTTP."""

import itertools
import json
import time
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from bench.desk import Desk
from bench.running import Client

_keys = itertools.count()


class Click(NamedTuple):
    """One click: when it was sent and answered (wall clock), and how many people it asked."""

    sent_at: float
    answered_at: float
    asked: int


def dispatch_path(incident: UUID) -> str:
    """Where a click goes."""
    return f"/v1/incidents/{incident}/dispatches"


class Clicks:
    """Clicks on waiting incidents, one after the other."""

    def __init__(self, client: Client, waiting: Iterable[tuple[Desk, UUID]]) -> None:
        self._client = client
        self._waiting = iter(waiting)
        self.asked: list[int] = []

    def reconnect(self, client: Client) -> None:
        """Go on over another connection: the server has closed one that was idle for long."""
        self._client = client

    def click(self) -> float:
        """The seconds from the request to the whole answer."""
        started = time.perf_counter()
        self.click_at()
        return time.perf_counter() - started

    def click_at(self) -> Click:
        """One click with its times."""
        desk, incident = next(self._waiting)
        headers = {**desk.headers, "Idempotency-Key": f"bench-{next(_keys)}"}
        sent_at = time.time()
        status, body = self._client.send("POST", dispatch_path(incident), {}, headers)
        answered_at = time.time()
        if status != 201:
            raise SystemExit(f"the dispatch was answered {status}: {body[:400]!r}")
        self.asked.append(len(json.loads(body)["offers"]))
        return Click(sent_at, answered_at, self.asked[-1])
