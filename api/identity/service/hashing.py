"""Password hashes: argon2id with 64 MiB each, so only a few at a time."""

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from api.kernel.errors import Unavailable

_HASHER = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=2)
# Two hashes fill two cores; a third would only make all three slower, and forty would take the machine's memory.
_SLOTS = threading.BoundedSemaphore(2)
_PATIENCE_S = 1.0
# The hash of a password nobody has: an unknown username costs as much to refuse as a known one.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=2$VsN+OXkobqIA+Q+u/vBGMg$ATOaaLcY7+tAm3jHxnNg7H5SpcJMIMn92VotNC4m720"


def hash_password(password: str) -> str:
    """The encoded hash to store."""
    with _slot():
        return _HASHER.hash(_normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; takes as long when there is none stored."""
    with _slot():
        try:
            return _HASHER.verify(stored or _NOBODY, _normal(password)) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


@contextmanager
def _slot() -> Iterator[None]:
    # Waiting callers hold a database connection: give up soon, rather than let password guessers hold them all.
    if not _SLOTS.acquire(timeout=_PATIENCE_S):
        raise Unavailable(retry_after=1)
    try:
        yield
    finally:
        _SLOTS.release()


def _normal(password: str) -> str:
    # A keyboard may compose the same letters differently; the hash must not care.
    return unicodedata.normalize("NFKC", password)
