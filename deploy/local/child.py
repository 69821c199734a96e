"""One process under supervision: started, watched, started again with growing pauses, stopped."""

import ctypes
import os
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.places import LOGS, ROOT
from deploy.local.postgres import last_lines
from deploy.local.processes import Process
from deploy.local.traces import end_orphans, forget_trace, write_trace

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
# A process without an address to ask counts as healthy when it is alive after its imports.
SETTLED_AFTER_S = 1.0
# Having run this long, an end counts as a first one again.
STEADY_AFTER_S = 30.0
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG, prctl(2)

# A health check talks to this machine only, whatever proxy the environment names.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_libc = ctypes.CDLL(None)


def die_with_parent(parent: int) -> Callable[[], None]:
    """What a child does before it becomes its program: ask the kernel for SIGTERM when its supervisor dies."""

    def ask() -> None:
        _libc.prctl(SET_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


def answers_well(address: str) -> bool:
    """Whether this address answers 200 now."""
    try:
        with _direct.open(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


class Child:
    """A row of the process table, alive."""

    def __init__(self, process: Process, environment: Mapping[str, str]) -> None:
        self.process = process
        self.ends = 0
        """How often it ended without being steady in between."""
        self._environment = environment
        self._running: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._again_at = 0.0

    @property
    def name(self) -> str:
        return self.process.name

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C in the terminal reaches only the supervisor."""
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                self.process.command,
                cwd=ROOT,
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent(os.getpid()),
            )
        self._started_at = time.monotonic()
        write_trace(self.name, self._running.pid)

    def watch(self, now: float) -> str:
        """Notice an end and bring it back when its pause is over; says what happened, or nothing."""
        if self._running is None:
            if now >= self._again_at:
                self.start()
            return ""
        if self._running_on():
            return ""
        how = self._reap()
        self.ends = 1 if now - self._started_at > STEADY_AFTER_S else self.ends + 1
        pause = min(FIRST_PAUSE_S * 2 ** (self.ends - 1), LONGEST_PAUSE_S)
        self._again_at = now + pause
        return f"{self.name} {how} and starts again in {pause:.1f} s (log: {self.log.relative_to(ROOT)})"

    def is_healthy(self) -> bool:
        """Whether it answers 200 at its address or, having none, has been alive for a moment."""
        if self._running is None or not self._running_on():
            return False
        if not self.process.healthy:
            return time.monotonic() - self._started_at > SETTLED_AFTER_S
        return answers_well(self.process.healthy)

    def ask_to_stop(self) -> None:
        """SIGTERM."""
        if self._running is not None and self._running_on():
            self._running.terminate()

    def is_stopped(self) -> bool:
        """Whether it has ended, with everything it started."""
        if self._running is not None and not self._running_on():
            self._reap()
        return self._running is None

    def kill(self) -> None:
        """SIGKILL, for what did not listen."""
        if self._running is not None:
            self._running.kill()
            self._reap()

    def last_lines(self) -> str:
        """The end of its log."""
        return last_lines(self.log)

    def _running_on(self) -> bool:
        # WNOWAIT leaves it waitable: its number must stay ours until its orphans are gone.
        assert self._running is not None
        ended = os.waitid(os.P_PID, self._running.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return ended is None

    def _reap(self) -> str:
        assert self._running is not None
        os.waitid(os.P_PID, self._running.pid, os.WEXITED | os.WNOWAIT)
        end_orphans(self._running.pid)
        status = self._running.wait()
        self._running = None
        forget_trace(self.name)
        return f"was killed ({signal.Signals(-status).name})" if status < 0 else f"ended with status {status}"
