"""A running system of real processes for one test, on free ports, with a database and a Redis database of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from redis import Redis

from tests.conftest import KEYS, ROOT
from tests.sandboxes import RunningFcm, RunningTwilio, start_fcm, start_twilio

T = TypeVar("T")
BIN = Path(sys.executable).parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], T], *, within: float = 30.0, what: str = "") -> T:
    """Poll until `look` returns something true; fail with its last value after `within` seconds."""
    deadline = time.monotonic() + within
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {within} s: {what or look}; last: {found!r}"
        time.sleep(0.2)


def end_tree(pid: int) -> None:
    """SIGKILL to a process and to all below it; a server that is killed alone leaves its workers on the port."""
    try:
        below = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        os.kill(pid, signal.SIGKILL)
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in below:
        end_tree(child)


class System:
    """The processes of one installation; `kill` is SIGKILL, `start` brings one up again."""

    def __init__(self, folder: Path, database_url: str, redis_url: str, fcm: RunningFcm, twilio: RunningTwilio) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder, self.fcm, self.twilio, self.redis_url = folder, fcm, twilio, redis_url
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.clients: list[httpx.Client] = []
        self.env = os.environ | KEYS | {
            "GRIDLOOP_DATABASE_URL": database_url,
            "GRIDLOOP_REDIS_URL": redis_url,
            "GRIDLOOP_PUBLIC_URL": self.url,
            "GRIDLOOP_DEMO": "1",
            "GRIDLOOP_FCM_BASE_URL": fcm.base_url,
            "GRIDLOOP_FCM_CREDENTIALS": str(fcm.service_account),
            "GRIDLOOP_TWILIO_BASE_URL": twilio.base_url,
            "GRIDLOOP_TWILIO_ACCOUNT_SID": twilio.account_sid,
            "GRIDLOOP_TWILIO_AUTH_TOKEN": twilio.auth_token,
            "PYTHONDONTWRITEBYTECODE": "1",
        }  # fmt: skip
        self.commands = {
            "api": [
                BIN / "granian",
                "--interface",
                "wsgi",
                "--port",
                str(self.port),
                "--no-ws",
                "--blocking-threads",
                "16",
                "wsgi:app",
            ],
            "pusher": [sys.executable, "-m", "workers.pusher"],
            "relay": [sys.executable, "-m", "workers.relay"],
            "worker-urgent": [sys.executable, "-m", "workers.worker", "urgent"],
            "worker-normal": [sys.executable, "-m", "workers.worker", "normal"],
        }

    def start(self, *names: str) -> None:
        """Start these processes (all of them without names) and wait until the API, if it runs, is ready."""
        for name in names or tuple(self.commands):
            self.begin(name)
        if "api" in self._running:
            eventually(self._ready, within=120, what="the API to be ready")

    def begin(self, name: str) -> None:
        """Start one process and wait for nothing."""
        log = (self.folder / f"{name}.log").open("ab")
        command = [str(part) for part in self.commands[name]]
        self._running[name] = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        log.close()

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/healthz/ready").status_code == 200
        except httpx.TransportError:
            return False

    def kill(self, name: str) -> None:
        """SIGKILL, the whole process at once."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def restart(self, name: str) -> None:
        """SIGKILL to it and all below it, then start it again, as whoever supervises it would."""
        end_tree(self._running[name].pid)
        self.kill(name)
        self.start(name)

    def send_signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process that goes on belonging to the system (SIGSTOP, SIGCONT)."""
        self._running[name].send_signal(number)

    def is_alive(self, name: str) -> bool:
        """Whether it still runs."""
        return self._running[name].poll() is None

    def flask(self, *arguments: str) -> str:
        """Run a `flask` command of the system; returns what it printed."""
        run = subprocess.run(
            [str(BIN / "flask"), "--app", "wsgi", *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr[-2000:]
        return run.stdout

    def run(self, name: str, *command: str) -> None:
        """Start a further process under `name`."""
        self.commands[name] = [*command]
        self.start(name)

    def stop(self) -> None:
        """SIGTERM all, then SIGKILL what has not gone after 15 s, with all below it."""
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                end_tree(process.pid)
                process.wait()
        for client in self.clients:
            client.close()
        with Redis.from_url(self.redis_url) as redis:
            redis.flushdb()

    def log(self, name: str) -> str:
        """What a process wrote so far."""
        return (self.folder / f"{name}.log").read_text()


@contextmanager
def running_system(folder: Path, database_url: str, redis_url: str, **faults: Any) -> Iterator[System]:
    """Stand-ins and processes, stopped whatever happens; the logs stay in `folder`."""
    with start_fcm(folder, faults=faults) as fcm, start_twilio(folder) as twilio:
        system = System(folder, database_url, redis_url, fcm, twilio)
        try:
            yield system
        finally:
            system.stop()
