"""Opening, closing and finding plans."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from api.audit.models import AuditEntry
from api.followups.errors import AlreadyFollowed, NoTemplate, SettledInFuture, UnknownColour
from api.followups.models import VisitRow
from api.followups.queries import changes_of, is_complete, plan_of, visits_of
from api.followups.types import Mode, OwnerKind, PlanState, VisitState
from api.kernel.errors import NotFound
from tests.builders.followups import MONDAY, as_person, at_time, make_town, open_plan, order
from tests.builders.followups import acting as service


def test_a_settled_dispute_is_visited_on_days_one_three_and_seven(monday, town) -> None:
    plan_id = open_plan(monday, town)
    visits = visits_of(monday.session, plan_id)
    assert [visit.target_on for visit in visits] == [date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 16)]
    assert {visit.mode for visit in visits} == {Mode.TELEPHONE}
    assert {visit.owner.id for visit in visits} == {town.mediator}
    assert {visit.state for visit in visits} == {VisitState.PLANNED}


@pytest.mark.parametrize("colour", ["red", "orange"])
def test_grave_cases_are_visited_with_the_village_cadre(monday, town, colour: str) -> None:
    visits = visits_of(monday.session, open_plan(monday, town, colour=colour))
    assert {visit.mode for visit in visits} == {Mode.JOINT_VISIT}
    assert len(visits) == 5


def test_any_kind_of_subject_has_a_plan(monday, town) -> None:
    for kind in ("child", "hazard", "inspection"):
        assert {visit.mode for visit in visits_of(monday.session, open_plan(monday, town, kind=kind))} == {Mode.VISIT}


def test_offsets_count_from_the_settlement_not_from_the_opening(monday, town) -> None:
    plan_id = open_plan(monday, town, settled_at=MONDAY - timedelta(days=2))
    # Saturday + 1 is Sunday, + 3 Tuesday, + 7 Saturday: rest days give way to the next working day.
    assert [visit.target_on.day for visit in visits_of(monday.session, plan_id)] == [9, 10, 16]


def test_no_visit_precedes_its_settlement_in_the_database_either(monday, town) -> None:
    for days in range(0, 40, 7):
        open_plan(monday, town, settled_at=MONDAY - timedelta(days=days), colour="red")
    early = select(func.count()).select_from(VisitRow).where(VisitRow.due_at < VisitRow.anchored_at)
    assert monday.session.scalar(early) == 0


def test_a_settlement_in_the_future_is_refused(monday, town) -> None:
    with pytest.raises(SettledInFuture):
        open_plan(monday, town, settled_at=MONDAY + timedelta(hours=1))


def test_a_colour_off_the_scale_is_refused(monday, town) -> None:
    with pytest.raises(UnknownColour):
        open_plan(monday, town, colour="mauve")


def test_a_template_of_another_kind_is_refused(monday, town) -> None:
    with pytest.raises(NoTemplate):
        open_plan(monday, town, kind="child", template_id=UUID("00000000-0000-7008-8000-000000000001"))


def test_a_subject_is_followed_once(monday, town) -> None:
    subject_id = monday.new_id()
    open_plan(monday, town, subject_id=subject_id)
    with pytest.raises(AlreadyFollowed):
        open_plan(monday, town, subject_id=subject_id)


def test_many_old_cases_are_opened_at_once_without_what_is_over(monday, town) -> None:
    orders = [order(town, MONDAY - timedelta(days=days), skip_past=True) for days in range(40)]
    plan_ids = service.open_plans(monday, orders)
    assert len(set(plan_ids)) == 40
    counts = [len(visits_of(monday.session, plan_id)) for plan_id in plan_ids]
    assert counts[0] == 3
    assert counts[-1] == 0
    rows = select(func.count()).select_from(VisitRow).where(VisitRow.overdue_at <= MONDAY)
    assert monday.session.scalar(rows) == 0


def test_one_bad_case_of_many_opens_none(monday, town) -> None:
    with pytest.raises(UnknownColour):
        service.open_plans(monday, [order(town, MONDAY), order(town, MONDAY, colour="mauve")])
    assert monday.session.scalar(select(func.count()).select_from(VisitRow)) == 0


def test_a_plan_is_found_by_its_subject(monday, town) -> None:
    subject_id = monday.new_id()
    plan_id = open_plan(monday, town, subject_id=subject_id)
    plan = plan_of(monday.session, "dispute", subject_id)
    assert plan is not None
    assert (plan.id, plan.owner.kind) == (plan_id, OwnerKind.PERSON)
    assert plan_of(monday.session, "child", subject_id) is None


def test_closing_ends_what_is_open_and_closing_again_changes_nothing(monday, town) -> None:
    plan_id = open_plan(monday, town)
    first = service.close_plan(monday, plan_id, why="withdrawn")
    again = service.close_plan(at_time(monday, MONDAY + timedelta(days=1)), plan_id, why="again")
    assert first.state is again.state is PlanState.CLOSED
    assert again.closed_at == MONDAY
    assert {visit.waive_reason for visit in visits_of(monday.session, plan_id)} == {"plan_closed"}
    assert [change.kind for change in changes_of(monday.session, plan_id)] == ["opened", "closed"]
    assert is_complete(monday.session, plan_id).complete


def test_opening_is_in_the_trail_under_the_subject(monday, town) -> None:
    subject_id = monday.new_id()
    open_plan(monday, town, subject_id=subject_id)
    entry = monday.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == subject_id)).one()
    assert (entry.action, entry.subject_kind, entry.station_id) == ("visit_plan.opened", "dispute", town.station_id)


def test_another_stations_plan_does_not_exist(monday, town) -> None:
    other = make_town(monday)
    plan_id = open_plan(monday, other)
    with pytest.raises(NotFound):
        service.close_plan(as_person(monday, town, town.chief), plan_id, why="mistake")
