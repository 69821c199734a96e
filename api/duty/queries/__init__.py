"""What duty knows, read-only."""

from api.duty.queries.candidates import MAX_CANDIDATES, candidates_near, count_ready, last_positions
from api.duty.queries.live import live_members
from api.duty.queries.people import people_board
from api.duty.queries.present import people_on_duty
from api.duty.queries.shifts import shift_by_id, shift_value, shifts_between, shifts_of
from api.duty.queries.trail import newest_fixes, trail_of

__all__ = [
    "MAX_CANDIDATES",
    "candidates_near",
    "count_ready",
    "last_positions",
    "live_members",
    "newest_fixes",
    "people_board",
    "people_on_duty",
    "shift_by_id",
    "shift_value",
    "shifts_between",
    "shifts_of",
    "trail_of",
]
