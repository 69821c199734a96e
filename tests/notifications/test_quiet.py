"""Quiet hours against a model that looks at the wall clock minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from api.notifications.rules.quiet import quiet_until
from api.notifications.types import QuietHours

pytestmark = pytest.mark.unit
MINUTE = timedelta(minutes=1)
ZONES = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Europe/London")


@cache
def walls(zone: str, day: date) -> list[tuple[datetime, datetime]]:
    """Every minute of three days around a day, and what the clock on the wall shows then."""
    first = datetime.combine(day - timedelta(days=3), time(0), UTC)
    moments = [first + n * MINUTE for n in range(7 * 1440)]
    return [(moment, moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)) for moment in moments]


def model(hours: QuietHours, moment: datetime) -> datetime | None:
    """By scanning: from the first minute that shows the beginning or later, to the last before the end."""
    shown = walls(hours.zone, moment.date())
    end = None
    for back in (2, 1, 0):
        day = moment.astimezone(ZoneInfo(hours.zone)).date() - timedelta(days=back)
        if not hours.days >> day.weekday() & 1:
            continue
        last_day = day if hours.starts < hours.ends else day + timedelta(days=1)
        begins = next(at for at, wall in shown if wall >= datetime.combine(day, hours.starts))
        ends = max(at for at, wall in shown if wall < datetime.combine(last_day, hours.ends)) + MINUTE
        if begins <= (end or moment) < ends:
            end = ends
    return end


# Days with a change of clocks in one of the zones, ends of months, a leap day, a new year, and Samoa's missing day.
DAYS = tuple(
    date.fromisoformat(text)
    for text in (
        "2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04", "2011-12-30", "2011-12-31",
        "2026-02-28", "2028-02-29", "2026-12-31", "2027-01-01", "2026-06-15",
    )
)  # fmt: skip
clocks = st.builds(time, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 59)))
hours_of_any = st.tuples(clocks, clocks, st.sampled_from(ZONES), st.integers(1, 127)).filter(lambda x: x[0] != x[1])
moments = st.builds(
    lambda day, minute: datetime.combine(day, time(0), UTC) + minute * MINUTE,
    st.sampled_from(DAYS),
    st.integers(0, 1439),
)


@settings(max_examples=400, deadline=None)
@given(hours_of_any, moments)
@example((time(22), time(7), "Asia/Shanghai", 127), datetime(2026, 12, 31, 20, tzinfo=UTC))
@example((time(1, 30), time(2, 30), "America/New_York", 127), datetime(2026, 3, 8, 6, 45, tzinfo=UTC))
@example((time(23), time(1, 30), "America/New_York", 127), datetime(2026, 11, 1, 6, 15, tzinfo=UTC))
def test_quiet_hours_are_what_the_wall_clock_says(given: tuple, moment: datetime) -> None:
    hours = QuietHours(*given)
    assert quiet_until(hours, moment) == model(hours, moment)


@settings(max_examples=200, deadline=None)
@given(hours_of_any, moments)
def test_when_they_end_it_is_not_quiet(given: tuple, moment: datetime) -> None:
    hours = QuietHours(*given)
    until = quiet_until(hours, moment)
    if until is not None:
        assert moment < until <= moment + timedelta(days=2)
        assert quiet_until(hours, until) is None


NIGHT = QuietHours(time(22), time(7), "Asia/Shanghai")


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-30 21:59", None),
        ("2026-11-30 22:00", "2026-12-01 07:00"),
        ("2026-12-01 06:59", "2026-12-01 07:00"),
        ("2026-12-01 07:00", None),
        ("2026-12-31 23:30", "2027-01-01 07:00"),
    ],
)
def test_over_midnight_and_the_end_of_a_month(moment: str, until: str | None) -> None:
    assert quiet_until(NIGHT, shanghai(moment)) == (shanghai(until) if until else None)


def test_days_are_those_on_which_they_begin() -> None:
    friday = QuietHours(time(22), time(7), "Asia/Shanghai", days=0b0010000)
    assert quiet_until(friday, shanghai("2026-11-28 03:00")) == shanghai("2026-11-28 07:00")  # Saturday's small hours
    assert quiet_until(friday, shanghai("2026-11-28 23:00")) is None
