"""Working days in mainland China: weekends, public holidays, and the weekends worked in exchange.

The State Council publishes each year's arrangement in the November before; `chinesecalendar` follows within days. For
a year it does not know yet the plain week decides, and whatever was counted through such a year is provisional.
"""

from datetime import date, timedelta
from typing import Protocol

from chinese_calendar.constants import holidays, workdays

_DAY = timedelta(days=1)
# A year's arrangement lists 20 to 33 days; a stray New Year's Day of the next year does not make that year known.
_FULL_YEAR = 15


class WorkCalendar(Protocol):
    """Which days are worked, and which years that is certain for."""

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day, as far as is known."""
        ...

    def is_published(self, year: int) -> bool:
        """Whether the year's arrangement is known."""
        ...


class PublishedCalendar:
    """The arrangements the installed `chinesecalendar` knows, the plain week elsewhere."""

    def __init__(self) -> None:
        years = [day.year for day in holidays]
        self._published = frozenset(year for year in set(years) if years.count(year) >= _FULL_YEAR)

    def is_working(self, day: date) -> bool:
        """Whether offices work on this day."""
        # Its own `is_workday` walks the whole table on every call; the tables themselves are plain dicts.
        return day in workdays or (day.weekday() < 5 and day not in holidays)

    def is_published(self, year: int) -> bool:
        """Whether the year's arrangement is known."""
        return year in self._published

    @property
    def published(self) -> frozenset[int]:
        """Every year whose arrangement is known."""
        return self._published


CHINA = PublishedCalendar()


def next_working(day: date, calendar: WorkCalendar) -> date:
    """`day` itself, or the first working day after it."""
    while not calendar.is_working(day):
        day += _DAY
    return day


def count_working(day: date, count: int, calendar: WorkCalendar) -> date:
    """The `count`-th working day after `day`, or before it for a negative count; 0 is `next_working`."""
    if count == 0:
        return next_working(day, calendar)
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not calendar.is_working(day):
            day += step
    return day


def is_certain(first: date, last: date, calendar: WorkCalendar) -> bool:
    """Whether every year from `first` to `last` is published."""
    return all(calendar.is_published(year) for year in range(first.year, last.year + 1))
