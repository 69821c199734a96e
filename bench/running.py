"""The measured processes, as they are shipped: the API behind granian, the pusher, the FCM stand-in."""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deploy.local.ports import choose_port

ROOT = Path(__file__).parents[1]
START_DEADLINE_S = 60.0
FIRST_PORT = 18_080


class Process:
    """A child process of the bench; its log lies in the run's folder."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str], folder: Path) -> None:
        self._log = (folder / f"{name}.log").open("ab")
        self._process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=self._log, stderr=self._log)
        self.name = name

    @property
    def pid(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._log.close()


class Api(Process):
    """The API behind granian, one worker, as `make run` starts it."""

    name, target, ready = "api", "wsgi:app", "/healthz/ready"

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.port = choose_port(FIRST_PORT)
        granian = str(Path(sys.executable).parent / "granian")
        command = [
            granian,
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--no-ws",
            self.target,
        ]
        address = {"GRIDLOOP_PUBLIC_URL": f"http://127.0.0.1:{self.port}"}
        super().__init__(self.name, command, {**environment, **address}, folder)
        self._wait()

    def client(self) -> "Client":
        """A connection of its own that stays open."""
        return Client(self.port)

    def seconds_of(self, route: str, method: str = "POST", status: int = 201) -> tuple[float, int]:
        """(seconds, requests) the server has spent on a route so far, by its own clock."""
        _, body = self.client().send("GET", "/metrics")
        labels = re.escape(f'{{method="{method}",route="{route}",status="{status}"}}')
        found = {
            kind: float(match.group(1))
            for kind in ("sum", "count")
            if (match := re.search(rf"gridloop_request_seconds_{kind}{labels} (\S+)", body.decode()))
        }
        return found.get("sum", 0.0), int(found.get("count", 0))

    def _wait(self) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        while time.monotonic() < deadline and self.alive():
            try:
                if self.client().send("GET", self.ready)[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("the API did not start; its log is in the run's folder")


class BareApi(Api):
    """The bare routes of `bench.bare_app`, served the same way."""

    name, target, ready = "bare", "bench.bare_app:app", "/nothing"


class Client:
    """HTTP/1.1 with keep-alive and nothing else: what it costs is not the server's."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def connect(self) -> None:
        """Connect now, so that the first request does not."""
        self._connection.connect()

    def send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """(status, body) of one request."""
        raw = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})} if raw is not None else dict(headers or {})
        self._connection.request(method, path, raw, sent)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def background(environment: Mapping[str, str], folder: Path) -> Iterator[None]:
    """What does timed work: the relay, and a worker for what is not urgent."""
    with (
        Process("relay", [sys.executable, "-m", "workers.relay"], environment, folder),
        Process("worker", [sys.executable, "-m", "workers.worker", "normal"], environment, folder),
    ):
        yield


def processor_seconds(pid: int) -> float:
    """What a process has used of the processor so far, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_megabytes(pid: int) -> float:
    """The most memory a process has held."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1_024 if found else 0.0


@contextmanager
def pusher(environment: Mapping[str, str], folder: Path) -> Iterator[Process]:
    """The real sender."""
    with Process("pusher", [sys.executable, "-m", "workers.pusher"], environment, folder) as running:
        yield running
