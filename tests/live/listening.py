"""A stream process on a database of its own, and somebody who listens to it."""

import contextlib
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from deploy.local.redis_server import ensure_redis
from tests.conftest import KEYS, ROOT

PATIENCE_S = 60
# What an installation does every 20 seconds.
QUICK = ["--heartbeat-s", "1", "--standing-s", "1", "--retry-ms", "100", "--most-waiting-kb", "128"]


@dataclass
class Streams:
    """The process, and how it was started."""

    env: dict[str, str]
    folder: Path
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/stream"

    def start(self) -> None:
        """Start it, on the port it had before, if it had one; returns when it listens."""
        told = self.folder / "port"
        told.unlink(missing_ok=True)
        command = [sys.executable, "-m", "workers.stream", "--port", str(self.port), "--port-file", str(told), *QUICK]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        deadline = time.monotonic() + PATIENCE_S
        while not told.exists():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.02)
        self.port = int(told.read_text())

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; returns its status."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def poll(self, headers: dict[str, str], **query: Any) -> httpx.Response:
        """Ask for what is new."""
        return httpx.get(f"{self.url}/poll", params=query, headers=headers, timeout=PATIENCE_S)


@contextmanager
def streams_on(database_url: str, folder: Path, **settings: str) -> Iterator[Streams]:
    """A running process; `settings` by their names without the prefix."""
    more = {f"GRIDLOOP_{name.upper()}": value for name, value in settings.items()}
    more.setdefault("GRIDLOOP_MINIMUM_APPS", "gridloop-old/2.0=https://station.example/app")
    data = {"GRIDLOOP_DATABASE_URL": database_url, "GRIDLOOP_REDIS_URL": ensure_redis("test").url}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GRIDLOOP_")}
    streams = Streams(kept | KEYS | data | more, folder)
    streams.start()
    try:
        yield streams
    finally:
        if streams.process is not None and streams.process.poll() is None:
            streams.stop()


@dataclass
class Event:
    """One event as it arrived."""

    name: str
    id: str | None
    data: dict[str, Any]


@dataclass
class Listener:
    """A client that reads frames as the specification says, and keeps the last id."""

    url: str
    headers: dict[str, str]
    last_id: str | None = None
    comments: int = 0
    retries: list[int] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._events: queue.Queue[Event] = queue.Queue()
        self._client = httpx.Client(timeout=PATIENCE_S)

    def connect(self) -> "Listener":
        """Listen from the last id on; returns when the answer has begun."""
        given = {} if self.last_id is None else {"Last-Event-ID": self.last_id}
        self.closed.clear()
        request = self._client.build_request("GET", self.url, headers={**self.headers, **given})
        self.response = self._client.send(request, stream=True)
        assert self.response.status_code == 200, self.response.read()
        threading.Thread(target=self._read, args=(self.response,), daemon=True).start()
        return self

    def leave(self) -> None:
        """Cut the line."""
        # Shut down rather than closed: the thread that reads sees the end, and then closes.
        with contextlib.suppress(OSError):
            self.response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        assert self.closed.wait(PATIENCE_S)
        self._client.close()
        self._client = httpx.Client(timeout=PATIENCE_S)

    def next(self, name: str = "change", *, seconds: float = PATIENCE_S, **wanted: Any) -> Event:
        """The next event of this name whose data holds these values; others before it are dropped."""
        deadline = time.monotonic() + seconds
        while True:
            event = self._events.get(timeout=max(0.01, deadline - time.monotonic()))
            if event.name == name and all(event.data.get(key) == value for key, value in wanted.items()):
                return event

    def all_of(self, *wanted: dict[str, Any]) -> list[Event]:
        """The first event that holds each of these, whatever the order."""
        found: list[Event | None] = [None] * len(wanted)
        while None in found:
            event = self._events.get(timeout=PATIENCE_S)
            for place, values in enumerate(wanted):
                if found[place] is None and values.items() <= event.data.items():
                    found[place] = event
        return [event for event in found if event is not None]

    def next_any(self) -> Event:
        """The next event, whichever it is."""
        return self._events.get(timeout=PATIENCE_S)

    def heard(self) -> list[Event]:
        """What has arrived and was not asked for."""
        found = []
        while not self._events.empty():
            found.append(self._events.get())
        return found

    def _read(self, response: httpx.Response) -> None:
        fields: dict[str, str] = {}
        try:
            for line in response.iter_lines():
                if line.startswith(":"):
                    self.comments += 1
                elif line:
                    name, _, value = line.partition(":")
                    fields[name] = value.removeprefix(" ")
                elif fields:
                    self._note(fields)
                    fields = {}
        except (httpx.HTTPError, httpx.StreamError, OSError, ValueError):
            pass
        response.close()
        self.closed.set()

    def _note(self, fields: dict[str, str]) -> None:
        if "retry" in fields:
            self.retries.append(int(fields["retry"]))
        self.last_id = fields.get("id", self.last_id)
        if "data" in fields:
            self._events.put(Event(fields["event"], fields.get("id"), json.loads(fields["data"])))
