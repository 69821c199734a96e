"""What a stream process can be told on its command line; the defaults are those of an installation."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Seconds between heartbeats of a silent stream, between ids of one that was told nothing, between looks at who may
    still be there; and the least milliseconds after which a client whose line was cut comes back.

    `most_waiting_kb`: what may wait for one reader; a station's largest burst fits in. Beyond it the line is cut, and
    the reader comes back with the last id they got.

    A board's id lives for an hour: whoever is told nothing at night must not begin anew after a cut in the morning.
    """

    heartbeat_s: float = 15.0
    mark_s: float = 240.0
    standing_s: float = 20.0
    retry_ms: int = 2_000
    most_waiting_kb: int = 1_024
