"""Running timers in a child process, as an RQ worker would while there is an RQ.

A job may end the process it runs in: a fault of a C library, the kernel where memory is short. In the relay's own
process that would be the end of the relay, again at each start. The child takes a whole batch, because a fork for each
costs 20 ms; it says which timer it begins, so that a death is counted against that one alone and the rest goes on.
"""

import os
import select
import signal
import time
from collections.abc import Callable, Sequence
from uuid import UUID

import structlog

from api.plumbing.db import db
from workers.runtime import note_death_in_context, run_in_context

JOB_S = 60.0
"""As long as RQ lets a job run."""
LOOK_S = 1.0
FAILED = 3
log = structlog.get_logger(__name__)


def run_apart(timer_ids: Sequence[UUID], meanwhile: Callable[[], bool]) -> None:
    """Run these timers one after the other in a child; needs an app context, and threads that hold no locks.

    `meanwhile` is called every second; when it says False, the child ends after the timer in hand, and the others wait
    for their next hint.
    """
    waiting = list(timer_ids)
    while waiting:
        begun, status = _Child(waiting).watch(meanwhile)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) in (0, FAILED):
            # Done, told to stop, or the database went away: whatever is left is hinted again.
            return
        if not begun:
            log.error("child_died", process="relay", count=len(waiting))
            return
        outcome = note_death_in_context(begun[-1])
        log.error("job_process_died", timer_id=str(begun[-1]), outcome=outcome)
        waiting = waiting[len(begun) :]


class _Child:
    """A forked process with a batch of timers, and the pipe it tells its progress over."""

    def __init__(self, timer_ids: Sequence[UUID]) -> None:
        parent = os.getpid()
        self._progress, telling = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._progress)
            _live_as_child(timer_ids, telling, parent)
        os.close(telling)

    def watch(self, meanwhile: Callable[[], bool]) -> tuple[list[UUID], int]:
        """Wait for its end; the timers it began, and its wait status. A timer that takes too long is its end."""
        told, last, status = b"", time.monotonic(), None
        try:
            while True:
                if select.select([self._progress], [], [], LOOK_S)[0]:
                    news = os.read(self._progress, 65_536)
                    if not news:
                        break
                    told, last = told + news, time.monotonic()
                elif time.monotonic() - last > JOB_S:
                    os.kill(self._pid, signal.SIGKILL)
                if not meanwhile():
                    os.kill(self._pid, signal.SIGTERM)
            status = os.waitpid(self._pid, 0)[1]
        finally:
            os.close(self._progress)
            if status is None:
                # Whoever called is in trouble: leave nobody behind. What it had not committed did not happen.
                os.kill(self._pid, signal.SIGKILL)
                os.waitpid(self._pid, 0)
        return [UUID(bytes=told[at : at + 16]) for at in range(0, len(told), 16)], status


def _live_as_child(timer_ids: Sequence[UUID], telling: int, parent: int) -> None:
    """The child's whole life; it never returns into the parent's code."""
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    status = FAILED
    try:
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent too, which says what to do
        # The parent's connections are the parent's: forgotten here without a word over them.
        db.engine.dispose(close=False)
        for timer_id in timer_ids:
            if stopping or os.getppid() != parent:
                break
            os.write(telling, timer_id.bytes)
            run_in_context(timer_id)
        status = 0
    except Exception as error:  # nobody above may see it: what stands there is the parent's
        log.warning("child_failed", process="relay", error=type(error).__name__)
    finally:
        os._exit(status)
