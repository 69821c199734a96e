"""Keeps a list of processes running until it is told to stop; knows nothing of what they are."""

import contextlib
import os
import select
import signal
import time
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Self

from deploy.local.child import Child, answers_well
from deploy.local.places import LOGS
from deploy.local.processes import Process, Stage

STOP_WITHIN_S = 20.0
START_WITHIN_S = 90.0
# A process which ends this often in a row won't get better by itself: the start fails, later its log's end is shown.
GIVE_UP_AFTER = 4
LOOK_EVERY_S = 0.1
LISTENS_TO = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD)


class Stopped(Exception):
    """Somebody asked the supervisor to stop."""


class Supervisor:
    """The children of one run: `with Supervisor(...) as system: system.start(); system.run()`.

    Inside the block SIGINT, SIGTERM and SIGHUP mean stop (even when a shell started us with SIGINT ignored); on the
    way out, whatever led there, every child is stopped.
    """

    def __init__(self, processes: Sequence[Process], environment: Mapping[str, str]) -> None:
        self.children = [Child(process, environment) for process in processes]
        self._asked = False

    def __enter__(self) -> Self:
        # A signal writes a byte into this pipe, which ends the pause between two looks at once.
        self._wake, self._woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._wakeup_before = signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        self._handlers_before = {number: signal.signal(number, self._on_signal) for number in LISTENS_TO}
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for number, handler in self._handlers_before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        os.close(self._wake)
        os.close(self._woken)

    def start(self) -> None:
        """Start stage by stage and return when everything is healthy; a child that can't start ends it with its log."""
        for stage in Stage:
            children = [child for child in self.children if child.process.stage is stage]
            for child in children:
                child.start()
            self._wait_until_healthy(children)

    def wait_for(self, address: str, within_s: float) -> bool:
        """Watch until this address answers 200; False when it does not in time, which is no reason to stop."""
        deadline = time.monotonic() + within_s
        while not (is_well := answers_well(address)) and time.monotonic() < deadline:
            self._look()
        return is_well

    def run(self) -> None:
        """Watch until a signal says stop."""
        with contextlib.suppress(Stopped):
            while True:
                self._look()

    def stop(self) -> None:
        """SIGTERM to all, the last started first; SIGKILL to who is still there after a while."""
        for child in reversed(self.children):
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_WITHIN_S
        while time.monotonic() < deadline and not all(child.is_stopped() for child in self.children):
            time.sleep(0.05)
        for child in self.children:
            if not child.is_stopped():
                print(f"{child.name} did not stop within {STOP_WITHIN_S:.0f} s and was killed", flush=True)
                child.kill()

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        # Only noted: an exception out of a handler could leave a child started but not written down.
        self._asked = self._asked or number != signal.SIGCHLD

    def _look(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if said := child.watch(now):
                print(said, flush=True)
                if child.ends == GIVE_UP_AFTER:
                    print(child.last_lines(), flush=True)
        self._pause()

    def _pause(self) -> None:
        if not self._asked:
            with contextlib.suppress(BlockingIOError):
                select.select([self._wake], [], [], LOOK_EVERY_S)
                os.read(self._wake, 512)
        if self._asked:
            raise Stopped

    def _wait_until_healthy(self, children: Sequence[Child]) -> None:
        deadline = time.monotonic() + START_WITHIN_S
        while waiting := [child for child in children if not child.is_healthy()]:
            now = time.monotonic()
            for child in waiting:
                child.watch(now)
                if child.ends >= GIVE_UP_AFTER or now > deadline:
                    raise SystemExit(f"{child.name} does not start. The end of {child.log}:\n{child.last_lines()}")
            self._pause()


def turn_logs(names: Sequence[str]) -> None:
    """Start new logs, keeping one older generation."""
    LOGS.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = LOGS / f"{name}.log"
        if path.exists():
            path.replace(path.with_suffix(".log.1"))
