"""A lock between processes of this checkout, freed by the kernel however its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.places import VAR, make_var


@contextmanager
def hold_lock(name: str) -> Iterator[None]:
    """Wait for and hold the lock of this name (an advisory lock on `var/lock/<name>`)."""
    folder = VAR / "lock"
    make_var()
    folder.mkdir(exist_ok=True)
    handle = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
