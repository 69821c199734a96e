"""A push provider that costs next to nothing: `python -m bench.quick`, over TLS, HTTP/2 and HTTP/1.1.

The strict stand-in checks every message and so takes a thousand a second at most: with it in the way nobody's limit
would be seen. This one reads what it needs of a request (where it ends, its id, whether it is urgent), waits as long as
a provider would, answers, and keeps count. Who may connect is decided by the port; it listens on loopback only.
"""

import argparse
import asyncio
import json
import random
import re
import ssl
import struct
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, cast

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
TICK_S = 0.002
HEAD = struct.Struct(">HBBBI")
BODY = b'{"name": "projects/gridloop-sandbox/messages/0:1795385952244129%ac5365e7cab687fd"}'
# Status 200 and a content type, which need no table.
BLOCK = b"\x88\x0f\x10\x10application/json"
H1 = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(BODY), BODY)
_ID = re.compile(rb'"msg_id": ?"([0-9a-f-]{36})"')
_URGENT = b"time-sensitive"


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """One HTTP/2 frame."""
    return HEAD.pack(len(payload) >> 8, len(payload) & 0xFF, kind, flags, stream) + payload


class Mood:
    """How it answers, and what it has taken."""

    def __init__(self) -> None:
        self.least_s = self.most_s = 0.0
        self.due: dict[int, list[tuple[Any, int]]] = defaultdict(list)
        self.reset()

    def reset(self) -> None:
        """Forget what was taken."""
        self.taken, self.last_at, self.urgent = 0, 0.0, dict[str, float]()
        self.seen = set[bytes]()

    def take(self, client: Any, stream: int, body: bytes) -> None:
        """A whole request: noted now, answered later."""
        now = time.time()
        delay = random.uniform(self.least_s, self.most_s)
        found = _ID.search(body)
        if found:
            self.seen.add(found[1])
        self.taken += 1
        # The hand-off is over with the answer, so its time is the answer's.
        self.last_at = max(self.last_at, now + delay)
        if found and _URGENT in body:
            self.urgent[found[1].decode()] = now + delay
        if delay:
            self.due[int((time.monotonic() + delay) / TICK_S)].append((client, stream))
        else:
            client.answer(stream)

    async def answer_due(self) -> None:
        """Answer what is due, for ever."""
        done = int(time.monotonic() / TICK_S)
        while True:
            await asyncio.sleep(TICK_S)
            now = int(time.monotonic() / TICK_S)
            for tick in range(done, now):
                for client, stream in self.due.pop(tick, ()):
                    client.answer(stream)
            done = now

    def counts(self) -> dict[str, Any]:
        """What was taken since the last reset."""
        return {"taken": self.taken, "distinct": len(self.seen), "last_at": self.last_at, "urgent": self.urgent}


class Side(asyncio.Protocol):
    """One connection; its answers of one turn leave in one write."""

    def __init__(self, mood: Mood) -> None:
        self._mood, self._loop = mood, asyncio.get_running_loop()
        self._buffer = bytearray()
        self._two: bool | None = None
        self._bodies: dict[int, bytes] = {}
        self._out: list[bytes] = []
        self._unread = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._two is None:
            if len(self._buffer) < len(PREFACE):
                return
            self._two = self._buffer.startswith(PREFACE)
            if self._two:
                del self._buffer[: len(PREFACE)]
                # A hundred streams at once, and windows nobody meets.
                self._say(
                    frame(4, 0, 0, struct.pack(">HIHI", 3, 100, 4, 2**20)) + frame(8, 0, 0, struct.pack(">I", 2**26))
                )
        (self._read_two if self._two else self._read_one)()

    def answer(self, stream: int) -> None:
        """Answer one request."""
        self._say(frame(1, 4, stream, BLOCK) + frame(0, 1, stream, BODY) if self._two else H1)

    def _read_two(self) -> None:
        buffer, at, end = self._buffer, 0, len(self._buffer)
        while end - at >= 9:
            high, low, kind, flags, stream = HEAD.unpack_from(buffer, at)
            size = high << 8 | low
            if end - at - 9 < size:
                break
            if kind == 0:
                body = self._bodies.pop(stream, b"") + bytes(buffer[at + 9 : at + 9 + size])
                self._unread += size
                if flags & 1:
                    self._mood.take(self, stream, body)
                else:
                    self._bodies[stream] = body
            elif kind == 4 and not flags & 1:
                self._say(frame(4, 1, 0, b""))
            elif kind == 6 and not flags & 1:
                self._say(frame(6, 1, 0, bytes(buffer[at + 9 : at + 17])))
            at += 9 + size
        del buffer[:at]
        if self._unread > 2**24:
            self._say(frame(8, 0, 0, struct.pack(">I", self._unread)))
            self._unread = 0

    def _read_one(self) -> None:
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            length = re.search(rb"(?i)content-length: *(\d+)", self._buffer[:end])
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._buffer) < whole:
                return
            body = bytes(self._buffer[end + 4 : whole])
            del self._buffer[:whole]
            self._mood.take(self, 0, body)

    def _say(self, data: bytes) -> None:
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(data)

    def _flush(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()


async def obey(mood: Mood, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The side door: a line of JSON in, a line out. `{"latency_ms": [45, 800]}`, `{"reset": 1}`, `{}` ..."""
    while line := await _next_line(reader):
        order = json.loads(line)
        if "latency_ms" in order:
            mood.least_s, mood.most_s = (value / 1_000 for value in order["latency_ms"])
        if "reset" in order:
            mood.reset()
        if "forget_urgent" in order:
            mood.urgent.clear()
        writer.write(json.dumps(mood.counts()).encode() + b"\n")


async def _next_line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except asyncio.CancelledError:  # the end
        return b""


async def serve(certificate: Path, key: Path, ports: Path) -> None:
    """Serve until the parent closes our standard input; the ports are written to a file."""
    mood, loop = Mood(), asyncio.get_running_loop()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    tls.set_alpn_protocols(["h2", "http/1.1"])
    front = await loop.create_server(lambda: Side(mood), "127.0.0.1", 0, ssl=tls, backlog=1_024)
    door = await asyncio.start_server(lambda r, w: obey(mood, r, w), "127.0.0.1", 0, limit=2**26)
    draft = ports.with_suffix(".draft")
    draft.write_text(json.dumps([server.sockets[0].getsockname()[1] for server in (front, door)]))
    draft.replace(ports)
    ticking = asyncio.create_task(mood.answer_due())
    await loop.run_in_executor(None, sys.stdin.read)
    ticking.cancel()
    front.close()
    door.close()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench.quick", description="A push provider that costs next to nothing.")
    for name in ("certificate", "key", "ports"):
        parser.add_argument(name, type=Path)
    options = parser.parse_args()
    asyncio.run(serve(options.certificate, options.key, options.ports))


if __name__ == "__main__":
    main()
