"""Who hears that somebody on a task has moved.

duty must not import the areas above it, so the word is a job row in the transaction of the positions. Only positions
that say something new about somebody engaged are passed on, and at most once per stretch of time and member: whoever
follows looks at the whole way anyway.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from api.duty.types import Verdict

MOVED_JOB = "workers.jobs.on_scene.follow_member"
STRETCH_S = 5
# Uploads of one stretch commit within a second of its end; a slower one is seen with the next.
SETTLING_S = 1


def says_something(verdicts: Iterable[Verdict]) -> bool:
    """Whether a batch holds a fix that may change where somebody was believed to be."""
    return any(verdict in (Verdict.USED, Verdict.LATE) for verdict in verdicts)


def stretch_of(now: datetime) -> tuple[str, datetime]:
    """The name of the stretch of time `now` lies in, and when it has settled."""
    number = int(now.timestamp()) // STRETCH_S
    return str(number), datetime.fromtimestamp((number + 1) * STRETCH_S, UTC) + timedelta(seconds=SETTLING_S)
