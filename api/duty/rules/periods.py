"""How long duty and shifts last."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from api.duty.errors import ShiftTimes, UntilOutOfRange
from api.duty.types import Shift

# Somebody who forgets to go off duty must not be woken at three in the morning.
DEFAULT_DUTY = timedelta(hours=12)
LONGEST_DUTY = timedelta(hours=24)
LONGEST_SHIFT = timedelta(hours=24)
FARTHEST_SHIFT = timedelta(days=366)


def default_until(now: datetime, shifts: Iterable[Shift]) -> datetime:
    """When duty ends if nobody said: at the end of the first shift of the next hours, else after twelve hours."""
    ends = [
        shift.ends_at
        for shift in sorted(shifts, key=lambda shift: shift.starts_at)
        if shift.cancelled_at is None and shift.ends_at > now and shift.starts_at <= now + DEFAULT_DUTY
    ]
    return ends[0] if ends else now + DEFAULT_DUTY


def check_until(until: datetime, now: datetime) -> None:
    """Raise UntilOutOfRange for an end in the past or more than a day away."""
    if not now < until <= now + LONGEST_DUTY:
        raise UntilOutOfRange


def check_shift(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Raise ShiftTimes unless the shift ends after it starts, within 24 hours, after now and within a year."""
    lasts = ends_at - starts_at
    if not (timedelta(0) < lasts <= LONGEST_SHIFT and now < ends_at <= now + FARTHEST_SHIFT):
        raise ShiftTimes


def later_of(due: datetime | None, ends_at: datetime) -> datetime:
    """When duty ends for somebody already on duty whose shift begins: whoever said they stay longer, stays longer."""
    return ends_at if due is None else max(due, ends_at)
