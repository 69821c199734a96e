"""The norms of mediation as days, and the moments that follow from them. A deadline day ends at the station's midnight.

The numbers are data (a standard of kind `mediation`); what is counted in working days follows the published calendar.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from api.followups.rules.schedule import start_of, station_day
from api.followups.rules.working_days import CHINA, WorkCalendar, count_working


@dataclass(frozen=True)
class Norms:
    """Working days, but `confirm_days` and `rating_days`, which are calendar days."""

    second_session_days: int = 7
    answer_days: int = 3
    confirm_days: int = 30
    confirm_remind_days: int = 5
    rating_days: int = 30


def thaw_norms(body: Mapping[str, Any]) -> Norms:
    """The norms of a stored version; a field added since has its default."""
    return Norms(**{name: int(value) for name, value in body.items() if name in Norms.__dataclass_fields__})


def end_of(day: date) -> datetime:
    """The moment a day is over at the station."""
    return start_of(day + timedelta(days=1))


def morning_before(day: date, days: int, calendar: WorkCalendar = CHINA) -> datetime:
    """Eight in the morning so many working days before `day`; 0 is the day itself, if it is worked, else the next."""
    return start_of(count_working(day, -days, calendar)) + timedelta(hours=8)


def confirm_by(agreed_at: datetime, norms: Norms) -> date:
    """The last day of the joint request for judicial confirmation."""
    return station_day(agreed_at) + timedelta(days=norms.confirm_days)
