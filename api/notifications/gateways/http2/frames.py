"""Frames: nine bytes of head and a payload (RFC 9113, 4 and 6)."""

import struct
from enum import IntEnum

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEAD = struct.Struct(">HBBBI")
HEAD_SIZE = HEAD.size
# What we take; nobody may send more unless told so.
LARGEST_FRAME = 16_384
FIRST_WINDOW = 65_535
LARGEST_WINDOW = LAST_STREAM = 2**31 - 1
_SETTING = struct.Struct(">HI")
_NUMBER = struct.Struct(">I")
_GOAWAY = struct.Struct(">II")

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
WITH_PRIORITY = 0x20


class Code(IntEnum):
    """Why a stream or a connection ended."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    FLOW_CONTROL_ERROR = 3
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    CANCEL = 8
    COMPRESSION_ERROR = 9
    ENHANCE_YOUR_CALM = 11


class Setting(IntEnum):
    """The settings either side announces."""

    HEADER_TABLE_SIZE = 1
    ENABLE_PUSH = 2
    MAX_CONCURRENT_STREAMS = 3
    INITIAL_WINDOW_SIZE = 4
    MAX_FRAME_SIZE = 5


class Broken(Exception):
    """The other side does not keep to the protocol; the connection ends. `code`: what it is told."""

    def __init__(self, code: Code, why: str) -> None:
        super().__init__(f"{code.name}: {why}")
        self.code = code


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame as it goes over the wire."""
    size = len(payload)
    return HEAD.pack(size >> 8, size & 0xFF, kind, flags, stream) + payload


def settings_frame(settings: dict[Setting, int]) -> bytes:
    """Our settings."""
    return frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(*pair) for pair in settings.items()))


def number_frame(kind: int, stream: int, number: int) -> bytes:
    """A frame that holds one number: WINDOW_UPDATE or RST_STREAM."""
    return frame(kind, 0, stream, _NUMBER.pack(number))


def goaway_frame(code: Code) -> bytes:
    """We end the connection; no stream of the server's was ever looked at."""
    return frame(GOAWAY, 0, 0, _GOAWAY.pack(0, code))


def read_settings(payload: bytes) -> list[tuple[int, int]]:
    """(setting, value) in order; unknown settings included. Raises Broken."""
    if len(payload) % _SETTING.size:
        raise Broken(Code.FRAME_SIZE_ERROR, "settings cut short")
    return list(_SETTING.iter_unpack(payload))


def read_number(payload: bytes) -> int:
    """The number of a frame that holds one, its reserved bit left out. Raises Broken."""
    if len(payload) != _NUMBER.size:
        raise Broken(Code.FRAME_SIZE_ERROR, "not a number")
    return int(_NUMBER.unpack(payload)[0]) & LARGEST_WINDOW


def read_goaway(payload: bytes) -> tuple[int, int]:
    """(the last stream looked at, why). Raises Broken."""
    if len(payload) < _GOAWAY.size:
        raise Broken(Code.FRAME_SIZE_ERROR, "a goaway cut short")
    last, code = _GOAWAY.unpack_from(payload)
    return last & LAST_STREAM, code


def unwrap(kind: int, flags: int, payload: bytes) -> bytes:
    """The content of a DATA or HEADERS frame without padding and priority. Raises Broken."""
    start, end = 0, len(payload)
    if flags & PADDED:
        if not payload:
            raise Broken(Code.FRAME_SIZE_ERROR, "padding cut short")
        start, end = 1, end - payload[0]
    if kind == HEADERS and flags & WITH_PRIORITY:
        start += 5
    if end < start:
        raise Broken(Code.PROTOCOL_ERROR, "more padding than payload")
    return payload[start:end]


def widened(window: int, more: int) -> int:
    """A window after an update. Raises Broken."""
    if not more:
        raise Broken(Code.PROTOCOL_ERROR, "a window update of nothing")
    if window + more > LARGEST_WINDOW:
        raise Broken(Code.FLOW_CONTROL_ERROR, "a window too large")
    return window + more
