"""Many listeners of the event stream in one thread, and what reached each of them when."""

import re
import selectors
import socket
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self

_ID = re.compile(rb'"collection":"(?:incidents|messages)","id":"([0-9a-f-]{36})"')
_CONNECTING_S = 60.0


class Listeners:
    """Open streams. `seen`: the id of every change that came, with the moment, once for each listener that got it."""

    def __init__(self, port: int, callers: Iterable[Mapping[str, str]]) -> None:
        self.seen: list[tuple[bytes, float]] = []
        self._ready = selectors.DefaultSelector()
        self._rest: dict[socket.socket, bytes] = {}
        for headers in callers:
            self._open(port, headers)
        self._greet()

    def __len__(self) -> int:
        return len(self._rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for stream in self._rest:
            stream.close()
        self._ready.close()

    def listen(self, until: float) -> None:
        """Read what comes until this moment of the clock that never goes back."""
        while (left := until - time.perf_counter()) > 0:
            for key, _ in self._ready.select(left):
                self._read(key.fileobj)  # type: ignore[arg-type]

    def _open(self, port: int, headers: Mapping[str, str]) -> None:
        stream = socket.create_connection(("127.0.0.1", port), timeout=30)
        lines = ["GET /v1/stream HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
        stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._ready.register(stream, selectors.EVENT_READ)
        self._rest[stream] = b""

    def _greet(self) -> None:
        """Until everybody has got their first event."""
        waiting, deadline = set(self._rest), time.perf_counter() + _CONNECTING_S
        while waiting:
            if time.perf_counter() > deadline:
                raise SystemExit(f"{len(waiting)} of {len(self._rest)} streams got no answer")
            for key, _ in self._ready.select(0.1):
                stream: socket.socket = key.fileobj  # type: ignore[assignment]
                self._rest[stream] += stream.recv(65_536)
                if b"event: hello" in self._rest[stream]:
                    waiting.discard(stream)
                    self._rest[stream] = b""

    def _read(self, stream: socket.socket) -> None:
        chunk = stream.recv(262_144)
        if not chunk:
            raise SystemExit("the server ended a stream")
        now = time.perf_counter()
        whole = self._rest[stream] + chunk
        end = whole.rfind(b"\n\n") + 2
        self.seen += [(found, now) for found in _ID.findall(whole, 0, end)]
        self._rest[stream] = whole[end:] if end > 1 else whole
