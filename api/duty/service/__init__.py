"""What can be done with duty."""

from api.duty.service.engagement import engage, release
from api.duty.service.periods import end_due_period
from api.duty.service.positions import record_positions
from api.duty.service.presence import go_off_duty, go_on_duty, own_state
from api.duty.service.profiles import refresh_on_duty, refresh_profiles
from api.duty.service.shifts import NewShift, begin_shift, cancel_shift, create_shift, edit_shift
from api.duty.service.tracking import keep_tracked
from api.duty.service.trail import TrailQuery, keep_partitions, read_trail

__all__ = [
    "NewShift",
    "TrailQuery",
    "begin_shift",
    "cancel_shift",
    "create_shift",
    "edit_shift",
    "end_due_period",
    "engage",
    "go_off_duty",
    "go_on_duty",
    "keep_partitions",
    "keep_tracked",
    "own_state",
    "read_trail",
    "record_positions",
    "refresh_on_duty",
    "refresh_profiles",
    "release",
]
