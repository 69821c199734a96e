"""Header blocks. hpack does the work; what it did is remembered as long as it would come out the same again."""

from collections.abc import Iterable

from hpack import Decoder, Encoder, HPACKError

from api.notifications.gateways.http2.answers import Fields
from api.notifications.gateways.http2.frames import Broken, Code

LARGEST_TABLE = 4_096
KEPT_BLOCKS = 64
# A literal without indexing, its name the 28th of the static table: content-length.
_LENGTH = b"\x0f\x0d"


class RequestHeaders:
    """Our side. Everything but the length is the same in every request, and after the first one a few bytes of index.

    The access token is put into the table as well: nobody but us writes on this connection, so there is no stranger's
    text it could be compared with.
    """

    def __init__(self) -> None:
        self._encoder = Encoder()
        self._known: tuple[Fields, bytes] | None = None

    def encode(self, fields: Fields, length: int) -> bytes:
        """The block of a request with a body of `length` bytes. `fields` is recognised by identity."""
        digits = b"%d" % length
        tail = _LENGTH + bytes((len(digits),)) + digits
        if self._known is not None and self._known[0] is fields:
            return self._known[1] + tail
        table = self._encoder.header_table
        before, resized = list(table.dynamic_entries), table.resized
        block: bytes = self._encoder.encode(fields)
        # A table too small for all of it changes with every block; then no block may be used twice.
        same = list(table.dynamic_entries) == before and not resized
        self._known = (fields, block) if same else None
        return block + tail

    def resize(self, size: int) -> None:
        """The server's table holds so many bytes from now on."""
        self._encoder.header_table_size = min(size, LARGEST_TABLE)
        self._known = None


class AnswerHeaders:
    """The server's side."""

    def __init__(self) -> None:
        self._decoder = Decoder(max_header_list_size=65_536)
        self._known: dict[bytes, Fields] = {}

    def decode(self, block: bytes) -> Fields:
        """The fields of a block; raises Broken."""
        if (known := self._known.get(block)) is not None:
            return known
        before = self._state()
        try:
            fields = [(bytes(name), bytes(value)) for name, value in self._pairs(block)]
        except HPACKError as error:
            raise Broken(Code.COMPRESSION_ERROR, type(error).__name__) from error
        after = self._state()
        same = before == after and before[2] is after[2]
        if not same or len(self._known) >= KEPT_BLOCKS:
            self._known.clear()
        if same:
            self._known[block] = fields
        return fields

    def _pairs(self, block: bytes) -> Iterable[tuple[bytes, bytes]]:
        pairs: Iterable[tuple[bytes, bytes]] = self._decoder.decode(block, raw=True)
        return pairs

    def _state(self) -> tuple[int, int, object]:
        # Whatever is added becomes the first entry, as a new object; what is only looked up changes nothing.
        entries = self._decoder.header_table.dynamic_entries
        return self._decoder.header_table_size, len(entries), entries[0] if entries else None


def status_of(fields: Fields) -> int:
    """The status of an answer; raises Broken."""
    status = next((value for name, value in fields if name == b":status"), b"")
    if len(status) != 3 or not status.isdigit():
        raise Broken(Code.PROTOCOL_ERROR, "an answer without a status")
    return int(status)
