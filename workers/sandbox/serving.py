"""Run a stand-in's application until the process is told to stop."""

import asyncio
import functools
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from workers.sandbox.http2 import Doorway
from workers.sandbox.settings import Settings

GOAWAY_EVERY: web.AppKey[Callable[[], int]] = web.AppKey("goaway_every")
"""An application with this also speaks HTTP/2; it says after how many requests a connection is to be given up."""
Build = Callable[[str], web.Application]
"""base URL -> application. The URL is known only after binding when the port is 0."""


async def serve(build: Build, settings: Settings) -> None:
    """Bind, build, serve; return after SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    listener = _bind(settings.host, settings.port)
    bound = listener.getsockname()[1]
    app = build(f"http://{settings.host}:{bound}")
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    if GOAWAY_EVERY in app:
        assert runner.server is not None
        door = functools.partial(Doorway, runner.server, app[GOAWAY_EVERY])
        await loop.create_server(door, sock=listener, backlog=1024)
    else:
        await web.SockSite(runner, listener, backlog=1024).start()
    if settings.port_file is not None:
        write_whole(settings.port_file, f"{bound}\n")
    guard = asyncio.create_task(_end_with_parent(stopped)) if settings.with_parent else None
    await stopped.wait()
    if guard is not None:
        guard.cancel()
    await runner.cleanup()


async def _end_with_parent(stopped: asyncio.Event) -> None:
    """Stop when whoever started us is gone: a test run that was killed leaves no stand-in behind."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(1.0)
    stopped.set()


def _bind(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A stand-in is restarted on the same port in the middle of a test.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file so that no reader ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode)
    draft.write_text(text, "utf-8")
    draft.replace(path)
