"""From bytes to a prepared file: examined, cleaned, sealed, put into the store. Needs no transaction, and no database.

A crash after this leaves bytes that no row names; the daily sweep removes them.
"""

import hashlib
import os
from contextlib import suppress

from api.files.gateways.depot import depot
from api.files.gateways.port import StoreDown
from api.files.rules.documents import check_document
from api.files.rules.sniffing import examine
from api.files.rules.tus import clean_name
from api.files.service.images import develop
from api.files.types import Capture, MediaType, NewFile, PreparedFile, Sniffed
from api.kernel.errors import Unavailable
from api.plumbing.crypto import keyring


def prepare_file(new: NewFile) -> PreparedFile:
    """Examine, clean and store the bytes; raises what is wrong with them, or Unavailable when the store is down.

    Takes up to a second for a large photo: call it before a transaction is open where you can.
    """
    found = examine(new.data, new.purpose)
    if found.media_type is MediaType.PDF:
        return _prepare_document(new, found)
    developed = develop(new.data, found)
    blob, stored = put_blob(developed.data)
    thumbnail, stored_thumbnail = put_blob(developed.thumbnail)
    return PreparedFile(
        source=_without_bytes(new),
        media_type=developed.media_type,
        source_sha256=hashlib.sha256(new.data).digest(),
        sha256=hashlib.sha256(developed.data).digest(),
        size=len(developed.data),
        stored_bytes=stored + stored_thumbnail,
        blob=blob,
        thumbnail=thumbnail,
        width=developed.width,
        height=developed.height,
        capture=developed.capture,
    )


def _prepare_document(new: NewFile, found: Sniffed) -> PreparedFile:
    check_document(new.data)
    digest = hashlib.sha256(new.data).digest()
    blob, stored = put_blob(new.data)
    return PreparedFile(
        source=_without_bytes(new),
        media_type=found.media_type,
        source_sha256=digest,
        sha256=digest,
        size=len(new.data),
        stored_bytes=stored,
        blob=blob,
        thumbnail=None,
        width=None,
        height=None,
        capture=Capture(),
    )


def drop_prepared(prepared: PreparedFile) -> None:
    """Take back the bytes of a file that gets no row; where the store does not answer, the daily sweep will."""
    with suppress(StoreDown):
        depot.store.remove(key for key in (prepared.blob, prepared.thumbnail) if key is not None)


def put_blob(data: bytes) -> tuple[str, int]:
    """Seal and keep the bytes; returns their key and how much room they take.

    The key begins with the digest, so that a blob can be told from its name, and ends with chance: two rows never share
    a blob, and removing one needs no question about the others.
    """
    digest = hashlib.sha256(data).hexdigest()
    key = f"{digest[:2]}/{digest[2:4]}/{digest}-{os.urandom(8).hex()}"
    sealed = keyring.seal(data, _context(key))
    try:
        depot.store.put(key, sealed)
    except StoreDown:
        raise Unavailable(retry_after=30) from None
    return key, len(sealed)


def get_blob(key: str) -> bytes:
    """The bytes under a key; raises BlobMissing, Unavailable, or InvalidTag when they were altered or exchanged."""
    try:
        sealed = depot.store.get(key)
    except StoreDown:
        raise Unavailable(retry_after=5) from None
    return keyring.open(sealed, _context(key))


def _context(key: str) -> str:
    return f"files/{key}"


def _without_bytes(new: NewFile) -> NewFile:
    return NewFile(b"", new.declared_type[:100], new.purpose, new.owner_kind, new.owner_id, clean_name(new.name),
                   new.station_id, new.uploaded_by)  # fmt: skip
