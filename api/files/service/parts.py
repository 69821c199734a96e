"""The bytes of unfinished uploads: one file each, written where the row says the next byte belongs.

They lie open, for days at most, in a folder only this account can read: a photo is made anew when the last byte is
there, and sealed then.
"""

import os
from pathlib import Path
from uuid import UUID

from api.files.gateways.depot import depot
from api.kernel.errors import Unavailable


def write_part(upload_id: UUID, offset: int, data: bytes) -> None:
    """Put the bytes at their offset; when this returns they survive a power cut. Raises Unavailable on a full disk."""
    path = _path(upload_id)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            view = memoryview(data)
            while view:
                written = os.pwrite(handle, view, offset)
                view, offset = view[written:], offset + written
            os.fdatasync(handle)
        finally:
            os.close(handle)
    except OSError:
        raise Unavailable(retry_after=30) from None


def part_length(upload_id: UUID) -> int:
    """How many bytes there are; 0 without a file."""
    try:
        return _path(upload_id).stat().st_size
    except OSError:
        return 0


def read_part(upload_id: UUID, length: int) -> bytes:
    """The first `length` bytes; raises Unavailable when the disk does not give them."""
    try:
        with _path(upload_id).open("rb") as file:
            return file.read(length)
    except OSError:
        raise Unavailable(retry_after=30) from None


def drop_part(upload_id: UUID) -> None:
    """Remove the bytes; none is no fault."""
    _path(upload_id).unlink(missing_ok=True)


def part_ids() -> list[UUID]:
    """Every upload that has bytes here."""
    return [UUID(path.stem) for path in depot.parts.glob("*.part") if _is_id(path.stem)]


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _path(upload_id: UUID) -> Path:
    return depot.parts / f"{upload_id}.part"
