"""Counts of requests that most of them pay no round trip for.

Each process counts for itself, and tells Redis what it has counted when that is a sixteenth of the limit; then it
learns what all processes have counted. So a caller of a few requests a minute costs nothing, one near a limit of 1,200
a trip for every 75 requests, and a limit below 32 is counted request by request. Without Redis a process knows its own
count.

The price: in one window each further process may let a sixteenth of the limit more through. Limits on money, codes and
guesses are not counted here but in the database, exactly (identity).
"""

import threading
import time
from dataclasses import dataclass

import structlog
from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

log = structlog.get_logger(__name__)
SHARE = 16
# Beyond this many callers in one window the oldest are forgotten; each of them is far below its limit.
MOST_KEPT = 50_000
# A Redis that did not answer is left alone so long: a request waits for none that is known to be away.
REST_S = 5.0
_PATIENCE_S = 0.5


@dataclass
class Tally:
    """One caller's requests in one window: `told` by all processes when we last asked, and ours since."""

    ends_at: float  # seconds since 1970, as a header tells it
    told: int = 0
    untold: int = 0

    @property
    def count(self) -> int:
        """How many there were, as far as this process knows."""
        return self.told + self.untold

    @property
    def seconds_left(self) -> int:
        """Until the window ends, at least one."""
        return max(int(self.ends_at - time.time()) + 1, 1)


class Tallies:
    """The counts of one process, and behind them those of all."""

    def __init__(self, redis_url: str) -> None:
        # No second try: the library's own wait for seconds, and counting alone for a while is as good.
        self._redis = Redis.from_url(
            redis_url, socket_timeout=_PATIENCE_S, socket_connect_timeout=_PATIENCE_S, retry=Retry(NoBackoff(), 0)
        )
        self._tallies: dict[str, Tally] = {}
        self._lock = threading.Lock()
        self._asleep_until = 0.0

    def add(self, key: str, *, most: int, seconds: int) -> Tally:
        """Count one request of `key` towards `most` in a window of so many seconds."""
        now = time.time()
        with self._lock:
            tally = self._tally(key, now, seconds)
            tally.untold += 1
            news = tally.untold
            if news < most // SHARE or time.monotonic() < self._asleep_until:
                return tally
            tally.untold = 0
        told, left_s = self._tell(key, news, seconds)
        with self._lock:
            if told is None:
                tally.untold += news
            else:
                tally.told, tally.ends_at = told, now + left_s
        return tally

    def _tally(self, key: str, now: float, seconds: int) -> Tally:
        tally = self._tallies.get(key)
        if tally is None or tally.ends_at <= now:
            # To the end of the dictionary: whoever is first in it has had the longest without news.
            self._tallies.pop(key, None)
            tally = self._tallies[key] = Tally(now + seconds)
            while len(self._tallies) > MOST_KEPT:
                del self._tallies[next(iter(self._tallies))]
        return tally

    def _tell(self, key: str, news: int, seconds: int) -> tuple[int | None, float]:
        name = f"gridloop:limit:{key}"
        try:
            with self._redis.pipeline(transaction=True) as pipe:
                pipe.incrby(name, news)
                pipe.expire(name, seconds, nx=True)
                pipe.pttl(name)
                told, _, left_ms = pipe.execute()
        except RedisError as error:
            self._asleep_until = time.monotonic() + REST_S
            log.warning("limits_alone", error=type(error).__name__)
            return None, 0.0
        return int(told), max(int(left_ms), 0) / 1_000
