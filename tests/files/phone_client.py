"""A real tus client in a process of its own, and a network that breaks where a test wants it to."""

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from deploy.local.locking import hold_lock

CLIENTS = Path(__file__).parents[1] / "clients"


def need_clients(folder: Path = CLIENTS) -> str:
    """The path of node, the folder's packages installed as locked; skips where that cannot be."""
    # The ones that came with the tests' requirements before those of the machine.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if node is None or npm is None:
        pytest.skip("needs node and npm (Debian: apt-get install nodejs npm): other people's clients are in JavaScript")
    mark = folder / "node_modules" / ".package-lock.json"
    with hold_lock("clients"):
        if not mark.exists() or mark.stat().st_mtime < (folder / "package-lock.json").stat().st_mtime:
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
            if installed.returncode:
                pytest.skip(f"npm could not fetch the locked packages: {installed.stderr[-300:]}")
            mark.touch()
    return node


def run_client(node: str, endpoint: str, token: str, file: Path, chunk: int) -> dict[str, Any]:
    """Upload with tus-js-client; what it asked and was answered."""
    command = [node, str(CLIENTS / "resume_upload.mjs"), endpoint, token, str(file), str(chunk)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


class BreakingNetwork:
    """A TCP relay to a port that breaks the connections which have carried so many bytes, each of `cuts` once."""

    def __init__(self, port: int, cuts: list[int], *, reset: bool) -> None:
        self._target, self._cuts, self._reset = port, cuts, reset
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.broken = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                phone, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._target))
            threading.Thread(target=self._carry_back, args=(server, phone), daemon=True).start()
            threading.Thread(target=self._carry, args=(phone, server), daemon=True).start()

    def _carry(self, phone: socket.socket, server: socket.socket) -> None:
        carried = 0
        try:
            while data := phone.recv(65_536):
                carried += len(data)
                if self._cuts and carried > self._cuts[0]:
                    server.sendall(data[: len(data) - (carried - self._cuts.pop(0))])
                    self.broken += 1
                    break
                server.sendall(data)
        except OSError:
            pass
        self._end(phone, server)

    def _carry_back(self, server: socket.socket, phone: socket.socket) -> None:
        try:
            while data := server.recv(65_536):
                phone.sendall(data)
        except OSError:
            pass
        self._end(phone, server)

    def _end(self, *sides: socket.socket) -> None:
        for side in sides:
            if self._reset:
                try:
                    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                except OSError:
                    continue
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
            side.close()
