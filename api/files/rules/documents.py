"""Which PDFs are kept. A PDF cannot be made anew without losing what it says, so it is looked through instead.

It is only ever given out as a download, never shown inside a page of ours.
"""

import re
import zlib

from api.files.errors import DocumentRefused

# What acts, or carries another file; `#4a` stands for a letter in a name, so names are compared after unescaping.
_ACTIVE = re.compile(
    rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToE|GoToR|Movie|Sound)"
    rb"(?=[\s/<>\[\](){}%\0]|$)"
)
_LOCKED = re.compile(rb"/Encrypt(?=[\s/<>\[\](){}%\0]|$)")
_OBJECT_STREAM = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9a-fA-F]{2})")
_END = b"%%EOF"
MOST_INFLATED = 64 * 1024 * 1024


def check_document(data: bytes) -> None:
    """Raise DocumentRefused unless this is one whole, open, passive PDF and nothing besides."""
    end = data.rfind(_END)
    if end < 0 or b"startxref" not in data:
        raise DocumentRefused(reason="damaged")
    if data[end + len(_END) :].strip(b"\r\n \t\0"):
        raise DocumentRefused(reason="appended")
    _check_names(data)
    left = MOST_INFLATED
    # Names may also stand inside compressed object streams.
    for start in _OBJECT_STREAM.finditer(data):
        inner = _inflate(data[start.end() :], left)
        left -= len(inner)
        if left <= 0:
            raise DocumentRefused(reason="inflates")
        _check_names(inner)


def _check_names(data: bytes) -> None:
    plain = _ESCAPE.sub(lambda found: bytes([int(found.group(1), 16)]), data)
    if _LOCKED.search(plain):
        raise DocumentRefused(reason="locked")
    if found := _ACTIVE.search(plain):
        raise DocumentRefused(reason=found.group(1).decode())


def _inflate(data: bytes, most: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, most)
    except zlib.error:
        raise DocumentRefused(reason="damaged") from None
