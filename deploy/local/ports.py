"""Free local ports."""

import socket
from collections.abc import Container

HOST = "127.0.0.1"
LAST = 65535


def is_free(port: int) -> bool:
    """Whether a server could listen there now. Sockets in TIME_WAIT don't count, as they don't for a real server."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port(preferred: int, taken: Container[int] = ()) -> int:
    """The preferred port, else the next free one above it; `taken` are given away already."""
    for port in range(preferred, LAST + 1):
        if port not in taken and is_free(port):
            return port
    raise SystemExit(f"No free port from {preferred} on.")
