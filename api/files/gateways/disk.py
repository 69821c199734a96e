"""Bytes as files below one folder."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from api.files.gateways.port import BlobMissing, StoreDown

_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}-[0-9a-f]{16}")


class DiskStore:
    """One file per blob, two levels of folders, readable by this account only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, key: str, data: bytes) -> None:
        """Written beside, flushed to the disk, then renamed: under its key a blob is whole or not there."""
        path = self._path(key)
        draft = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
            _flush_folder(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise StoreDown(error.strerror) from None

    def get(self, key: str) -> bytes:
        """The bytes."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise BlobMissing(key) from None
        except OSError as error:
            raise StoreDown(error.strerror) from None

    def remove(self, keys: Iterable[str]) -> None:
        """Unlink; empty folders stay, there are 65,536 of them at most."""
        try:
            for key in keys:
                self._path(key).unlink(missing_ok=True)
        except OSError as error:
            raise StoreDown(error.strerror) from None

    def keys_before(self, moment: datetime) -> Iterator[str]:
        """Also removes drafts that a power cut left."""
        for path in self._folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            try:
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue
            if written >= moment:
                continue
            if path.suffix == ".part":
                path.unlink(missing_ok=True)
            elif _KEY.fullmatch(key := path.relative_to(self._folder).as_posix()):
                yield key

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a key of ours")
        return self._folder / key


def _flush_folder(folder: Path) -> None:
    # Without it a power cut can forget the name although the bytes are there.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
