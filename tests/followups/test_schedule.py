"""When visits are due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings

from api.followups.rules.schedule import schedule_step, start_of, station_day
from api.followups.rules.steps import faults_in, freeze_steps, thaw_steps
from api.followups.rules.working_days import CHINA
from api.followups.types import DayRule, Mode, Step, StepUnit
from api.grids.types import STATION_ZONE
from tests.followups.calendars import MOMENTS, PlainWeek, a_step, steps

pytestmark = pytest.mark.unit
FRIDAY_NIGHT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)  # 23:30 at the station
CALL = Step(1, Mode.TELEPHONE)


@settings(max_examples=40)
@given(step=a_step(), settled_at=MOMENTS)
def test_no_clock_precedes_the_settlement_and_all_follow_in_order(step: Step, settled_at: datetime) -> None:
    timing = schedule_step(step, settled_at, CHINA)
    moments = [settled_at, timing.due_at, timing.overdue_at, *timing.climbs]
    assert moments == sorted(moments)
    assert timing.due_at < timing.overdue_at < timing.climbs[0] < timing.climbs[1] < timing.climbs[2]
    assert timing.remind_at is None or settled_at < timing.remind_at < timing.due_at
    assert timing.target_on >= station_day(settled_at)


@settings(max_examples=40)
@given(step=a_step(), settled_at=MOMENTS)
def test_a_day_counted_in_working_days_is_one(step: Step, settled_at: datetime) -> None:
    if step.unit is StepUnit.DAY and step.days is not DayRule.CALENDAR:
        assert PlainWeek().is_working(schedule_step(step, settled_at, PlainWeek()).target_on)


def test_days_count_from_the_stations_midnight_not_from_utc() -> None:
    timing = schedule_step(replace(CALL, days=DayRule.CALENDAR), FRIDAY_NIGHT, CHINA)
    assert timing.target_on == date(2026, 11, 21)
    assert timing.due_at == datetime(2026, 11, 21, tzinfo=STATION_ZONE)


@pytest.mark.parametrize(
    ("rule", "offset", "expected"),
    [
        (DayRule.CALENDAR, 1, date(2026, 11, 21)),
        (DayRule.NEXT_WORKING, 1, date(2026, 11, 23)),  # Saturday gives way to Monday
        (DayRule.NEXT_WORKING, 3, date(2026, 11, 23)),
        (DayRule.WORKING, 1, date(2026, 11, 23)),
        (DayRule.WORKING, 3, date(2026, 11, 25)),
    ],
)
def test_the_three_ways_of_counting_days(rule: DayRule, offset: int, expected: date) -> None:
    assert schedule_step(replace(CALL, offset=offset, days=rule), FRIDAY_NIGHT, CHINA).target_on == expected


def test_the_rungs_of_the_ladder_wait_for_working_days() -> None:
    timing = schedule_step(CALL, FRIDAY_NIGHT, CHINA)  # Monday 23rd, overdue from Tuesday
    assert timing.overdue_at == start_of(date(2026, 11, 24))
    assert [station_day(moment).day for moment in timing.climbs] == [25, 26, 30]


def test_a_plan_that_runs_into_an_unpublished_year_is_provisional() -> None:
    unknown = max(CHINA.published) + 1
    settled_at = datetime(unknown - 1, 12, 20, tzinfo=UTC)
    assert schedule_step(replace(CALL, offset=30), settled_at, CHINA).provisional
    assert not schedule_step(replace(CALL, offset=30, days=DayRule.CALENDAR), settled_at, CHINA).provisional
    assert not schedule_step(replace(CALL, offset=1), settled_at - timedelta(days=60), CHINA).provisional


def test_hours_ignore_the_calendar() -> None:
    step = Step(24, Mode.VISIT, unit=StepUnit.HOUR, before=2, after=3, climbs=(1, 2, 8), remind=4)
    timing = schedule_step(step, FRIDAY_NIGHT, CHINA)
    assert timing.due_at == FRIDAY_NIGHT + timedelta(hours=22)
    assert timing.overdue_at == FRIDAY_NIGHT + timedelta(hours=27)
    assert timing.remind_at == FRIDAY_NIGHT + timedelta(hours=18)
    assert timing.climbs[-1] == timing.overdue_at + timedelta(hours=8)


@settings(max_examples=40)
@given(steps=steps())
def test_steps_survive_storage(steps) -> None:
    assert thaw_steps(freeze_steps(steps)) == steps
    assert faults_in(steps) == []


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        ((), "/steps"),
        ((CALL,) * 61, "/steps"),
        ((replace(CALL, offset=3), CALL), "/steps/1/offset"),
        ((replace(CALL, offset=-1),), "/steps/0/offset"),
        ((replace(CALL, offset=4_000),), "/steps/0/offset"),
        ((replace(CALL, before=2),), "/steps/0/before"),
        ((replace(CALL, after=-1),), "/steps/0/after"),
        ((replace(CALL, unit=StepUnit.HOUR, after=0),), "/steps/0/after"),
        ((replace(CALL, climbs=(2, 2, 3)),), "/steps/0/climbs"),
    ],
)
def test_what_makes_no_plan_is_named(bad: tuple[Step, ...], pointer: str) -> None:
    assert pointer in {issue.pointer for issue in faults_in(bad)}
