"""A TCP proxy in front of a server on a Unix socket, which can lose the network without a word.

`silence` is what pulling the cable does: the kernel drops every packet at the sockets (a filter that keeps nothing), so
nothing is acknowledged, nothing is refused, and no side learns of it. `reset` and `refuse` are the polite faults.
"""

import asyncio
import contextlib
import ctypes
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

SO_ATTACH_FILTER, SO_DETACH_FILTER = 26, 27
DROP_ALL = struct.pack("HBBI", 0x06, 0, 0, 0)  # one instruction: keep 0 bytes of the packet
LINGER_NOT = struct.pack("ii", 1, 0)  # close with a reset


class Proxy:
    """Forwards 127.0.0.1:`port` to a Unix socket, from a thread of its own."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self._open: dict[asyncio.StreamWriter, asyncio.StreamWriter] = {}
        self._latency_s = 0.0
        self._refusing = False
        self.passed = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server: asyncio.Server = self._do(self._begin)

    def silence(self) -> None:
        """The network is gone: for those who are connected, and for those who try."""
        self._do(self._silence)

    def speak(self) -> None:
        """The network is back; connections that were cut off meanwhile are not."""
        self._do(self._speak)

    def reset(self) -> None:
        """End every connection with a reset."""
        self._do(self._reset)

    def refuse(self, refusing: bool = True) -> None:
        """End every new connection at once, and the present ones with them."""
        self._refusing = refusing
        if refusing:
            self.reset()

    def delay(self, seconds: float) -> None:
        """Hold back every piece for so long, in both directions."""
        self._latency_s = seconds

    def close(self) -> None:
        """End it, and leave no socket behind."""
        self._do(self._end)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        for near, far in list(self._open.items()):
            near.transport.abort()
            far.transport.abort()
        ours = asyncio.all_tasks() - {asyncio.current_task()}
        if ours:
            await asyncio.wait(ours, timeout=5)
        # Transports close their sockets in the next round of the loop.
        await asyncio.sleep(0.05)

    def _do(self, act: Callable[[], Any]) -> Any:
        async def run() -> Any:
            found = act()
            return await found if asyncio.iscoroutine(found) else found

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    async def _begin(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, sock=self._listener)

    def _sockets(self) -> list[socket.socket]:
        return [self._listener, *(writer.get_extra_info("socket") for writer in self._open)]

    def _silence(self) -> None:
        # Kept alive until the kernel has copied it.
        code = ctypes.create_string_buffer(DROP_ALL, len(DROP_ALL))
        program = struct.pack("HL", 1, ctypes.addressof(code))
        for each in self._sockets():
            socket.socket.setsockopt(_raw(each), socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
        for near, far in self._open.items():
            # What the server says meanwhile is not sent either.
            for writer in (near, far):
                writer.transport.pause_reading()  # type: ignore[attr-defined]

    def _speak(self) -> None:
        for each in self._sockets():
            with contextlib.suppress(OSError):
                socket.socket.setsockopt(_raw(each), socket.SOL_SOCKET, SO_DETACH_FILTER, 0)
        for near, far in self._open.items():
            for writer in (near, far):
                with contextlib.suppress(RuntimeError):
                    writer.transport.resume_reading()  # type: ignore[attr-defined]

    def _reset(self) -> None:
        for near in list(self._open):
            with contextlib.suppress(OSError):
                _raw(near.get_extra_info("socket")).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            near.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        self.passed += 1
        try:
            far_reader, far = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        self._open[writer] = far
        try:
            await asyncio.gather(self._pump(reader, far), self._pump(far_reader, writer))
        finally:
            self._open.pop(writer, None)
            for each in (writer, far):
                each.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if self._latency_s:
                    await asyncio.sleep(self._latency_s)
                writer.write(data)
                await writer.drain()
        writer.close()


def _raw(each: Any) -> socket.socket:
    """asyncio hands out a wrapper without every option."""
    return getattr(each, "_sock", each)


@contextmanager
def proxied(target: str) -> Iterator[Proxy]:
    """A proxy for one test."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
