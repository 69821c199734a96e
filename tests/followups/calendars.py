"""Calendars and values for the property tests."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from api.followups.types import DayRule, Mode, Step, StepUnit

DAYS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
_FROM, _TO = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2024, 2028))
MOMENTS = st.integers(_FROM, _TO).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


class PlainWeek:
    """Monday to Friday, every year published."""

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5

    def is_published(self, year: int) -> bool:
        return True


@st.composite
def a_step(draw, least: int = 0) -> Step:
    """Any step a template may hold, `least` or more from the settlement."""
    unit = draw(st.sampled_from(StepUnit))
    offset = least + draw(st.integers(0, 60))
    first = draw(st.integers(1, 5))
    second = first + draw(st.integers(1, 5))
    return Step(
        offset=offset,
        mode=draw(st.sampled_from(Mode)),
        unit=unit,
        days=draw(st.sampled_from(DayRule)),
        before=draw(st.integers(0, min(offset, 5))),
        after=draw(st.integers(1 if unit is StepUnit.HOUR else 0, 5)),
        climbs=(first, second, second + draw(st.integers(1, 5))),
        remind=draw(st.integers(0, 3)),
    )


@st.composite
def steps(draw) -> tuple[Step, ...]:
    """A list of steps that follow one another in days."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        least = found[-1].offset + 1 if found else 0
        step = draw(a_step(least))
        found.append(Step(**{**vars(step), "unit": StepUnit.DAY}))
    return tuple(found)


def moments_after(start: datetime) -> st.SearchStrategy[datetime]:
    """Any moment within half a year after."""
    return st.integers(0, 180 * 86_400).map(lambda seconds: start + timedelta(seconds=seconds))
