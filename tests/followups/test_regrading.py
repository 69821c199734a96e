"""Another colour, and a new beginning."""

from datetime import timedelta

import pytest

from api.followups.errors import PlanClosed, SettledInFuture, UnknownColour
from api.followups.models import VisitRow
from api.followups.queries import changes_of, visits_of
from api.followups.service import Restart
from api.followups.types import Mode, Owner, OwnerKind, PlanState, VisitState
from tests.builders.followups import MONDAY, as_person, at_time, first_visit, morning, open_plan, report, run_at
from tests.builders.followups import acting as service

CLOCKS = ("due_at", "overdue_at", "climbs", "next_step_at", "state", "level", "mode")


def clocks(ctx, visit_id) -> tuple:
    """Everything about a visit that a change must leave alone."""
    row = ctx.session.get(VisitRow, visit_id, populate_existing=True)
    return tuple(getattr(row, name) for name in CLOCKS)


def test_a_graver_colour_replaces_what_lies_ahead_and_says_why(monday, town) -> None:
    plan_id = open_plan(monday, town)
    plan = service.regrade_plan(at_time(monday, morning(11)), plan_id, colour="red", why="threats since Tuesday")
    visits = visits_of(monday.session, plan_id)
    dropped = [visit for visit in visits if visit.waive_reason == "regraded"]
    added = [visit for visit in visits if visit.mode is Mode.JOINT_VISIT]
    assert [visit.number for visit in dropped] == [2, 3]
    assert [visit.target_on.day for visit in added] == [12, 16, 24, 8]  # days 3, 7, 15, 30 after the 9th
    assert [visit.number for visit in added] == [4, 5, 6, 7]
    change = changes_of(monday.session, plan_id)[-1]
    assert (plan.colour, change.colour_was, change.why) == ("red", "yellow", "threats since Tuesday")


def test_a_visit_that_is_due_or_overdue_keeps_its_clocks(monday, town) -> None:
    plan_id = open_plan(monday, town)
    run_at(monday, morning(12))  # the first is overdue, the second due
    past = visits_of(monday.session, plan_id)[:2]
    before = [clocks(monday, visit.id) for visit in past]
    service.regrade_plan(at_time(monday, morning(12)), plan_id, colour="red", why="worse")
    assert [visit.state for visit in past] == [VisitState.OVERDUE, VisitState.DUE]
    assert [clocks(monday, visit.id) for visit in past] == before


def test_a_visit_whose_time_has_come_is_past_even_before_the_run_says_so(monday, town) -> None:
    plan_id = open_plan(monday, town)
    first = first_visit(monday, plan_id)
    service.regrade_plan(at_time(monday, morning(10)), plan_id, colour="red", why="worse")
    assert clocks(monday, first.id)[4] == VisitState.PLANNED


def test_the_same_colour_again_changes_nothing(monday, town) -> None:
    plan_id = open_plan(monday, town)
    before = visits_of(monday.session, plan_id)
    service.regrade_plan(monday, plan_id, colour="yellow", why="no change")
    assert visits_of(monday.session, plan_id) == before
    assert len(changes_of(monday.session, plan_id)) == 1


def test_a_rising_colour_after_the_last_visit_plans_another(monday, town) -> None:
    plan_id = open_plan(monday, town)
    late = at_time(monday, morning(20, month=7))
    service.regrade_plan(late, plan_id, colour="red", why="rumours")
    ahead = [visit for visit in visits_of(monday.session, plan_id) if visit.due_at > late.now]
    assert [visit.mode for visit in ahead] == [Mode.JOINT_VISIT]


def test_a_closed_plan_is_not_regraded(monday, town) -> None:
    plan_id = open_plan(monday, town)
    service.close_plan(monday, plan_id, why="done")
    with pytest.raises(PlanClosed):
        service.regrade_plan(monday, plan_id, colour="red", why="worse")


def test_a_colour_off_the_scale_is_refused(monday, town) -> None:
    with pytest.raises(UnknownColour):
        service.regrade_plan(monday, open_plan(monday, town), colour="mauve", why="?")


def test_a_restart_ends_the_old_round_and_plans_a_new_one(monday, town) -> None:
    plan_id = open_plan(monday, town)
    run_at(monday, morning(12))
    again = at_time(monday, morning(12))
    plan = service.restart_plan(again, plan_id, Restart(settled_at=again.now, why="settled again", colour="red"))
    visits = visits_of(monday.session, plan_id)
    assert [visit.state for visit in visits[:3]] == [VisitState.MISSED, VisitState.WAIVED, VisitState.WAIVED]
    assert [visit.target_on.day for visit in visits[3:5]] == [13, 16]  # Friday; Sunday gives way to Monday
    assert {visit.round for visit in visits[3:]} == {plan.round} == {2}
    assert plan.settled_at == again.now


def test_a_closed_plan_may_begin_again_with_another_owner(monday, town) -> None:
    plan_id = open_plan(monday, town)
    service.close_plan(monday, plan_id, why="signed off")
    owner = Owner(OwnerKind.GRID, town.grid_id)
    plan = service.restart_plan(monday, plan_id, Restart(settled_at=MONDAY, why="flared up", owner=owner))
    assert (plan.state, plan.closed_at, plan.owner) == (PlanState.RUNNING, None, owner)
    assert visits_of(monday.session, plan_id)[-1].owner.id == town.grid_id


def test_a_restart_from_the_future_is_refused(monday, town) -> None:
    with pytest.raises(SettledInFuture):
        service.restart_plan(
            monday, open_plan(monday, town), Restart(settled_at=MONDAY + timedelta(days=1), why="typing error")
        )


def test_a_done_visit_survives_everything(monday, town) -> None:
    plan_id = open_plan(monday, town)
    visit = first_visit(monday, plan_id)
    service.report_contact(as_person(at_time(monday, morning(10)), town, town.mediator), visit.id, report(morning(10)))
    done = clocks(monday, visit.id)
    service.regrade_plan(at_time(monday, morning(11)), plan_id, colour="red", why="worse")
    service.restart_plan(at_time(monday, morning(12)), plan_id, Restart(settled_at=morning(12), why="again"))
    service.close_plan(at_time(monday, morning(13)), plan_id, why="over")
    assert clocks(monday, visit.id) == done
