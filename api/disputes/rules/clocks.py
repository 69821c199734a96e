"""When a state is overdue, and when each rung of the ladder hears of it. Working days only; nobody is told at night."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.followups.rules.schedule import start_of, station_day
from api.followups.rules.working_days import WorkCalendar, count_working, next_working

_OFFICE_OPENS = timedelta(hours=8, minutes=30)
TOP_RUNG = 3


def deadline(now: datetime, working_days: int, calendar: WorkCalendar) -> datetime:
    """The end of the n-th working day after today; 0 is the end of today or of the next working day."""
    return start_of(count_working(station_day(now), working_days, calendar) + timedelta(days=1))


def tell_at(due_at: datetime, nag: int, climbs: Sequence[int], calendar: WorkCalendar) -> datetime:
    """When the people of the nag-th reminder are told: at opening time of a working day after the deadline.

    The first goes to whoever owns the step, the next ones up the ladder; at its top the last distance repeats.
    """
    rungs = (0, *climbs)
    last = len(rungs) - 1
    step = rungs[last] - rungs[last - 1] if last else 1
    days = rungs[nag] if nag <= last else rungs[last] + step * (nag - last)
    # Counted from the first working day: over a weekend the next rung would hear in the same minute as the first.
    first = next_working(station_day(due_at), calendar)
    return start_of(count_working(first, days, calendar)) + _OFFICE_OPENS


def rung_of(nag: int) -> int:
    """Which rung the nag-th reminder reaches."""
    return min(nag, TOP_RUNG)
