"""What is done for everybody from time to time: heartbeats, marks, tokens that expire, sign-ins that were ended."""

import asyncio
import contextlib
import time
from collections.abc import Iterator

import structlog

from api.live.service import still_there
from api.live.types import EndReason, LiveEvent
from api.plumbing.heartbeats import beat
from workers.pusher.database import Database, is_passing
from workers.stream.hub import Hub, moment_of
from workers.stream.options import Options
from workers.stream.pace import Pace
from workers.stream.wire import mark_event

log = structlog.get_logger(__name__)
LOOK_S = 1.0
BEAT_S = 5.0


class Watch:
    """Looks at all clients once a second; asks the database about all of them together, less often."""

    def __init__(self, hub: Hub, database: Database, options: Options, paces: tuple[Pace, ...]) -> None:
        self._hub, self._database, self._options, self._paces = hub, database, options, paces

    async def look(self) -> None:
        """Heartbeats, marks and expired tokens, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            now = time.monotonic()
            mark = None
            for client in self._hub:
                if now >= client.deadline:
                    client.end(EndReason.TOKEN_EXPIRED)
                elif client.kind == "poll":
                    continue
                elif now - client.marked_at >= self._options.mark_s:
                    mark = mark or mark_event(LiveEvent.MARK, self._hub.point, moment_of(self._hub.point))
                    client.put(mark)
                elif now - client.told_at >= self._options.heartbeat_s:
                    client.beat()

    async def check_standing(self) -> None:
        """End the streams of sign-ins that were ended and of people whose roles have changed, until cancelled."""
        while True:
            await asyncio.sleep(self._options.standing_s)
            for pace in self._paces:
                pace.forget()
            with self._patiently():
                await self._end_who_may_not()

    async def _end_who_may_not(self) -> None:
        readers = [client.reader for client in self._hub]
        ended = await self._database.run(lambda ctx: still_there(ctx, readers)) if readers else {}
        for client in self._hub:
            reason = ended.get(client.reader.session_id)
            if reason is not None:
                client.end(reason)

    async def give_signs(self) -> None:
        """A heartbeat for whoever looks after the processes, until cancelled."""
        while True:
            with self._patiently():
                await self._database.run(lambda ctx: beat(ctx.session, "stream"))
            await asyncio.sleep(BEAT_S)

    @staticmethod
    @contextlib.contextmanager
    def _patiently() -> Iterator[None]:
        try:
            yield
        except Exception as error:
            # The next round starts afresh, whatever it was.
            passing = is_passing(error)
            (log.warning if passing else log.error)(
                "round_failed", process="stream", error=type(error).__name__, exc_info=not passing
            )
