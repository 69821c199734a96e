"""Units of work from the event loop: each runs in a thread, and a database that is away is waited for."""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.plumbing.context import SYSTEM, Ctx, unit_of_work

T = TypeVar("T")
THREADS = 6
FIRST_WAIT_S, LONGEST_WAIT_S = 0.1, 2.0
log = structlog.get_logger(__name__)


def is_passing(error: Exception) -> bool:
    """Whether the database was only away, restarting, busy or deadlocked, so that the same work may succeed."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout)


class Database:
    """The app's database for one event loop."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pusher-db")

    async def run(self, work: Callable[[Ctx], T]) -> T:
        """Do `work` in one transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._in_unit_of_work, work)

    async def insist(self, work: Callable[[Ctx], T]) -> T:
        """Do `work`, again and again while the database is away; `work` must be safe to repeat."""
        wait = FIRST_WAIT_S
        while True:
            try:
                return await self.run(work)
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("database_unavailable", error=type(error).__name__, process="pusher")
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)

    async def close(self) -> None:
        """Let the threads end; what still runs in them is waited for a moment."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_WAIT_S):
                await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    def _in_unit_of_work(self, work: Callable[[Ctx], T]) -> T:
        with self._app.app_context(), unit_of_work(SYSTEM, request_id="pusher") as ctx:
            return work(ctx)
