"""What a store of bytes has to do. Keys are made by us, ASCII, and never used for two contents."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol


class BlobMissing(Exception):
    """There are no bytes under this key."""


class StoreDown(Exception):
    """The store cannot be reached, or has no room."""


class BlobStore(Protocol):
    """Put, get, remove, and list what is old."""

    def put(self, key: str, data: bytes) -> None:
        """Keep the bytes; when this returns they survive a power cut. Raises StoreDown."""

    def get(self, key: str) -> bytes:
        """The bytes; raises BlobMissing or StoreDown."""

    def remove(self, keys: Iterable[str]) -> None:
        """Let go of the bytes; a key that is not there is no fault. Raises StoreDown."""

    def keys_before(self, moment: datetime) -> Iterator[str]:
        """Every key that was put before `moment`."""
