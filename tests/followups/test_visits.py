"""What people decide about a visit, and who sees it."""

import pytest
from sqlalchemy import select

from api.audit.models import AuditEntry
from api.followups.errors import OwnContact, UnknownOwner
from api.followups.queries import holder_ids, is_complete, overdue, visits_due, visits_led, visits_of
from api.followups.types import NOBODY, Fallback, Mode, Owner, OwnerKind, VisitState, WaiveReason
from api.identity.types import Role
from api.kernel.errors import IllegalTransition, NotFound
from tests.builders.followups import (
    acting as service,
)
from tests.builders.followups import (
    as_person,
    at_time,
    first_visit,
    make_town,
    messages,
    morning,
    open_plan,
    report,
    run_at,
)


@pytest.fixture
def supervisor(monday, town):
    return as_person(at_time(monday, morning(12)), town, town.supervisor, Role.SUPERVISOR)


def test_a_waived_visit_leaves_the_clocks_and_keeps_its_reason(monday, supervisor, town) -> None:
    plan_id = open_plan(monday, town)
    visit = service.waive_visit(supervisor, first_visit(monday, plan_id).id, reason=WaiveReason.DECEASED, note="丧")
    assert (visit.state, visit.waive_reason) == (VisitState.WAIVED, "deceased")
    run_at(monday, morning(13))
    assert first_visit(monday, plan_id) == visit


def test_waiving_twice_is_one_decision_and_another_reason_is_none(monday, supervisor, town) -> None:
    visit = first_visit(monday, open_plan(monday, town))
    service.waive_visit(supervisor, visit.id, reason=WaiveReason.DECEASED)
    service.waive_visit(supervisor, visit.id, reason=WaiveReason.DECEASED)
    with pytest.raises(IllegalTransition):
        service.waive_visit(supervisor, visit.id, reason=WaiveReason.OTHER)


def test_a_missed_visit_must_be_explained_before_the_plan_is_complete(monday, supervisor, town) -> None:
    plan_id = open_plan(monday, town)
    run_at(monday, morning(12))
    service.close_plan(supervisor, plan_id, why="over")
    assert is_complete(monday.session, plan_id).missed == 1
    service.waive_visit(supervisor, first_visit(monday, plan_id).id, reason=WaiveReason.DONE_ELSEWHERE)
    assert is_complete(monday.session, plan_id).complete


def test_a_done_visit_is_not_waived(monday, supervisor, town) -> None:
    visit = first_visit(monday, open_plan(monday, town))
    service.report_contact(as_person(at_time(monday, morning(10)), town, town.mediator), visit.id, report(morning(10)))
    with pytest.raises(IllegalTransition):
        service.waive_visit(supervisor, visit.id, reason=WaiveReason.OTHER)


def test_whoever_gets_an_overdue_visit_is_told_at_once(monday, supervisor, town) -> None:
    visit = first_visit(monday, open_plan(monday, town))
    run_at(monday, morning(11))
    moved = service.reassign_visit(supervisor, visit.id, owner=Owner(OwnerKind.PERSON, town.officer))
    assert (moved.owner.id, moved.state) == (town.officer, VisitState.OVERDUE)
    assert (town.officer, "visit_due", {"due": "1"}) in messages(monday)


def test_a_visit_may_be_given_to_nobody_and_is_then_on_the_supervisors_list(monday, supervisor, town) -> None:
    visit = first_visit(monday, open_plan(monday, town))
    run_at(monday, morning(11))
    service.reassign_visit(supervisor, visit.id, owner=NOBODY)
    assert [each.id for each in overdue(monday.session, town.station_id, unowned=True, limit=10)] == [visit.id]


def test_an_ended_visit_is_given_to_nobody_else(monday, supervisor, town) -> None:
    plan_id = open_plan(monday, town)
    service.close_plan(monday, plan_id, why="over")
    with pytest.raises(IllegalTransition):
        service.reassign_visit(supervisor, first_visit(monday, plan_id).id, owner=NOBODY)


@pytest.mark.parametrize("kind", list(OwnerKind))
def test_strangers_own_nothing(monday, supervisor, town, kind: OwnerKind) -> None:
    other = make_town(monday)
    service.set_team(monday, other.grid_id, station_id=other.station_id, people=[other.mediator], leads=[])
    stranger = other.mediator if kind is OwnerKind.PERSON else other.grid_id
    with pytest.raises(UnknownOwner):
        service.reassign_visit(supervisor, first_visit(monday, open_plan(monday, town)).id, owner=Owner(kind, stranger))


