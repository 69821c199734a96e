"""How a call can end."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

# FCM's answers are of a few hundred bytes, its errors of a few thousand.
LARGEST_BODY = 65_535
Fields = Sequence[tuple[bytes, bytes]]


class NotTaken(Exception):
    """The request was not sent, or the server said that it did nothing with it. `reason`: one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unanswered(Exception):
    """The request was sent, and what became of it is unknown. `reason`: one word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Answer:
    """A whole answer, its body as it came."""

    status: int
    fields: Fields
    raw: bytes

    def field(self, name: bytes) -> bytes:
        """The first value of a header in small letters; empty when there is none."""
        return next((value for key, value in self.fields if key == name), b"")

    @property
    def body(self) -> bytes:
        """The body, unzipped; of one that is larger unzipped than any real one, the beginning."""
        if self.field(b"content-encoding") not in (b"gzip", b"x-gzip"):
            return self.raw
        try:
            return zlib.decompressobj(wbits=31).decompress(self.raw, LARGEST_BODY)
        except zlib.error:
            return b""
