"""A small closed-loop HTTP load: so many connections, each with one request on its way. One thread, no library."""

import selectors
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, cycle
from typing import NamedTuple

from bench.measuring import percentile

_numbers = count()


class Load(NamedTuple):
    """What a server did under load."""

    answers: int
    failed: int
    per_second: float
    p50_ms: float
    p99_ms: float
    memory_mb: float = 0.0


class _Line:
    """A connection to the server, with at most one request on its way."""

    def __init__(self, port: int) -> None:
        # Every connection from an address of its own, as phones have: there is a rate limit per address.
        address = f"127.{next(_numbers) % 250 + 1}.{next(_numbers) % 250 + 1}.1"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(address, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self.started, self._got = time.perf_counter(), b""
        self.socket.sendall(request)

    def read(self) -> int | None:
        """The status once the answer is whole; 0 when the server closed."""
        chunk = self.socket.recv(65_536)
        if not chunk:
            return 0
        self._got += chunk
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return None
        return int(head[9:12])


class _Connection(_Line):
    """One that asks the next thing as soon as it is told to."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        super().__init__(port)
        self._requests = requests
        self.ask()

    def ask(self) -> None:
        self.send(next(self._requests))


def press(port: int, path: str, callers: Sequence[Mapping[str, str]], *, connections: int, seconds: float) -> Load:
    """Ask as fast as answers come, as each of the callers (their headers) in turn, since each has a rate limit.

    Raises OSError when nobody listens.
    """
    return press_each(port, [(path, headers) for headers in callers], connections=connections, seconds=seconds)


def press_each(
    port: int, asked: Sequence[tuple[str, Mapping[str, str]]], *, connections: int, seconds: float
) -> Load:  # fmt: skip
    """The same with a path for each caller."""
    requests = cycle([_request(path, headers) for path, headers in asked])
    times: list[float] = []
    failed = 0
    with selectors.DefaultSelector() as ready:
        for _ in range(connections):
            connection = _Connection(port, requests)
            ready.register(connection.socket, selectors.EVENT_READ, connection)
        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            for key, _ in ready.select(0.1):
                status = key.data.read()
                if status is None:
                    continue
                times.append(time.perf_counter() - key.data.started)
                failed += status != 200
                if status == 0:
                    ready.unregister(key.data.socket)
                    key.data.socket.close()
                    fresh = _Connection(port, requests)
                    ready.register(fresh.socket, selectors.EVENT_READ, fresh)
                else:
                    key.data.ask()
        took = time.perf_counter() - started
        for key in list(ready.get_map().values()):
            key.data.socket.close()
    if not times:
        return Load(0, failed, 0.0, 0.0, 0.0)
    return Load(len(times), failed, len(times) / took, percentile(times, 0.5) * 1_000, percentile(times, 0.99) * 1_000)


def rush(port: int, requests: Sequence[bytes], *, connections: int) -> Load:
    """Each of these requests once, over so many connections that were opened before: how fast, and how many failed."""
    waiting, times, failed = iter(requests), [], 0
    lines = [_Line(port) for _ in range(min(connections, len(requests)))]
    with selectors.DefaultSelector() as ready:
        for line in lines:
            ready.register(line.socket, selectors.EVENT_READ, line)
        started = time.perf_counter()
        for line in lines:
            line.send(next(waiting))
        while len(times) < len(requests):
            events = ready.select(30)
            if not events:
                raise SystemExit(f"no answer for 30 s; {len(times)} of {len(requests)} were answered")
            for key, _ in events:
                status = key.data.read()
                if status is None:
                    continue
                if status == 0:
                    raise SystemExit("the server closed a connection")
                times.append(time.perf_counter() - key.data.started)
                failed += not 200 <= status < 300
                if (request := next(waiting, None)) is not None:
                    key.data.send(request)
                else:
                    ready.unregister(key.data.socket)
        took = time.perf_counter() - started
    for line in lines:
        line.socket.close()
    return Load(len(times), failed, len(times) / took, percentile(times, 0.5) * 1_000, percentile(times, 0.99) * 1_000)


def post(path: str, headers: Mapping[str, str], body: bytes = b"{}") -> bytes:
    """A POST of JSON as its bytes."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _request(path: str, headers: Mapping[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.split(b":")[1])
    return 0
