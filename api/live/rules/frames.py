"""Events as lines of `text/event-stream`."""

from api.live.types import LiveEvent

# A comment: it keeps proxies from closing the line, and shows both ends whether the other is there.
HEARTBEAT = b":\n\n"
HEARTBEAT_S = 15
# Below what phones and proxies let a silent request live.
MOST_WAIT_S = 50


def write_frame(event: LiveEvent, data: bytes, event_id: str | None = None) -> bytes:
    """One event; `data` is JSON on one line. Without an id the client keeps the one it has."""
    named = b"" if event_id is None else b"id: " + event_id.encode() + b"\n"
    return b"event: " + event.value.encode() + b"\n" + named + b"data: " + data + b"\n\n"


def write_retry(milliseconds: int) -> bytes:
    """After how long a client whose line was cut comes back."""
    return b"retry: " + str(milliseconds).encode() + b"\n\n"