def test_a_supervisor_vouches_for_a_visit_without_a_fix(monday, supervisor, town) -> None:
    plan_id = open_plan(monday, town, colour="red")
    visit = first_visit(monday, plan_id)
    mediator = as_person(at_time(monday, morning(10)), town, town.mediator)
    contact = service.report_contact(mediator, visit.id, report(morning(10), mode=Mode.JOINT_VISIT))
    assert is_complete(monday.session, plan_id).unconfirmed == 1
    confirmed = service.confirm_contact(supervisor, contact.id, visit_id=visit.id)
    assert (confirmed.fallback, confirmed.confirmed_by) == (Fallback.SUPERVISOR, town.supervisor)
    assert confirmed.verdict == contact.verdict  # vouched for, not rewritten
    assert is_complete(monday.session, plan_id).unconfirmed == 0


def test_nobody_vouches_for_themself(monday, supervisor, town) -> None:
    visit = first_visit(monday, open_plan(monday, town, colour="red"))
    contact = service.report_contact(supervisor, visit.id, report(morning(12), mode=Mode.JOINT_VISIT))
    with pytest.raises(OwnContact):
        service.confirm_contact(supervisor, contact.id, visit_id=visit.id)


def test_the_day_list_has_ones_own_ones_teams_and_ones_grids_visits_overdue_first(monday, town) -> None:
    team_id = monday.new_id()
    service.set_team(monday, team_id, station_id=town.station_id, people=[town.officer], leads=[])
    plans = [
        open_plan(monday, town, owner=Owner(kind, owner_id))
        for kind, owner_id in (
            (OwnerKind.PERSON, town.officer), (OwnerKind.TEAM, team_id), (OwnerKind.GRID, town.grid_id),
        )
    ]  # fmt: skip
    open_plan(monday, town)
    run_at(monday, morning(11))
    holders = holder_ids(monday.session, town.officer)
    listed = visits_due(monday.session, holders, before=morning(13), limit=50)
    assert {visit.plan_id for visit in listed} == set(plans)
    assert [visit.state for visit in listed] == [VisitState.OVERDUE] * 3 + [VisitState.PLANNED] * 3


def test_pages_of_the_day_list_neither_repeat_nor_skip(monday, town) -> None:
    for _ in range(7):
        open_plan(monday, town)
    whole = visits_due(monday.session, [town.mediator], limit=100)
    paged, after = [], None
    while page := visits_due(monday.session, [town.mediator], after=after, limit=4):
        paged += page
        after = (page[-1].overdue_at, page[-1].id)
    assert paged == whole
    assert len(paged) == 21


def test_a_lead_sees_what_is_overdue_under_them(monday, town) -> None:
    open_plan(monday, town)
    open_plan(monday, town, owner=Owner(OwnerKind.PERSON, town.mediator, lead_id=town.chief), unit_id=None)
    run_at(monday, morning(11))
    assert len(visits_led(monday.session, town.chief, [], limit=10)) == 1
    assert len(visits_led(monday.session, town.officer, [town.grid_id], limit=10)) == 1
    assert visits_led(monday.session, town.supervisor, [], limit=10) == []


def test_a_visit_is_read_by_who_holds_it_leads_it_or_supervises_and_the_trail_knows(monday, town, supervisor) -> None:
    visit = first_visit(monday, open_plan(monday, town))
    stranger = as_person(monday, town, monday.new_id(), Role.MEDIATOR)
    for person, role in ((town.mediator, Role.MEDIATOR), (town.officer, Role.GRID_OFFICER)):
        assert service.read_visit(as_person(monday, town, person, role), visit.id).visit.id == visit.id
    assert service.read_visit(supervisor, visit.id).contacts == []
    with pytest.raises(NotFound):
        service.read_visit(stranger, visit.id)
    reads = monday.session.scalars(
        select(AuditEntry.actor_id).where(AuditEntry.action == "visit.read", AuditEntry.subject_id == visit.subject_id)
    )
    assert set(reads) == {town.mediator, town.officer, town.supervisor}


def test_a_plans_file_has_its_visits_its_log_and_what_is_left(monday, town, supervisor) -> None:
    plan_id = open_plan(monday, town)
    file = service.read_plan(supervisor, plan_id)
    assert file.visits == visits_of(monday.session, plan_id)
    assert (file.completion.open, file.changes[0].kind) == (3, "opened")
