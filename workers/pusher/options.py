"""What a pusher can be told on its command line."""

from dataclasses import dataclass
from datetime import timedelta

from api.notifications.gateways.port import DEADLINE_S


@dataclass(frozen=True)
class Options:
    """Timings and widths. The lease must outlast a call, or two senders would call about one message."""

    lease_s: float = 20.0
    # A lease younger than this is renewed by nobody: the claim itself was the check.
    fresh_s: float = 1.0
    deadline_s: float = DEADLINE_S
    poll_s: float = 1.0
    sweep_s: float = 5.0
    beat_s: float = 5.0
    drain_s: float = 20.0
    # Calls in flight per lane: as many as fit on the connections of the push transport, a hundred on each.
    urgent_width: int = 200
    bulk_width: int = 2_000
    sms_width: int = 16
    metrics_port: int = 0  # Prometheus, on loopback; 0 serves none

    def __post_init__(self) -> None:
        if self.lease_s < 1.5 * self.deadline_s:
            raise ValueError(f"a lease of {self.lease_s} s is too short for calls of {self.deadline_s} s")

    @property
    def lease(self) -> timedelta:
        """The lease as the database takes it."""
        return timedelta(seconds=self.lease_s)
