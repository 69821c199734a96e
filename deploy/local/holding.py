"""One run per checkout: who holds `var/run/supervisor`, where it listens, and how to stop it."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.places import RUN

HOLDER = RUN / "supervisor"


class AddressBook:
    """Says who holds the lock; the lock itself is the kernel's, so a killed run holds nothing."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def __call__(self, address: str) -> None:
        text = json.dumps({"pid": os.getpid(), "address": address}).encode()
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, text, 0)


@contextmanager
def only_one_run() -> Iterator[AddressBook]:
    """Be the only supervisor of this checkout, or end by saying where the other one is."""
    RUN.mkdir(parents=True, exist_ok=True)
    handle = os.open(HOLDER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            other = running_supervisor() or {}
            where = other.get("address") or "still starting"
            raise SystemExit(
                f"Gridloop runs already from this checkout: {where} (pid {other.get('pid', '?')})"
            ) from None
        book = AddressBook(handle)
        book("")
        yield book
    finally:
        os.close(handle)


def running_supervisor() -> dict[str, object] | None:
    """The pid and address of the run that holds the lock; None when nobody does."""
    try:
        handle = os.open(HOLDER, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        found = json.loads(os.pread(handle, 4096, 0) or b"{}")
        return found if isinstance(found, dict) else {}
    finally:
        os.close(handle)
    return None


def stop_run(within_s: float = 60.0) -> None:
    """Stop the run of this checkout, as Ctrl-C would, and wait for it."""
    deadline = time.monotonic() + within_s
    other = running_supervisor()
    if other is not None and isinstance(pid := other.get("pid"), int):
        os.kill(pid, signal.SIGTERM)
    while running_supervisor() is not None:
        if time.monotonic() > deadline:
            raise SystemExit("The running supervisor does not stop.")
        time.sleep(0.1)
