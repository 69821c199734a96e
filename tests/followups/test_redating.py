"""Dates through a year without published working days are provisional, and settle when it is published."""

from datetime import UTC, date, datetime

import pytest

from api.followups.models import VisitRow
from api.followups.queries import changes_of, visits_of
from api.followups.rules.working_days import CHINA
from api.followups.types import VisitState
from tests.builders.followups import acting as service
from tests.builders.followups import at_time, open_plan

UNKNOWN = max(CHINA.published) + 1
MID_DECEMBER = datetime(UNKNOWN - 1, 12, 14, 2, tzinfo=UTC)


class NextRelease:
    """The calendar of the release that knows one more year, whose whole January is a holiday."""

    published = frozenset({*CHINA.published, UNKNOWN})

    def is_working(self, day: date) -> bool:
        return (day.year, day.month) != (UNKNOWN, 1) and CHINA.is_working(day)

    def is_published(self, year: int) -> bool:
        return year in self.published


@pytest.fixture
def december(monday):
    return at_time(monday, MID_DECEMBER)


def test_visits_in_an_unpublished_year_are_provisional(december, town) -> None:
    visits = visits_of(december.session, open_plan(december, town, colour="red"))
    assert [visit.provisional for visit in visits] == [
        visit.target_on.year == UNKNOWN or visit.target_on >= date(UNKNOWN - 1, 12, 25) for visit in visits
    ]
    assert visits[-1].provisional


def test_they_settle_once_it_is_published_and_the_log_says_so(december, town) -> None:
    plan_id = open_plan(december, town, colour="red")
    before = visits_of(december.session, plan_id)
    settled = service.redate_visits(december, calendar=NextRelease())
    after = visits_of(december.session, plan_id)
    assert settled == sum(visit.provisional for visit in before) > 0
    assert not any(visit.provisional for visit in after)
    assert after[-1].target_on.month == 2
    assert [visit.target_on for visit in after[:3]] == [visit.target_on for visit in before[:3]]
    assert changes_of(december.session, plan_id)[-1].kind == "redated"


def test_while_nothing_is_published_nothing_moves(december, town) -> None:
    plan_id = open_plan(december, town, colour="red")
    before = visits_of(december.session, plan_id)
    assert service.redate_visits(december) == 0
    assert visits_of(december.session, plan_id) == before


def test_a_clock_that_has_struck_is_left_alone(december, town) -> None:
    plan_id = open_plan(december, town, colour="red")
    row = december.session.query(VisitRow).filter_by(plan_id=plan_id).order_by(VisitRow.number.desc()).first()
    row.state = VisitState.DUE
    december.session.flush()
    before = (row.due_at, row.overdue_at)
    service.redate_visits(december, calendar=NextRelease())
    assert (row.due_at, row.overdue_at, row.provisional) == (*before, True)
