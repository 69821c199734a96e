"""The proxy does to connections what it says, or the tests behind it prove nothing."""

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults.proxy import Proxy, proxied

TCP_USER_TIMEOUT = 18


class Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.request.recv(1024):
                self.request.sendall(data)


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def echo() -> Iterator[Proxy]:
    # Not below pytest's folder: a socket's path may have 107 bytes at most.
    with TemporaryDirectory(prefix="gridloop-echo-") as folder:
        path = str(Path(folder) / "s")
        with Server(path, Echo) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            with proxied(path) as proxy:
                yield proxy
            server.shutdown()


def connect(proxy: Proxy) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", proxy.port), timeout=30)
    made.sendall(b"one")
    assert made.recv(10) == b"one"
    return made


def test_a_silent_network_says_nothing_and_comes_back(echo: Proxy) -> None:
    with connect(echo) as held, connect(echo) as patient:
        held.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, 500)
        echo.silence()
        # Nobody acknowledges and nobody refuses: only the time-out of the kernel ends the wait.
        held.sendall(b"two")
        with pytest.raises(OSError, match="timed out"):
            held.recv(10)
        newcomer = socket.socket()
        newcomer.settimeout(0.3)
        with newcomer, pytest.raises(TimeoutError):
            newcomer.connect(("127.0.0.1", echo.port))
        patient.sendall(b"two")
        echo.speak()
        # Sent again by the kernel until it arrives.
        assert patient.recv(10) == b"two"
        connect(echo).close()


def test_a_reset_is_one_and_a_refusal_lasts(echo: Proxy) -> None:
    with connect(echo) as held:
        echo.reset()
        with pytest.raises(ConnectionResetError):
            assert held.recv(10) != b""
    echo.refuse()
    refused = socket.create_connection(("127.0.0.1", echo.port), timeout=30)
    with refused, contextlib.suppress(ConnectionResetError):
        assert refused.recv(10) == b""
    echo.refuse(refusing=False)
    connect(echo).close()
