"""How many requests work on the database at once, and who still gets in when all the places are taken.

A slow query keeps its connection, and without a limit forty of them keep every connection and every thread: a phone
that only wants to say "seen" then waits behind them. So a fifth of the pool is kept for requests that are short and
that nobody may wait for (acknowledgements, answers to an offer, health), and few of the others wait for a place; the
rest are answered 503 at once, which leaves threads for the short ones.

For this the server needs more threads than there are connections: half as many again.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from api.kernel.errors import Unavailable

# A crowd that comes in the same moment is no fault: while places change hands, those beyond the few wait this long.
MOMENT_S = 0.25


class Doors:
    """The places of one process. `size` connections; a common request waits for one for `patience_s` at most."""

    def __init__(self, size: int, patience_s: float) -> None:
        self._free = size - size // 5
        self._waiting, self._most_waiting = 0, max(size // 2, 1)
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._last_change = 0.0  # when a place was last given back, or the last one taken

    @contextmanager
    def enter(self, *, vital: bool) -> Iterator[None]:
        """Hold a place while the block runs; a vital request needs none. Raises Unavailable."""
        if vital:
            yield
            return
        self._take()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._last_change = time.monotonic()
                self._changed.notify()

    def _take(self) -> None:
        with self._changed:
            if not self._free:
                self._wait()
            self._free -= 1
            if not self._free:
                self._last_change = time.monotonic()

    def _wait(self) -> None:
        few = self._waiting < self._most_waiting
        if not few and time.monotonic() - self._last_change > MOMENT_S:
            # Nobody has left for a while: whoever is inside is slow, and one more who waits helps nobody.
            raise Unavailable(retry_after=1)
        self._waiting += few
        try:
            if not self._changed.wait_for(lambda: self._free > 0, self._patience_s if few else MOMENT_S):
                raise Unavailable(retry_after=1)
        finally:
            self._waiting -= few
