"""What live decides: the form of ids and frames, who is told of what, when somebody must begin anew."""

from api.live.rules.frames import HEARTBEAT, HEARTBEAT_S, MOST_WAIT_S, write_frame, write_retry
from api.live.rules.points import is_ahead, is_too_old, read_point, span_values, write_point
from api.live.rules.telling import STATION_SEES, collapse, concerns, gathered, sees_of, told_as

__all__ = [
    "HEARTBEAT",
    "HEARTBEAT_S",
    "MOST_WAIT_S",
    "STATION_SEES",
    "collapse",
    "concerns",
    "gathered",
    "is_ahead",
    "is_too_old",
    "read_point",
    "sees_of",
    "span_values",
    "told_as",
    "write_frame",
    "write_point",
    "write_retry",
]
