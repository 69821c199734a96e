"""The quick provider as a child process, and what a pusher needs to know to send to it."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.running import ROOT
from tests.pusher.servers import make_certificate
from tests.sandboxes import RunningFcm, start_fcm

PATIENCE_S = 240.0


class QuickProvider:
    """Its address, and its side door."""

    def __init__(self, folder: Path, fcm: RunningFcm) -> None:
        self.certificate, key = make_certificate(folder)
        ports = folder / "quick.json"
        command = [sys.executable, "-m", "bench.quick", str(self.certificate), str(key), str(ports)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE)
        while not ports.exists():
            if self._process.poll() is not None:
                raise SystemExit("the quick provider did not start")
            time.sleep(0.02)
        port, door = json.loads(ports.read_text())
        self._door = socket.create_connection(("127.0.0.1", door)).makefile("rw")
        self.base_url = f"https://127.0.0.1:{port}"
        # The strict stand-in gives the access tokens; nothing else goes there.
        self.settings = {
            "GRIDLOOP_FCM_BASE_URL": self.base_url,
            "GRIDLOOP_FCM_CREDENTIALS": str(fcm.service_account),
            "GRIDLOOP_TWILIO_BASE_URL": "http://127.0.0.1:9",  # nobody listens there: no text may be sent
            "SSL_CERT_FILE": str(self.certificate),
        }

    def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order; what was taken so far."""
        self._door.write(json.dumps(order) + "\n")
        self._door.flush()
        found: dict[str, Any] = json.loads(self._door.readline())
        return found

    def wait_for(self, count: int) -> dict[str, Any]:
        """Until so many different messages were taken."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := self.ask())["distinct"] < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"{count - found['distinct']} of {count} messages were not handed over")
            time.sleep(0.02)
        return found

    def wait_for_urgent(self, count: int) -> float:
        """When the last of so many urgent ones was handed over; they are forgotten then."""
        deadline = time.monotonic() + PATIENCE_S
        while len(urgent := self.ask()["urgent"]) < count:
            if time.monotonic() > deadline:
                raise SystemExit("an urgent message was not handed over")
            time.sleep(0.005)
        self.ask(forget_urgent=1)
        return float(max(urgent.values()))

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


@contextmanager
def quick_provider(folder: Path) -> Iterator[QuickProvider]:
    """A running one."""
    with start_fcm(folder / "fcm") as fcm:
        provider = QuickProvider(folder, fcm)
        try:
            yield provider
        finally:
            provider.close()
