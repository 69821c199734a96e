"""The one reader of the logs: woken by what the database says, and looking by itself besides."""

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import psycopg
import structlog

from api.live.rules.telling import HOLDERS
from api.live.service import News, head_now, news_since, stand_for
from api.live.types import Change, LiveCollection, LiveEvent, Op, Scope
from api.plumbing import outbox, timers
from workers.pusher.database import Database, is_passing
from workers.stream.hub import Hub, moment_of
from workers.stream.wire import Event

log = structlog.get_logger(__name__)
# Not a NOTIFY of its own: whoever notifies commits alone, one after the other, and a thousand answers a second do not.
# What a phone waits for also writes a message or a timer, and rings for that; the rest is found by looking.
RINGS = (outbox.CHANNEL, timers.CHANNEL)
POLL_S, IDLE_S = 0.25, 1.0
# However often it is woken: what comes together is read, encoded and sent together.
LEAST_GAP_S = 0.1
RECONNECT_S = 0.5
# Whoever comes while the database is away is sent away after this; those who are there stay.
FRESH_WITHIN_S = 15.0


class Feed:
    """Reads what is new and has the hub hand it out. `is_fresh`: the last reading succeeded, and not long ago."""

    def __init__(self, hub: Hub, database: Database, conninfo: str) -> None:
        self._hub, self._database, self._conninfo = hub, database, conninfo
        self._wake = asyncio.Event()
        self._awaited: list[asyncio.Future[None]] = []
        self._renewing: set[asyncio.Task[None]] = set()
        self._read_at = float("-inf")

    @property
    def is_fresh(self) -> bool:
        return asyncio.get_running_loop().time() - self._read_at < 10

    async def open(self) -> None:
        """Begin where the logs end now."""
        self._hub.point = await self._database.insist(head_now)
        self._read_at = asyncio.get_running_loop().time()

    async def fresh(self) -> None:
        """Until a reading that began after this call is over; raises TimeoutError while the database is away."""
        awaited = asyncio.get_running_loop().create_future()
        self._awaited.append(awaited)
        self._wake.set()
        async with asyncio.timeout(FRESH_WITHIN_S):
            await awaited

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S if len(self._hub) else IDLE_S):
                    await self._wake.wait()
            self._wake.clear()
            await self._read()
            await asyncio.sleep(LEAST_GAP_S)

    async def listen(self) -> None:
        """Wake the reader when the database rings."""
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                connection = await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True, connect_timeout=5)
                async with connection:
                    for channel in RINGS:
                        await connection.execute(f"LISTEN {channel}")
                    async for _ in connection.notifies():
                        self._wake.set()
            log.warning("not_listening", process="stream")
            await asyncio.sleep(RECONNECT_S)

    async def _read(self) -> None:
        awaited, self._awaited = self._awaited, []
        point, stations = self._hub.point, self._hub.stations()
        try:
            news = await self._database.run(lambda ctx: news_since(ctx, point, stations))
        except Exception as error:
            # Whatever it was: the point stands, and the next reading begins there.
            passing = is_passing(error)
            (log.warning if passing else log.error)(
                "reading_failed", process="stream", error=type(error).__name__, exc_info=not passing
            )
            self._awaited = [*awaited, *self._awaited]
            await asyncio.sleep(RECONNECT_S)
            return
        self._publish(news)
        for future in awaited:
            if not future.done():
                future.set_result(None)

    def _publish(self, news: News) -> None:
        self._hub.publish(news)
        self._read_at = asyncio.get_running_loop().time()
        self._renew(news.changes)

    def _renew(self, changes: Iterable[Change]) -> None:
        """Somebody joined or left a team: from now on other ids stand for them."""
        people = {change.line.audience for change in changes if change.line.collection == HOLDERS}
        for client in self._hub:
            if client.person_id in people:
                people.discard(client.person_id)
                task = asyncio.create_task(self._renew_person(client.person_id, client.reader.station_id))
                self._renewing.add(task)
                task.add_done_callback(self._renewing.discard)

    async def _renew_person(self, person_id: UUID, station_id: UUID) -> None:
        audiences = await self._database.insist(lambda ctx: stand_for(ctx.session, person_id, station_id))
        self._hub.renew(person_id, audiences)
        # What was written for the team before its lines were looked for.
        data: dict[str, Any] = {"scope": Scope.OWN, "collection": LiveCollection.VISITS, "id": None, "op": Op.LIST}
        data["at"] = moment_of(self._hub.point)
        mine = [client for client in self._hub if client.person_id == person_id]
        self._hub.tell(mine, Event(LiveEvent.CHANGE, data))
