"""The process: two lanes per channel, an ear for NOTIFY, a sweeper, a heartbeat, and a tidy end."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import psycopg
import structlog
from flask import Flask

from api.notifications.gateways.building import build_gateways
from api.notifications.gateways.port import Gateway
from api.notifications.rules.carriers import PUSHES
from api.notifications.service.sweeping import sweep_messages
from api.notifications.types import Channel, Urgency
from api.plumbing.context import Ctx
from api.plumbing.heartbeats import beat
from api.plumbing.outbox import CHANNEL
from config import DATABASE_WAITS, Settings
from workers.pusher.database import Database, is_passing
from workers.pusher.lanes import Addressing, Lane
from workers.pusher.options import Options

log = structlog.get_logger(__name__)
URGENT = (Urgency.ALERT, Urgency.OTP)
BULK = (Urgency.NORMAL,)
RECONNECT_S = 0.5


def widths_of(channel: Channel, options: Options) -> list[tuple[tuple[Urgency, ...], int]]:
    """The lanes of a channel: what is urgent never waits behind what is not."""
    push = channel in PUSHES
    urgent, bulk = (options.urgent_width, options.bulk_width) if push else (options.sms_width, options.sms_width)
    return [(URGENT, urgent), (BULK, bulk)]


class Pusher:
    """One pusher. Make it inside a running event loop, and run it there."""

    def __init__(self, app: Flask, options: Options) -> None:
        self._settings: Settings = app.extensions["gridloop.settings"]
        self._options = options
        self._database = Database(app)
        self._gateways = build_gateways(self._settings, deadline_s=options.deadline_s)
        self._lanes = [
            self._lane(urgencies, width, channel)
            for channel in self._gateways
            for urgencies, width in widths_of(channel, options)
        ]
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """Ask it to end: nothing more is claimed, calls in flight are waited for and settled."""
        self._stop.set()

    async def run(self) -> None:
        """Send until stopped."""
        lanes = [asyncio.create_task(lane.run()) for lane in self._lanes]
        around = [
            *(asyncio.create_task(gateway.open()) for gateway in self._all_gateways()),
            asyncio.create_task(self._listen()),
            asyncio.create_task(self._every(self._options.sweep_s, sweep_messages)),
            asyncio.create_task(self._every(self._options.beat_s, lambda ctx: beat(ctx.session, "pusher"))),
        ]
        await self._stop.wait()
        for lane in self._lanes:
            lane.stop()
        _, late = await asyncio.wait(lanes, timeout=self._options.drain_s)
        for task in (*late, *around):
            task.cancel()
        await asyncio.gather(*lanes, *around, return_exceptions=True)
        for gateway in self._all_gateways():
            await gateway.close()
        await self._database.close()
        log.info("stopped", process="pusher", count=len(late))

    def _all_gateways(self) -> list[Gateway]:
        return [gateway for ours in self._gateways.values() for gateway in ours.values()]

    def _lane(self, urgencies: tuple[Urgency, ...], width: int, channel: Channel) -> Lane:
        addressing = Addressing(self._settings.public_url, self._settings.secret)
        return Lane(
            urgencies, width, self._gateways[channel], channel,
            database=self._database, options=self._options, addressing=addressing,
            caps=self._settings.daily_caps,
        )  # fmt: skip

    def _wake(self, lane_name: str) -> None:
        """Wake the lanes a NOTIFY is for: `alert:push`, or everybody when it says nothing."""
        for lane in self._lanes:
            if not lane_name or lane_name in {f"{urgency}:{lane.channel}" for urgency in lane.urgencies}:
                lane.wake()

    async def _listen(self) -> None:
        conninfo = self._settings.database_url.replace("postgresql+psycopg", "postgresql", 1)
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                connection = await psycopg.AsyncConnection.connect(conninfo, autocommit=True, **DATABASE_WAITS)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._wake("")  # what was committed while nobody listened
                    async for note in connection.notifies():
                        self._wake(note.payload)
            log.warning("not_listening", process="pusher")
            await asyncio.sleep(RECONNECT_S)

    async def _every(self, seconds: float, work: Callable[[Ctx], object]) -> None:
        while True:
            try:
                await self._database.run(work)
            except Exception as error:
                # Whatever it was, the next round starts afresh.
                passing = is_passing(error)
                (log.warning if passing else log.error)(
                    "round_failed", process="pusher", error=type(error).__name__, exc_info=not passing
                )
            await asyncio.sleep(seconds)


async def run_pusher(app: Flask, options: Options, on_start: Callable[[Pusher], Awaitable[None] | None]) -> None:
    """Make and run a pusher in this event loop; `on_start` gets it before it sends anything."""
    pusher = Pusher(app, options)
    started = on_start(pusher)
    if started is not None:
        await started
    await pusher.run()
