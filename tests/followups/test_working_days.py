"""Working-day arithmetic, against the published arrangements and on any calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.followups.rules.working_days import CHINA, count_working, is_certain, next_working
from tests.followups.calendars import DAYS, PlainWeek

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # a Saturday worked in exchange for the Spring Festival
        (date(2026, 2, 17), False),  # New Year's Day of the lunar year, a Tuesday
        (date(2026, 2, 28), True),  # another worked Saturday
        (date(2026, 10, 1), False),
        (date(2026, 11, 23), True),  # a plain Monday
        (date(2026, 11, 22), False),  # a plain Sunday
    ],
)
def test_published_days_are_known(day: date, works: bool) -> None:
    assert CHINA.is_working(day) is works


def test_an_unpublished_year_falls_back_to_the_plain_week_and_says_so() -> None:
    unknown = max(CHINA.published) + 1
    assert not CHINA.is_published(unknown)
    new_year = date(unknown, 1, 1)
    assert CHINA.is_working(new_year) is (new_year.weekday() < 5)
    assert not is_certain(date(unknown - 1, 12, 30), date(unknown, 1, 2), CHINA)
    assert is_certain(date(unknown - 1, 1, 4), date(unknown - 1, 12, 30), CHINA)


def test_seven_working_days_over_the_spring_festival_take_sixteen() -> None:
    # 12 February 2026 + 7: 13th, worked Saturday 14th, then 24th to 27th, worked Saturday 28th.
    assert count_working(date(2026, 2, 12), 7, CHINA) == date(2026, 2, 28)


@settings(max_examples=40)
@given(day=DAYS, count=st.integers(1, 40))
def test_counting_forth_passes_exactly_that_many_working_days(day: date, count: int) -> None:
    end = count_working(day, count, PlainWeek())
    between = [day + timedelta(days=step) for step in range(1, (end - day).days + 1)]
    assert sum(PlainWeek().is_working(each) for each in between) == count
    assert PlainWeek().is_working(end)


@settings(max_examples=40)
@given(day=DAYS, count=st.integers(1, 40))
def test_counting_forth_and_back_returns_to_a_working_day(day: date, count: int) -> None:
    start = next_working(day, PlainWeek())
    assert count_working(count_working(start, count, PlainWeek()), -count, PlainWeek()) == start


@settings(max_examples=40)
@given(day=DAYS)
def test_the_next_working_day_is_the_first(day: date) -> None:
    found = next_working(day, CHINA)
    assert CHINA.is_working(found)
    assert not any(CHINA.is_working(day + timedelta(days=step)) for step in range((found - day).days))
