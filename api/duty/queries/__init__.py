"""What duty knows, read-only."""

from api.duty.queries.candidates import candidates_near, count_ready, last_positions
from api.duty.queries.live import live_members
from api.duty.queries.shifts import shift_by_id, shift_value, shifts_between, shifts_of
from api.duty.queries.trail import trail_of

__all__ = [
    "candidates_near",
    "count_ready",
    "last_positions",
    "live_members",
    "shift_by_id",
    "shift_value",
    "shifts_between",
    "shifts_of",
    "trail_of",
]
