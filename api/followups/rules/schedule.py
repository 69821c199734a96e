"""When visits are due: from steps and a settlement to clocks. Nothing here precedes the settlement."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from api.followups.rules.working_days import WorkCalendar, count_working, is_certain, next_working
from api.followups.types import DayRule, Step, StepUnit, Timing
from api.grids.types import STATION_ZONE


def schedule_step(step: Step, settled_at: datetime, calendar: WorkCalendar) -> Timing:
    """The clocks of one step after a settlement."""
    if step.unit is StepUnit.HOUR:
        return _schedule_hours(step, settled_at)
    return _schedule_days(step, settled_at, calendar)


def schedule_steps(steps: Sequence[Step], settled_at: datetime, calendar: WorkCalendar) -> list[Timing]:
    """The clocks of a whole template, in its order."""
    return [schedule_step(step, settled_at, calendar) for step in steps]


def station_day(moment: datetime) -> date:
    """The station's calendar day at a moment."""
    return moment.astimezone(STATION_ZONE).date()


def start_of(day: date) -> datetime:
    """Midnight at which a day begins at the station."""
    return datetime.combine(day, time.min, STATION_ZONE)


def days_ahead(now: datetime, days: int) -> datetime:
    """The end of the station's day that lies so many days ahead; 0 is the end of today."""
    return start_of(station_day(now) + timedelta(days=days + 1))


def _schedule_hours(step: Step, settled_at: datetime) -> Timing:
    target = settled_at + timedelta(hours=step.offset)
    due_at = max(target - timedelta(hours=step.before), settled_at)
    overdue_at = max(target + timedelta(hours=step.after), due_at + timedelta(minutes=1))
    return Timing(
        target_on=station_day(target),
        due_at=due_at,
        overdue_at=overdue_at,
        remind_at=_after(settled_at, due_at - timedelta(hours=step.remind)) if step.remind else None,
        climbs=tuple(overdue_at + timedelta(hours=hours) for hours in step.climbs),
        provisional=False,
    )


def _schedule_days(step: Step, settled_at: datetime, calendar: WorkCalendar) -> Timing:
    settled_on = station_day(settled_at)
    target = _target(step, settled_on, calendar)
    opens = _move(target, -step.before, step.days, calendar)
    closes = _move(target, step.after, step.days, calendar)
    overdue_on = closes + timedelta(days=1)
    climbs = [_move(overdue_on, days, step.days, calendar) for days in step.climbs]
    remind_on = _move(opens, -step.remind, step.days, calendar)
    counted = step.days is not DayRule.CALENDAR
    return Timing(
        target_on=target,
        due_at=max(start_of(opens), settled_at),
        overdue_at=start_of(overdue_on),
        remind_at=_after(settled_at, start_of(remind_on)) if step.remind else None,
        climbs=tuple(start_of(day) for day in climbs),
        provisional=counted and not is_certain(settled_on, max(climbs), calendar),
    )


def _target(step: Step, settled_on: date, calendar: WorkCalendar) -> date:
    if step.days is DayRule.WORKING:
        return count_working(settled_on, step.offset, calendar)
    target = settled_on + timedelta(days=step.offset)
    return next_working(target, calendar) if step.days is DayRule.NEXT_WORKING else target


def _move(day: date, days: int, rule: DayRule, calendar: WorkCalendar) -> date:
    if days == 0:
        return day
    return day + timedelta(days=days) if rule is DayRule.CALENDAR else count_working(day, days, calendar)


def _after(settled_at: datetime, moment: datetime) -> datetime | None:
    return moment if moment > settled_at else None
