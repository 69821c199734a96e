"""The few warm connections to one host, and a place on one of them for every request."""

import asyncio
import contextlib
import math
import random
import socket
import ssl
from collections import deque
from urllib.parse import urlsplit

import httpx
import structlog

from api.notifications.gateways.http2.answers import Answer, Fields, NotTaken
from api.notifications.gateways.http2.connection import Connection
from api.plumbing.metrics import PUSH_WIRE

log = structlog.get_logger(__name__)
CONNECT_S = 3.0
# A request that was certainly not taken is sent again at once, this often altogether.
TRIES = 3
# Nobody keeps a connection for ever: the host's addresses change, and its servers are drained.
LONGEST_LIFE_S = 600.0
IDLE_S = 180.0
TEND_S = 1.0
# One look at the oldest requests of each connection costs less than a timer for every one of them.
CHECK_S = 0.05
# Silence with requests in flight: after this a ping, and without any sign of life to it the connection is given up.
SILENCE_S, PING_PATIENCE_S = 2.0, 3.0
LONGEST_REST_S = 30.0


class Pool:
    """Connections to the host of `base_url`, for one event loop: at least `warm` of them, at most `most`."""

    def __init__(self, base_url: str, *, warm: int, most: int, patience_s: float) -> None:
        parts = urlsplit(base_url)
        self._host, secure = parts.hostname or "", parts.scheme == "https"
        self._port = parts.port or (443 if secure else 80)
        # Over plain TCP, which only a stand-in is reached by, both sides know beforehand that it is HTTP/2.
        self._tls = tls_context() if secure else None
        self._warm, self._most, self._patience_s = warm, most, patience_s
        self._open: list[Connection] = []
        self._made: set[Connection] = set()  # those too that only wait for their last answers
        self._watching: asyncio.Task[None] | None = None
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._tasks: list[asyncio.Task[None]] = []
        self._failures = 0
        self._rest_until = 0.0
        self._closed = False

    async def open(self) -> None:
        """Make the warm connections; a host that is away does not stop the start."""
        self._tasks.append(asyncio.create_task(self._tend()))
        for _ in range(self._warm):
            self._begin_opening()
        if self._opening:
            await asyncio.wait(self._opening)

    async def post(self, fields: Fields, body: bytes, ends_at: float = math.inf) -> Answer:
        """The answer to a request; raises NotTaken or Unanswered. Whoever is cancelled abandons it.

        `ends_at`, by the loop's clock: when the answer is no longer waited for, give or take `CHECK_S`.
        """
        reason = ""
        for _ in range(TRIES):
            connection = self._choose() or await self._wait_for_room()
            number, future = connection.post(fields, body, ends_at)
            try:
                return await future
            except NotTaken as error:
                PUSH_WIRE.labels("not_taken").inc()
                reason = error.reason
            except asyncio.CancelledError:
                connection.abandon(number)
                raise
        raise NotTaken(reason)

    async def close(self) -> None:
        """Close them all."""
        self._closed = True
        tasks = [*self._opening, *self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for connection in list(self._made):
            connection.close()
        if self._watching is not None:
            self._watching.cancel()
        self._refuse_waiting("closed")
        await asyncio.sleep(0)

    def _choose(self) -> Connection | None:
        """The least busy connection that has room; another one is made meanwhile when it is half full."""
        best, most = None, 0
        for connection in self._open:
            room = connection.room
            if room > most:
                best, most = connection, room
        if best is None or best.busy > most:
            self._grow()
        return best

    async def _wait_for_room(self) -> Connection:
        """A connection with room, first come, first served; raises NotTaken when there is none for too long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience_s):
                while True:
                    place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                    self._waiting.append(place)
                    try:
                        await place
                    finally:
                        with contextlib.suppress(ValueError):
                            self._waiting.remove(place)
                    if (found := self._choose()) is not None:
                        return found
        raise NotTaken("no_room" if self._open else "unreachable")

    def _grow(self) -> None:
        # While there is none at all, one is tried; a herd of attempts would fare no better.
        most = self._most if self._open else 1
        if len(self._open) + len(self._opening) < most:
            self._begin_opening()

    def _begin_opening(self) -> None:
        if not self._closed:
            task = asyncio.create_task(self._make())
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _make(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                transport, connection = await loop.create_connection(
                    lambda: Connection(self._told),
                    self._host,
                    self._port,
                    ssl=self._tls,
                    server_hostname=self._host if self._tls else None,
                    ssl_shutdown_timeout=1.0 if self._tls else None,
                )
        except (OSError, TimeoutError) as error:
            self._not_made(type(error).__name__)
            return
        tls = transport.get_extra_info("ssl_object")
        if tls is not None and tls.selected_alpn_protocol() != "h2":
            transport.abort()
            self._not_made("no_http2")
            return
        _keep_alive(transport.get_extra_info("socket"))
        PUSH_WIRE.labels("opened").inc()
        self._failures, self._rest_until = 0, 0.0
        if not connection.going:
            self._open.append(connection)
            self._made.add(connection)
            if self._watching is None or self._watching.done():
                self._watching = asyncio.create_task(self._watch())
        self._wake_waiting()

    def _not_made(self, why: str) -> None:
        PUSH_WIRE.labels("not_opened").inc()
        log.warning("provider_unreachable", provider="fcm", error=why)
        self._failures += 1
        wait = min(2.0 ** min(self._failures, 5), LONGEST_REST_S) * random.uniform(0.5, 1.0)
        self._rest_until = asyncio.get_running_loop().time() + wait
        if not self._open:
            self._refuse_waiting("unreachable")

    def _told(self, connection: Connection, what: str) -> None:
        if what != "room":
            PUSH_WIRE.labels(what).inc()
        if what in ("lost", "goaway", "broken"):
            with contextlib.suppress(ValueError):
                self._open.remove(connection)
            if what == "lost":
                self._made.discard(connection)
            if self._waiting:
                self._grow()
        elif self._waiting:
            self._wake_waiting()

    def _wake_waiting(self) -> None:
        room = sum(connection.room for connection in self._open)
        for place in self._waiting:
            if room <= 0:
                break
            if not place.done():
                place.set_result(None)
                room -= 1

    def _refuse_waiting(self, reason: str) -> None:
        for place in self._waiting:
            if not place.done():
                place.set_exception(NotTaken(reason))

    async def _watch(self) -> None:
        """End what has waited too long; runs while there is anything to look at."""
        while self._made:
            await asyncio.sleep(CHECK_S)
            now = asyncio.get_running_loop().time()
            for connection in list(self._made):
                connection.expire(now)

    async def _tend(self) -> None:
        """Rotate, ping, let idle ones go, keep the warm ones warm."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TEND_S)
            now = loop.time()
            for connection in list(self._open):
                self._look_after(connection, now)
            if len(self._open) + len(self._opening) < self._warm and now >= self._rest_until:
                self._begin_opening()

    def _look_after(self, connection: Connection, now: float) -> None:
        silent = now - connection.heard_at
        if now - connection.made_at > LONGEST_LIFE_S or (
            not connection.busy and silent > IDLE_S and len(self._open) > self._warm
        ):
            self._open.remove(connection)
            connection.retire()
            PUSH_WIRE.labels("rotated").inc()
        elif connection.pinged_at is not None:
            if now - connection.pinged_at > PING_PATIENCE_S:
                PUSH_WIRE.labels("silent").inc()
                connection.drop()
        elif connection.busy and silent > SILENCE_S:
            connection.ping()


def tls_context() -> ssl.SSLContext:
    """Verified against the same authorities as every other call here, or those of SSL_CERT_FILE."""
    context = httpx.create_ssl_context()
    context.set_alpn_protocols(["h2"])
    return context


def _keep_alive(connection: socket.socket | None) -> None:
    """Find out about a dead peer while nothing is sent."""
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, seconds in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
            if hasattr(socket, option):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), seconds)
