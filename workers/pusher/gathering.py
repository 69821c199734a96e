"""Many small wishes, one statement: what is asked for while a batch is on its way goes with the next batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")
MOST = 500


class Gatherer(Generic[T, R]):
    """Runs `work` on batches of items; its results stand in the order of the items."""

    def __init__(self, work: Callable[[list[T]], Awaitable[Sequence[R]]], *, linger_s: float = 0.0) -> None:
        self._work = work
        self._linger_s = linger_s
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._running: asyncio.Task[None] | None = None

    async def submit(self, item: T) -> R:
        """The result for this item, once its batch is done."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        # The task starts after everybody who is ready now has submitted, so the first batch is whole as well.
        while self._waiting:
            await asyncio.sleep(self._linger_s)
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            try:
                results = await self._work([item for item, _ in batch])
            except Exception as error:
                _resolve(batch, [error] * len(batch))
            else:
                _resolve(batch, results)


def _resolve(batch: list[tuple[T, asyncio.Future[R]]], results: Sequence[R | Exception]) -> None:
    for (_, future), result in zip(batch, results, strict=True):
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)
