"""Reading the headers of tus 1.0.

What is spoken: core, creation, creation-with-upload, expiration, checksum, termination.
"""

import hashlib
from base64 import b64decode
from datetime import timedelta

from api.files.errors import ChecksumUnknown, UploadHeader
from api.files.rules.sniffing import check_length
from api.files.types import Checksum, NewUpload, Purpose

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
ALGORITHMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}  # sha1 is required by the protocol
CONTENT_TYPE = "application/offset+octet-stream"
# Since the last byte came: a phone that was in a dead valley over the weekend goes on where it was.
LIFE = timedelta(days=3)
_LONGEST_METADATA = 4_096
_NAME_LENGTH = 200


def read_length(text: str | None, header: str) -> int:
    """A non-negative number of bytes; raises UploadHeader."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise UploadHeader(header=header)
    return int(text)


def read_new(length: str | None, deferred: str | None, metadata: str) -> NewUpload:
    """An upload as its creation announces it."""
    if deferred is not None:
        # How large it will be decides whether there is room for it, so it has to be told first.
        raise UploadHeader(header="Upload-Defer-Length")
    size = read_length(length, "Upload-Length")
    check_length(size)
    if size == 0:
        raise UploadHeader(header="Upload-Length")
    told = read_metadata(metadata)
    try:
        purpose = Purpose(told.get("purpose", Purpose.PHOTO.value))
    except ValueError:
        raise UploadHeader(header="Upload-Metadata") from None
    declared = told.get("filetype", "") or told.get("type", "")
    return NewUpload(size, purpose, clean_name(told.get("filename", "") or told.get("name", "")), declared[:100])


def read_metadata(header: str) -> dict[str, str]:
    """`key base64, key base64`; raises UploadHeader for anything else."""
    if len(header) > _LONGEST_METADATA:
        raise UploadHeader(header="Upload-Metadata")
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, encoded = pair.partition(" ")
        try:
            value = b64decode(encoded, validate=True).decode()
        except ValueError:  # no base64, letters that no base64 has, or no text inside
            raise UploadHeader(header="Upload-Metadata") from None
        if key in found or not key.isascii():
            raise UploadHeader(header="Upload-Metadata")
        found[key] = value
    return found


def read_checksum(header: str | None) -> Checksum | None:
    """`algorithm base64`; raises ChecksumUnknown or UploadHeader."""
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    if algorithm not in ALGORITHMS:
        raise ChecksumUnknown
    try:
        digest = b64decode(encoded, validate=True)
    except ValueError:
        raise UploadHeader(header="Upload-Checksum") from None
    if len(digest) != ALGORITHMS[algorithm]().digest_size:
        raise UploadHeader(header="Upload-Checksum")
    return Checksum(algorithm, digest)


def adds_up(data: bytes, checksum: Checksum) -> bool:
    """Whether the bytes are those of the checksum."""
    return ALGORITHMS[checksum.algorithm](data).digest() == checksum.digest


def clean_name(name: str) -> str:
    """A file's name for showing: no folders, nothing that is not a letter on a screen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip(" .")[:_NAME_LENGTH]
