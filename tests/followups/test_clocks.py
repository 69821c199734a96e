"""The run that moves clocks: what comes due, what falls overdue, who is told, and that nothing is forgotten."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import func, select, text

from api.audit.models import AuditEntry
from api.followups.models import VisitRow
from api.followups.queries import visits_of
from api.followups.rules.states import OPEN_VISIT
from api.followups.service import Run
from api.followups.types import NOBODY, DayRule, Mode, NewTemplate, Owner, OwnerKind, Step, StepUnit, VisitState
from api.grids.types import STATION_ZONE
from tests.builders.followups import (
    MONDAY,
    as_person,
    at_time,
    first_visit,
    messages,
    morning,
    open_plan,
    own_grid,
    run_at,
)
from tests.builders.followups import acting as service
from tests.builders.grids import make_grid, make_station
from tests.builders.identity import enroll

DAYS = (10, 11, 12, 13, 16, 17, 18, 19, 20)


def states(ctx, plan_id) -> list[VisitState]:
    return [visit.state for visit in visits_of(ctx.session, plan_id)]


def told(ctx, template: str) -> dict:
    """Person -> the variables of the last such message."""
    return {person: variables for person, name, variables in messages(ctx) if name == template}


def test_a_visit_comes_due_on_its_day_and_falls_overdue_the_day_after(monday, town) -> None:
    plan_id = open_plan(monday, town)
    run_at(monday, morning(10))
    assert states(monday, plan_id) == [VisitState.DUE, VisitState.PLANNED, VisitState.PLANNED]
    run_at(monday, morning(11))
    assert states(monday, plan_id) == [VisitState.OVERDUE, VisitState.PLANNED, VisitState.PLANNED]


def test_the_owner_gets_one_summary_however_many_visits_there_are(monday, town) -> None:
    for _ in range(12):
        open_plan(monday, town)
    report = run_at(monday, morning(10))
    assert (report.moved, report.told) == (12, 1)
    assert messages(monday) == [(town.mediator, "visit_due", {"due": "12"})]


def test_the_owner_is_reminded_the_working_day_before(monday, town) -> None:
    open_plan(monday, town)
    run_at(monday, morning(10))
    run_at(monday, morning(11))  # the first is overdue; the second is due tomorrow
    assert told(monday, "visit_overdue") == {town.mediator: {"overdue": "1", "due": "1"}}


def test_a_run_again_finds_nothing_and_tells_nobody(monday, town) -> None:
    open_plan(monday, town)
    run_at(monday, morning(10))
    before = messages(monday)
    assert run_at(monday, morning(10), label="again").moved == 0
    assert messages(monday) == before


def test_overdue_climbs_from_lead_to_supervisor_to_chief(monday, town) -> None:
    open_plan(monday, town)
    order = []
    for day in DAYS:
        run_at(monday, morning(day))
        order += [person for person in told(monday, "visit_escalated") if person not in order]
    assert order == [town.officer, town.supervisor, town.chief]


def test_what_nobody_owns_climbs_from_the_day_it_is_due(monday, town) -> None:
    plan_id = open_plan(monday, town, owner=NOBODY)
    run_at(monday, morning(10))
    assert told(monday, "visit_escalated") == {town.officer: {"count": "1"}}
    for day in DAYS:
        run_at(monday, morning(day))
    assert set(told(monday, "visit_escalated")) == {town.officer, town.supervisor, town.chief}
    assert states(monday, plan_id)[0] is VisitState.OVERDUE


def test_without_owner_and_grid_the_supervisor_hears_first(monday, town) -> None:
    open_plan(monday, town, owner=NOBODY, unit_id=None)
    run_at(monday, morning(10))
    assert set(told(monday, "visit_escalated")) == {town.supervisor}


def test_a_grids_visits_go_to_whoever_answers_for_it_on_the_day(monday, town) -> None:
    grid_id = make_grid(monday, town.station_id)
    open_plan(monday, town, owner=Owner(OwnerKind.GRID, grid_id), unit_id=grid_id)
    newcomer = enroll(monday, station_id=town.station_id).id
    own_grid(monday, town.station_id, grid_id, newcomer)
    run_at(monday, morning(10))
    assert told(monday, "visit_due") == {newcomer: {"due": "1"}}


def test_a_grid_without_an_owner_is_as_if_nobody_owned_it(monday, town) -> None:
    grid_id = make_grid(monday, town.station_id)
    open_plan(monday, town, owner=Owner(OwnerKind.GRID, grid_id), unit_id=grid_id)
    run_at(monday, morning(10))
    assert set(told(monday, "visit_escalated")) == {town.supervisor}


def test_a_teams_visits_go_to_all_of_it_and_climb_to_its_lead(monday, town) -> None:
    team_id = monday.new_id()
    service.set_team(
        monday, team_id, station_id=town.station_id, people=[town.mediator, town.officer], leads=[town.officer]
    )
    open_plan(monday, town, owner=Owner(OwnerKind.TEAM, team_id))
    run_at(monday, morning(10))
    assert set(told(monday, "visit_due")) == {town.mediator, town.officer}
    run_at(monday, morning(12))
    # The lead is of the team and was told with it: the first rung is the next person.
    assert set(told(monday, "visit_escalated")) == {town.supervisor}


def test_a_dissolved_team_leaves_visits_nobody_owns(monday, town) -> None:
    team_id = monday.new_id()
    service.set_team(monday, team_id, station_id=town.station_id, people=[town.mediator], leads=[])
    open_plan(monday, town, owner=Owner(OwnerKind.TEAM, team_id))
    service.set_team(monday, team_id, station_id=town.station_id, people=[], leads=[])
    run_at(monday, morning(10))
    assert set(told(monday, "visit_escalated")) == {town.officer}


def test_an_owner_who_left_the_station_owns_nothing(monday, town) -> None:
    open_plan(monday, town)
    monday.session.execute(text("UPDATE people SET status = 'left' WHERE id = :id"), {"id": town.mediator})
    run_at(monday, morning(10))
    assert set(told(monday, "visit_escalated")) == {town.officer}


def test_a_named_lead_is_the_first_rung(monday, town) -> None:
    open_plan(monday, town, owner=Owner(OwnerKind.PERSON, town.mediator, lead_id=town.chief))
    run_at(monday, morning(12))
    assert set(told(monday, "visit_escalated")) == {town.chief}


def test_a_station_with_nobody_at_all_is_counted(monday, town) -> None:
    empty = type(town)(make_station(monday), None, None, None, None, None)
    open_plan(monday, empty, owner=NOBODY, unit_id=None)
    assert run_at(monday, morning(10)).nobody == 1
    assert messages(monday) == []


def test_a_run_that_comes_late_takes_the_last_step_once(monday, town) -> None:
    plan_id = open_plan(monday, town)
    run_at(monday, morning(20))
    first = first_visit(monday, plan_id)
    assert (first.state, first.level) == (VisitState.OVERDUE, 3)
    assert told(monday, "visit_escalated")[town.chief] == {"count": "2"}  # the first and the second visit
    assert told(monday, "visit_overdue") == {town.mediator: {"overdue": "3", "due": "0"}}
    assert len([person for person, _, _ in messages(monday) if person == town.mediator]) == 1


def test_nothing_is_told_at_night(monday, town) -> None:
    plan_id = open_plan(monday, town)
    night = datetime.combine(morning(10).date(), time(3), STATION_ZONE)
    assert run_at(monday, night).moved == 0
    assert states(monday, plan_id)[0] is VisitState.PLANNED


def test_a_backdated_settlement_is_overdue_at_the_next_run(monday, town) -> None:
    plan_id = open_plan(monday, town, settled_at=MONDAY - timedelta(days=5))
    run_at(monday, MONDAY + timedelta(minutes=15))
    assert states(monday, plan_id) == [VisitState.OVERDUE, VisitState.DUE, VisitState.PLANNED]


def test_reassigning_does_not_restart_a_clock(monday, town) -> None:
    plan_id = open_plan(monday, town)
    run_at(monday, morning(11))
    before = monday.session.get_one(VisitRow, first_visit(monday, plan_id).id).next_step_at
    service.reassign_plan(monday, plan_id, owner=Owner(OwnerKind.PERSON, town.officer), why="holiday")
    row = monday.session.get_one(VisitRow, first_visit(monday, plan_id).id, populate_existing=True)
    assert (row.next_step_at, row.state, row.level) == (before, VisitState.OVERDUE, 0)


def test_giving_a_visit_to_somebody_else_does_not_restart_its_clock(monday, town) -> None:
    visit_id = first_visit(monday, open_plan(monday, town)).id
    run_at(monday, morning(12))
    read = select(VisitRow.next_step_at, VisitRow.due_at, VisitRow.overdue_at, VisitRow.level).where(
        VisitRow.id == visit_id
    )
    before = monday.session.execute(read).one()
    service.reassign_visit(at_time(monday, morning(12)), visit_id, owner=Owner(OwnerKind.PERSON, town.officer))
    assert monday.session.execute(read).one() == before


def test_an_ended_visit_moves_no_more(monday, town) -> None:
    plan_id = open_plan(monday, town)
    service.close_plan(monday, plan_id, why="over")
    assert run_at(monday, morning(20)).moved == 0


def test_batches_move_everything_in_turn_and_tell_once(monday, town) -> None:
    for _ in range(5):
        open_plan(monday, town)
    reports = [service.run_clocks(at_time(monday, morning(30)), Run("batches", batch=4, batches=2)) for _ in range(3)]
    assert [(report.moved, report.more) for report in reports] == [(8, True), (7, False), (0, False)]
    assert len([person for person, _, _ in messages(monday) if person == town.mediator]) == 1


def test_falling_overdue_and_climbing_are_in_the_trail_under_the_subject(monday, town) -> None:
    plan_id = open_plan(monday, town)
    first = first_visit(monday, plan_id)
    for day in DAYS[:4]:
        run_at(monday, morning(day))
    entries = monday.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.subject_id == first.subject_id, AuditEntry.action == "visit.overdue")
        .order_by(AuditEntry.id)
    ).all()
    entries = [entry for entry in entries if entry.details["visit"] == str(first.id)]
    assert [entry.details["level"] for entry in entries] == [0, 1, 2]
    assert {entry.station_id for entry in entries} == {town.station_id}
    assert {entry.actor_kind for entry in entries} == {"system"}


def test_no_open_visit_is_ever_without_a_clock_until_it_reached_the_top(monday, town) -> None:
    for settled in range(0, 20, 3):
        open_plan(monday, town, settled_at=MONDAY - timedelta(days=settled), colour="red")
    for day in DAYS:
        run_at(monday, morning(day))
        stopped = select(func.count()).where(
            VisitRow.state.in_(OPEN_VISIT), VisitRow.next_step_at.is_(None), VisitRow.level < 3
        )
        behind = select(func.count()).where(VisitRow.next_step_at <= morning(day))
        assert monday.session.scalar(stopped) == monday.session.scalar(behind) == 0


def test_a_plan_in_hours_is_told_within_the_day(monday, town) -> None:
    admin = as_person(monday, town, town.chief)
    steps = (Step(2, Mode.VISIT, unit=StepUnit.HOUR, days=DayRule.CALENDAR, after=2, remind=0),)
    service.write_template(admin, NewTemplate("hazard", "*", "隐患复查", "Hazard", steps))
    plan_id = open_plan(monday, town, kind="hazard")
    run_at(monday, MONDAY + timedelta(hours=2, minutes=5))
    assert states(monday, plan_id) == [VisitState.DUE]
    run_at(monday, MONDAY + timedelta(hours=5, minutes=5))
    assert (first_visit(monday, plan_id).state, first_visit(monday, plan_id).level) == (VisitState.OVERDUE, 1)


@pytest.mark.parametrize("column", ["due_at", "overdue_at", "climbs", "anchored_at"])
def test_the_run_never_changes_a_clock_only_its_reading(monday, town, column: str) -> None:
    plan_id = open_plan(monday, town)
    read = select(getattr(VisitRow, column)).where(VisitRow.plan_id == plan_id).order_by(VisitRow.number)
    before = monday.session.scalars(read).all()
    for day in DAYS:
        run_at(monday, morning(day))
    assert monday.session.scalars(read).all() == before
