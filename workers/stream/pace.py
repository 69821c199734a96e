"""How often one person may connect."""

import time
from collections import defaultdict, deque
from uuid import UUID

from api.kernel.errors import TooMany

WINDOW_S = 60.0


class Pace:
    """At most so many times in any minute; raises TooMany with the seconds to wait."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._seen: dict[UUID, deque[float]] = defaultdict(deque)

    def count(self, person_id: UUID) -> None:
        """Count one attempt, or refuse it."""
        now = time.monotonic()
        seen = self._seen[person_id]
        while seen and seen[0] <= now - WINDOW_S:
            seen.popleft()
        if len(seen) >= self._most:
            raise TooMany(retry_after=max(1, round(seen[0] + WINDOW_S - now)))
        seen.append(now)

    def forget(self) -> None:
        """Drop whoever has not come for a while."""
        oldest = time.monotonic() - WINDOW_S
        for person_id in [person_id for person_id, seen in self._seen.items() if not seen or seen[-1] < oldest]:
            del self._seen[person_id]
