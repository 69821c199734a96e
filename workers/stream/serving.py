"""The two ways to listen: a stream, and a poll that waits."""

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple

import structlog
from aiohttp import web

from api.http.bodies import encode_json
from api.kernel.errors import Malformed, Unauthenticated
from api.live.errors import StreamsFull
from api.live.rules import HEARTBEAT, MOST_WAIT_S, write_retry
from api.live.rules.telling import OWN_SEES
from api.live.service import backlog_for, let_in
from api.live.types import EndReason, LiveEvent, Point, Reader, ResetReason
from api.plumbing.metrics import STREAM_ENDS
from workers.pusher.database import Database
from workers.stream.answering import REQUEST_ID
from workers.stream.client import Client
from workers.stream.feed import Feed
from workers.stream.hub import Hub, moment_of
from workers.stream.options import Options
from workers.stream.pace import Pace
from workers.stream.wire import Event, Told, mark_event, open_id, sign_point

log = structlog.get_logger(__name__)
DEFAULT_WAIT_S = 25
MOST_IN_POLL = 200
# A poll that found something answers a moment later, with what came together with it.
GATHER_S = 0.05
CONNECTS_A_MINUTE, POLLS_A_MINUTE = 30, 240
WRITE_WITHIN_S = 30.0
KERNEL_BUFFER = PORTION = 64 * 1024
# Whoever is replaced and comes back all the same would replace the other in turn, for ever.
REPLACED_COMES_BACK_MS = 120_000
# So many look up what they have missed at a time; after a restart everybody comes.
BACKLOGS = 4
_RECONNECTS = frozenset(
    {EndReason.TOKEN_EXPIRED, EndReason.RIGHTS_CHANGED, EndReason.RESTARTING, EndReason.TOO_SLOW}
)  # fmt: skip


class Joined(NamedTuple):
    """A client that is told from `point` on, and what it is told first."""

    client: Client
    point: Point
    first: list[Event]


