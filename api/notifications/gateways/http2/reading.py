"""Bytes into frames: cut at their ends, their sizes checked, header blocks put together."""

from collections.abc import Iterator
from dataclasses import dataclass

from api.notifications.gateways.http2.frames import (
    CONTINUATION,
    END_HEADERS,
    HEAD,
    HEAD_SIZE,
    HEADERS,
    LARGEST_FRAME,
    LAST_STREAM,
    Broken,
    Code,
    unwrap,
)

LARGEST_BLOCK = 65_536
Frame = tuple[int, int, int, bytes]
"""Kind, flags, stream, payload; a HEADERS frame has its whole block and neither padding nor priority."""


@dataclass
class _Block:
    """A header block whose end is still to come."""

    number: int
    flags: int
    content: bytes


class FrameReader:
    """Takes what the network gives, in whatever pieces."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._block: _Block | None = None

    def read(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole by now; raises Broken."""
        buffer, at = self._buffer, 0
        buffer += data
        end = len(buffer)
        try:
            while end - at >= HEAD_SIZE:
                high, low, kind, flags, number = HEAD.unpack_from(buffer, at)
                size = high << 8 | low
                if size > LARGEST_FRAME:
                    raise Broken(Code.FRAME_SIZE_ERROR, "larger than we take")
                if end - at - HEAD_SIZE < size:
                    break
                payload = bytes(buffer[at + HEAD_SIZE : at + HEAD_SIZE + size])
                at += HEAD_SIZE + size
                if kind in (HEADERS, CONTINUATION) or self._block is not None:
                    whole = self._gather(kind, flags, number & LAST_STREAM, payload)
                    if whole is not None:
                        yield whole
                else:
                    yield kind, flags, number & LAST_STREAM, payload
        finally:
            del buffer[:at]

    def _gather(self, kind: int, flags: int, number: int, payload: bytes) -> Frame | None:
        block = self._block
        if block is None:
            if kind == CONTINUATION:
                raise Broken(Code.PROTOCOL_ERROR, "the end of no header block")
            block = _Block(number, flags, unwrap(HEADERS, flags, payload))
        elif kind != CONTINUATION or number != block.number:
            raise Broken(Code.PROTOCOL_ERROR, "something inside a header block")
        else:
            block.content += payload
        if len(block.content) > LARGEST_BLOCK:
            raise Broken(Code.ENHANCE_YOUR_CALM, "endless headers")
        if not flags & END_HEADERS:
            self._block = block
            return None
        self._block = None
        return HEADERS, block.flags, number, block.content
