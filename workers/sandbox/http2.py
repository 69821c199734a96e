"""HTTP/2 in front of a stand-in's application, on the port that also speaks HTTP/1.1.

Whoever opens with HTTP/2's preface gets it. Each of its streams is handed to the application as a connection of its
own with one HTTP/1.1 request, so every fault the application knows happens to that stream: what would cut a connection
resets the stream, what would drip into a socket drips in DATA frames.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# Of the connection, not of the request.
_HOP = {b"connection", b"keep-alive", b"transfer-encoding"}
NewHandler = Callable[[], asyncio.Protocol]


class Doorway(asyncio.Protocol):
    """Finds out which of the two a client speaks and steps aside. `goaway_every`: requests a connection is good for."""

    def __init__(self, new_handler: NewHandler, goaway_every: Callable[[], int]) -> None:
        self._new_handler, self._goaway_every = new_handler, goaway_every
        self._seen = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if PREFACE.startswith(self._seen[: len(PREFACE)]) and len(self._seen) < len(PREFACE):
            return
        two = self._seen.startswith(PREFACE)
        inner = Http2Side(self._new_handler, self._goaway_every) if two else self._new_handler()
        assert self._transport is not None
        self._transport.set_protocol(inner)
        inner.connection_made(self._transport)
        inner.data_received(self._seen)


class Http2Side(asyncio.Protocol):
    """One HTTP/2 connection of a client."""

    def __init__(self, new_handler: NewHandler, goaway_every: Callable[[], int]) -> None:
        self._new_handler, self._goaway_every = new_handler, goaway_every
        self._connection = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        self._streams: dict[int, Stream] = {}
        self._taken, self._last = 0, 2**31
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._connection.initiate_connection()
        self._flush()

    def data_received(self, data: bytes) -> None:
        try:
            for event in self._connection.receive_data(data):
                self._take(event)
        except ProtocolError:
            self._flush()
            self.transport.close()
            return
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        streams, self._streams = self._streams, {}
        for stream in streams.values():
            stream.lose(exc)

    def _take(self, event: Any) -> None:
        if isinstance(event, RequestReceived) and event.stream_id <= self._last:
            self._streams[event.stream_id] = Stream(self, event.stream_id, event.headers)
        elif isinstance(event, DataReceived):
            self._connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            if event.stream_id in self._streams:
                self._streams[event.stream_id].body += event.data
        elif isinstance(event, StreamEnded) and event.stream_id in self._streams:
            self._streams[event.stream_id].serve(self._new_handler())
            self._count()
        elif isinstance(event, StreamReset) and (stream := self._streams.pop(event.stream_id, None)):
            stream.lose(None)
        elif isinstance(event, ConnectionTerminated):
            self.transport.close()

    def _count(self) -> None:
        self._taken += 1
        if 0 < self._goaway_every() <= self._taken and self._last == 2**31:
            # Everything up to here is answered still; what comes later on this connection is not looked at.
            self._flush()
            self._last = self._connection.highest_inbound_stream_id
            self.transport.write(bytes((0, 0, 8, 7, 0, 0, 0, 0, 0)) + self._last.to_bytes(4, "big") + bytes(4))

    def answer(self, number: int, status: int, fields: list[tuple[bytes, bytes]], end: bool) -> None:
        """The head of an answer."""
        self._do(lambda: self._connection.send_headers(number, [(b":status", b"%d" % status), *fields], end_stream=end))
        if end:
            self._streams.pop(number, None)

    def add(self, number: int, data: bytes, end: bool) -> None:
        """A part of its body."""
        self._do(lambda: self._connection.send_data(number, data, end_stream=end))
        if end:
            self._streams.pop(number, None)

    def reset(self, number: int) -> None:
        """No answer, or no more of it."""
        if self._streams.pop(number, None):
            self._do(lambda: self._connection.reset_stream(number, ErrorCodes.INTERNAL_ERROR))

    def _do(self, act: Callable[[], None]) -> None:
        try:
            act()
        except ProtocolError:
            return  # the client has gone on
        self._flush()

    def _flush(self) -> None:
        data = self._connection.data_to_send()
        if data and not self.transport.is_closing():
            self.transport.write(data)


class Stream(asyncio.Transport):
    """One request, as a connection of its own to the application's handler."""

    def __init__(self, side: Http2Side, number: int, fields: list[tuple[bytes, bytes]]) -> None:
        super().__init__()
        self._side, self._number = side, number
        self._head = {name: value for name, value in fields if name.startswith(b":")}
        self._fields = [(name, value) for name, value in fields if not name.startswith(b":")]
        self.body = b""
        self._said, self._left = b"", -1
        self._handler: asyncio.Protocol | None = None
        self._closing = False

    def serve(self, handler: asyncio.Protocol) -> None:
        """Hand the whole request over."""
        self._handler = handler
        lines = [b"%s %s HTTP/1.1" % (self._head[b":method"], self._head[b":path"])]
        lines += [b"host: " + self._head.get(b":authority", b"")]
        lines += [b"%s: %s" % pair for pair in self._fields if pair[0] != b"content-length"]
        lines += [b"content-length: %d" % len(self.body), b"", b""]
        handler.connection_made(self)
        handler.data_received(b"\r\n".join(lines) + self.body)

    def lose(self, error: Exception | None) -> None:
        """The client is gone, or wants no answer any more."""
        if not self._closing:
            self._closing = True
            if self._handler is not None:
                self._handler.connection_lost(error)

    def write(self, data: Any) -> None:
        if self._closing:
            return
        self._said += bytes(data)
        if self._left < 0:
            head, found, rest = self._said.partition(b"\r\n\r\n")
            if not found:
                return
            self._said = rest
            self._begin(head)
        if self._left >= 0 and self._said:
            part, self._said = self._said, b""
            self._left -= len(part)
            self._side.add(self._number, part, end=self._left <= 0)
        if self._left == 0 and not self._said:
            # Not from inside the handler that writes this.
            asyncio.get_running_loop().call_soon(self.lose, None)

    def _begin(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        fields = [(name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines)]
        self._left = int(dict(fields).get(b"content-length", b"0"))
        kept = [pair for pair in fields if pair[0] not in _HOP]
        self._side.answer(self._number, int(first.split(b" ")[1]), kept, end=self._left == 0)

    def abort(self) -> None:
        self._side.reset(self._number)
        self.lose(None)

    def close(self) -> None:
        self.abort()

    def is_closing(self) -> bool:
        return self._closing

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default if name == "socket" else self._side.transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        return None

    def resume_reading(self) -> None:
        return None

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        return None

    def get_write_buffer_size(self) -> int:
        return 0