class Listening:
    """The handlers, and what they share."""

    def __init__(self, hub: Hub, feed: Feed, database: Database, options: Options, most: int) -> None:
        self._hub, self._feed, self._database, self._options, self._most = hub, feed, database, options, most
        self._backlogs = asyncio.Semaphore(BACKLOGS)
        self.connects, self.polls = Pace(CONNECTS_A_MINUTE), Pace(POLLS_A_MINUTE)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Events as they come, until the token expires or the reader goes."""
        reader = await self._admit(request, self.connects)
        started = time.monotonic()
        async with self._joined(request, reader, "stream") as joined:
            response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
            await response.prepare(request)
            _bound_buffers(request)
            try:
                await _send(response, write_retry(self._comes_back_ms()))
                for frames in _portions(joined.first):
                    await _send(response, *frames)
                await _pump(joined.client, response)
            except (ConnectionError, TimeoutError):
                # Gone, or as good as: the log has what it did not get.
                joined.client.end(EndReason.TOO_SLOW)
                _abort(request)()
            finally:
                self._note_end(request, joined.client, started)
        return response

    async def poll(self, request: web.Request) -> web.StreamResponse:
        """What is new, at once or as soon as there is something."""
        wait_s = _read_wait(request)
        reader = await self._admit(request, self.polls)
        async with self._joined(request, reader, "poll") as joined:
            if joined.first:
                return _answer_poll(joined.client, joined.first, joined.point, joined.point)
            await _wait_for_news(joined.client, wait_s)
            # Together with how far everybody has been told: nothing may come in between.
            return _answer_poll(joined.client, joined.client.take(), joined.point, self._hub.point)

    async def _admit(self, request: web.Request, pace: Pace) -> Reader:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated
        if len(self._hub) >= self._most:
            raise StreamsFull(retry_after=random.randint(5, 15))
        reader = await self._database.run(lambda ctx: let_in(ctx, token.strip()))
        pace.count(reader.person_id)
        return reader

    @asynccontextmanager
    async def _joined(self, request: web.Request, reader: Reader, kind: str) -> AsyncIterator[Joined]:
        """Tell the reader from a reading on that began after they came: what their id saw, that reading saw too."""
        client = Client(reader, kind, self._options.most_waiting_kb * 1024, _abort(request))
        with self._hub.expecting(reader.station_id):
            await self._feed.fresh()
            point = self._hub.join(client)
        try:
            yield Joined(client, point, await self._first(request, client, point))
        finally:
            self._hub.leave(client)

    async def _first(self, request: web.Request, client: Client, point: Point) -> list[Event]:
        given = request.headers.get("Last-Event-ID") or request.query.get("after")
        if given is None:
            return [self._hello(client, point, resumed=False)]
        known, reader = open_id(given), client.reader
        async with self._backlogs:
            backlog = None
            if known is not None:
                backlog = await self._database.run(lambda ctx: backlog_for(ctx, reader, known, point))
        hello = [] if client.kind == "poll" else [self._hello(client, point, resumed=True)]
        reset = ResetReason.UNKNOWN if backlog is None else backlog.reset
        if reset is not None or backlog is None:
            return [*hello, mark_event(LiveEvent.RESET, point, moment_of(point), reason=reset)]
        return [*hello, *(Told(*each).event_for(reader.grain) for each in backlog.changes)]

    def _hello(self, client: Client, point: Point, *, resumed: bool) -> Event:
        reader = client.reader
        data = {
            "at": moment_of(point),
            "resumed": resumed,
            "scopes": {"own": list(OWN_SEES), "station": sorted(reader.sees)},
            "expires_at": reader.expires_at,
            "heartbeat_s": self._options.heartbeat_s,
        }
        # Somebody who comes back keeps their id until they have got what they missed.
        return Event(LiveEvent.HELLO, data, None if resumed else sign_point(point))

    def _comes_back_ms(self) -> int:
        # Not all at the same moment.
        return round(self._options.retry_ms * random.uniform(1.0, 2.5))

    def _note_end(self, request: web.Request, client: Client, started: float) -> None:
        reason = client.ending.value if client.ending else "gone"
        STREAM_ENDS.labels(reason).inc()
        log.info(
            "stream_ended",
            outcome=reason,
            ms=round((time.monotonic() - started) * 1000),
            request_id=request[REQUEST_ID],
            process="stream",
        )


async def _pump(client: Client, response: web.StreamResponse) -> None:
    while True:
        await client.wait()
        events, beat = client.take(), client.take_beat()
        for frames in _portions(events):
            await _send(response, *frames)
        if beat and not events:
            await _send(response, HEARTBEAT)
        if client.ending is not None:
            if client.ending is EndReason.REPLACED:
                await _send(response, write_retry(REPLACED_COMES_BACK_MS))
            await _send(response, _end_event(client).frame)
            return


def _portions(events: list[Event]) -> Iterator[list[bytes]]:
    """The frames in pieces: of what waits all readers share one copy, of what is being sent each has their own."""
    frames: list[bytes] = []
    for event in events:
        frames.append(event.frame)
        if sum(map(len, frames)) >= PORTION:
            yield frames
            frames = []
    if frames:
        yield frames


async def _send(response: web.StreamResponse, *chunks: bytes) -> None:
    async with asyncio.timeout(WRITE_WITHIN_S):
        await response.write(b"".join(chunks))


async def _wait_for_news(client: Client, wait_s: float) -> None:
    try:
        async with asyncio.timeout(wait_s):
            await client.wait()
    except TimeoutError:
        return
    await asyncio.sleep(GATHER_S)


def _answer_poll(client: Client, events: list[Event], joined: Point, told: Point) -> web.Response:
    """At most so many events; `after` stands behind the last of them, or where everybody had been told to."""
    cut = next((n for n, event in enumerate(events, 1) if n >= MOST_IN_POLL and event.id), len(events))
    more, events = cut < len(events), events[:cut]
    last = next((event.id for event in reversed(events) if event.id), None)
    after = sign_point(told)
    if more or client.ending is not None:
        # Who is being ended is told no more, wherever the others are by now.
        after = last or sign_point(joined)
    if client.ending is not None:
        events = [*events, _end_event(client)]
    items = b",".join(event.item for event in events)
    tail = encode_json({"after": after, "more": more})
    return web.Response(body=b'{"events":[' + items + b"]," + tail[1:], content_type="application/json")


def _end_event(client: Client) -> Event:
    reason = client.ending
    return Event(LiveEvent.END, {"at": datetime.now(UTC), "reason": reason, "reconnect": reason in _RECONNECTS})


def _bound_buffers(request: web.Request) -> None:
    """So little lies in the kernel for a reader who takes nothing in that a thousand of them are no harm."""
    connection = request.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL_BUFFER)


def _abort(request: web.Request) -> Callable[[], None]:
    def abort() -> None:
        if request.transport is not None:
            request.transport.abort()

    return abort


def _read_wait(request: web.Request) -> float:
    given = request.query.get("wait_s", str(DEFAULT_WAIT_S))
    if not given.isdecimal() or len(given) > 3 or int(given) > MOST_WAIT_S:
        raise Malformed(reason=f"wait_s is a whole number up to {MOST_WAIT_S}")
    return float(given)
