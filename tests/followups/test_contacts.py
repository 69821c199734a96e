"""Reports of contacts: whatever comes is stored, counts once, and its consequences are drawn."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from api.followups.errors import UnknownVisitor
from api.followups.models import ContactRow, ScaleRow
from api.followups.queries import contacts_of_visit, is_complete, plan_in, visit_in, visits_of
from api.followups.rules import subjects
from api.followups.service import Restart
from api.followups.types import Fallback, Mark, Mode, Outcome, PlanState, Reason, Verdict, VisitState
from api.identity.types import Role
from api.kernel.errors import NotFound
from api.kernel.geo import Point
from api.plumbing.timers import Timer
from tests.builders.followups import (
    MONDAY,
    as_person,
    at_time,
    first_visit,
    fix_at,
    make_town,
    messages,
    morning,
    open_plan,
    report,
    run_at,
)
from tests.builders.followups import acting as service

FORTY_KM = Point(30.0631, 107.3897)


@pytest.fixture
def plan_id(monday, town):
    return open_plan(monday, town, colour="red")


@pytest.fixture
def visit(monday, plan_id):
    return first_visit(monday, plan_id)


@pytest.fixture
def mediator(monday, town):
    """The owner of the visits, on the morning the first is due."""
    return as_person(at_time(monday, morning(10)), town, town.mediator, Role.MEDIATOR)


def in_person(at=None, **kw):
    return report(at or morning(10), mode=Mode.JOINT_VISIT, fix=fix_at(), **kw)


def state_of(ctx, visit) -> VisitState:
    return visit_in(ctx.session, visit.station_id, visit.id).state


def test_a_visit_made_in_time_is_done(mediator, visit) -> None:
    contact = service.report_contact(mediator, visit.id, in_person(photo_hashes=("a" * 64,), note="两家已和好"))
    assert (contact.verdict, contact.reasons, contact.marks) == (Verdict.PLAUSIBLE, (), ())
    done = visit_in(mediator.session, visit.station_id, visit.id)
    assert (done.state, done.done_at, done.outcome) == (VisitState.DONE, morning(10), Outcome.CALM)
    assert contacts_of_visit(mediator.session, visit.id) == [contact]


def test_a_visit_that_does_not_exist_is_not_found(mediator) -> None:
    with pytest.raises(NotFound):
        service.report_contact(mediator, mediator.new_id(), in_person())


def test_another_stations_visit_is_not_found(monday, mediator) -> None:
    foreign = first_visit(monday, open_plan(monday, make_town(monday)))
    with pytest.raises(NotFound):
        service.report_contact(mediator, foreign.id, in_person())


def test_before_the_case_was_settled_it_is_kept_but_is_not_the_visit(mediator, visit, plan_id) -> None:
    contact = service.report_contact(mediator, visit.id, in_person(MONDAY - timedelta(hours=5), sent_at=morning(10)))
    assert contact.marks == (Mark.BEFORE_SETTLEMENT,)
    assert not contact.counted
    assert state_of(mediator, visit) is VisitState.PLANNED


def test_before_its_window_it_is_kept_but_is_not_the_visit(mediator, monday, visit) -> None:
    early = at_time(mediator, MONDAY + timedelta(hours=3))
    contact = service.report_contact(early, visit.id, in_person(early.now))
    assert (contact.marks, contact.counted) == ((Mark.EARLY,), False)
    assert state_of(mediator, visit) is VisitState.PLANNED
    assert service.report_contact(mediator, visit.id, in_person()).counted


def test_an_early_relapse_is_heard_all_the_same(mediator, monday, visit, plan_id) -> None:
    early = at_time(mediator, MONDAY + timedelta(hours=3))
    service.report_contact(early, visit.id, in_person(early.now, outcome=Outcome.RELAPSED))
    assert plan_in(monday.session, visit.station_id, plan_id).round == 2


def test_the_same_report_sent_twice_has_one_effect(mediator, visit) -> None:
    first = in_person(outcome=Outcome.STRAINED)
    a = service.report_contact(mediator, visit.id, first)
    b = service.report_contact(at_time(mediator, morning(11)), visit.id, replace(first, sent_at=morning(11)))
    assert a == b
    assert mediator.session.scalar(select(func.count()).select_from(ContactRow)) == 1


def test_a_phone_that_lost_its_memory_sends_the_same_contact_under_another_name(mediator, visit) -> None:
    a = service.report_contact(mediator, visit.id, in_person())
    b = service.report_contact(mediator, visit.id, in_person(client_ref="another"))
    assert a.id == b.id


def test_two_phones_may_give_their_reports_the_same_name(mediator, town, visit) -> None:
    service.report_contact(mediator, visit.id, in_person(client_ref="1"))
    officer = as_person(mediator, town, town.officer, Role.GRID_OFFICER)
    second = service.report_contact(officer, visit.id, in_person(client_ref="1"))
    assert len(contacts_of_visit(mediator.session, visit.id)) == 2
    assert Mark.REPEAT in second.marks


def test_a_second_report_of_a_joint_visit_is_kept_and_counts_for_nothing(
    mediator, monday, town, plan_id, visit
) -> None:
    service.report_contact(mediator, visit.id, in_person(outcome=Outcome.CALM))
    officer = as_person(mediator, town, town.officer, Role.GRID_OFFICER)
    second = service.report_contact(officer, visit.id, in_person(morning(10) + timedelta(minutes=2)))
    assert Mark.REPEAT in second.marks
    assert not second.counted
    assert plan_in(monday.session, town.station_id, plan_id).colour == "red"  # one calm contact, not two


def test_a_graver_second_report_is_not_lost(mediator, monday, town, plan_id, visit) -> None:
    service.report_contact(mediator, visit.id, in_person(outcome=Outcome.CALM))
    officer = as_person(mediator, town, town.officer, Role.GRID_OFFICER)
    worse = in_person(morning(10) + timedelta(minutes=2), outcome=Outcome.RELAPSED)
    service.report_contact(officer, visit.id, worse)
    assert plan_in(monday.session, town.station_id, plan_id).round == 2


def test_from_another_persons_phone_it_counts_and_is_doubtful(mediator, town, visit) -> None:
    borrowed = as_person(mediator, town, town.officer, Role.GRID_OFFICER)
    contact = service.report_contact(borrowed, visit.id, in_person(visited_by=town.mediator))
    assert (contact.verdict, contact.reasons) == (Verdict.DOUBTFUL, (Reason.OTHER_PHONE,))
    assert (contact.visited_by, contact.reported_by) == (town.mediator, town.officer)
    assert contact.counted


def test_made_by_somebody_else_it_counts_and_is_doubtful(mediator, town, visit) -> None:
    contact = service.report_contact(as_person(mediator, town, town.officer), visit.id, in_person())
    assert contact.counted
    assert contact.reasons == (Reason.NOT_ASSIGNED,)


def test_a_visitor_nobody_knows_is_refused(mediator, visit) -> None:
    with pytest.raises(UnknownVisitor):
        service.report_contact(mediator, visit.id, in_person(visited_by=mediator.new_id()))


def test_from_forty_kilometres_away_it_counts_and_is_doubtful(mediator, visit, plan_id) -> None:
    contact = service.report_contact(mediator, visit.id, replace(in_person(), fix=fix_at(FORTY_KM)))
    assert (contact.verdict, contact.reasons, contact.counted) == (Verdict.DOUBTFUL, (Reason.FAR_AWAY,), True)
    assert is_complete(mediator.session, plan_id).unconfirmed == 1


@pytest.mark.parametrize("days", [-2, 2])
def test_with_a_clock_two_days_off_it_counts_on_the_true_day(mediator, visit, days: int) -> None:
    wrong = morning(10) + timedelta(days=days)
    contact = service.report_contact(mediator, visit.id, in_person(wrong))
    assert (contact.verdict, contact.reasons) == (Verdict.DOUBTFUL, (Reason.CLOCK_OFF,))
    assert (contact.occurred_at, contact.counted, contact.marks) == (morning(10), True, ())


def test_two_places_at_once_is_noticed_across_visits(mediator, monday, town, visit) -> None:
    other = first_visit(monday, open_plan(monday, town, place=FORTY_KM))
    service.report_contact(mediator, visit.id, in_person())
    at = morning(10) + timedelta(minutes=5)
    contact = service.report_contact(at_time(mediator, at), other.id, report(at, mode=Mode.VISIT, fix=fix_at(FORTY_KM)))
    assert contact.reasons == (Reason.TOO_FAST,)


def test_offline_for_a_week_and_after_closing_it_is_taken_and_marked(mediator, monday, town, plan_id, visit) -> None:
    run_at(monday, morning(12))
    service.close_plan(at_time(monday, morning(13)), plan_id, why="signed off too early")
    assert state_of(monday, visit) is VisitState.MISSED
    back = at_time(mediator, morning(17))
    contact = service.report_contact(back, visit.id, in_person(morning(10), sent_at=back.now))
    assert contact.marks == (Mark.REPORTED_LATE, Mark.AFTER_CLOSING)
    assert (contact.verdict, contact.counted) == (Verdict.PLAUSIBLE, True)
    assert state_of(monday, visit) is VisitState.DONE


def test_a_late_report_of_a_waived_visit_is_kept_beside_it(mediator, monday, plan_id, visit) -> None:
    service.close_plan(monday, plan_id, why="over")
    contact = service.report_contact(mediator, visit.id, in_person())
    assert Mark.AFTER_CLOSING in contact.marks
    assert not contact.counted
    assert state_of(monday, visit) is VisitState.WAIVED


def test_made_after_its_deadline_it_is_done_and_late(mediator, monday, visit) -> None:
    run_at(monday, morning(13))
    late = service.report_contact(at_time(mediator, morning(13)), visit.id, in_person(morning(13)))
    assert (late.marks, late.counted) == ((Mark.MADE_LATE,), True)


def test_a_visit_made_in_time_stays_so_when_the_plan_began_again_meanwhile(mediator, monday, plan_id, visit) -> None:
    run_at(monday, morning(12))
    service.restart_plan(at_time(monday, morning(13)), plan_id, Restart(settled_at=morning(13), why="flared up"))
    back = at_time(mediator, morning(17))
    contact = service.report_contact(back, visit.id, in_person(morning(10), sent_at=back.now))
    assert contact.marks == (Mark.REPORTED_LATE, Mark.SUPERSEDED)
    assert contact.counted
    assert state_of(monday, visit) is VisitState.DONE


def test_old_news_of_a_relapse_does_not_start_everything_again(mediator, monday, town, plan_id) -> None:
    first, second, *_ = visits_of(monday.session, plan_id)
    on_the_12th = at_time(mediator, morning(12))
    service.report_contact(on_the_12th, second.id, in_person(morning(12)))
    old = in_person(morning(10), sent_at=morning(12), outcome=Outcome.RELAPSED)
    contact = service.report_contact(on_the_12th, first.id, old)
    assert Mark.SUPERSEDED in contact.marks
    assert plan_in(monday.session, town.station_id, plan_id).round == 1


def test_nobody_reached_takes_three_tries(mediator, visit) -> None:
    tries = [
        service.report_contact(at_time(mediator, at), visit.id, in_person(at, outcome=Outcome.UNREACHABLE))
        for at in (morning(10) + timedelta(hours=hours) for hours in range(3))
    ]
    assert [contact.counted for contact in tries] == [False, False, True]
    assert [contact.marks for contact in tries] == [(Mark.TRY,), (Mark.TRY,), ()]


def test_a_stations_scale_may_lower_the_colour_after_two_calm_contacts(mediator, monday, town, plan_id) -> None:
    colours, rules = ["red", "orange", "yellow"], {"calm": {"shift": -1, "streak": 2}}
    scale = ScaleRow(id=monday.new_id(), station_id=town.station_id, subject_kind="dispute", version=1, made_at=MONDAY)
    scale.colours, scale.rules = colours, rules
    monday.session.add(scale)
    monday.session.flush()
    first, second, *_ = visits_of(monday.session, plan_id)
    service.report_contact(mediator, first.id, in_person())
    service.report_contact(at_time(mediator, morning(12)), second.id, in_person(morning(12)))
    assert plan_in(monday.session, town.station_id, plan_id).colour == "orange"


def test_calm_lowers_nothing_by_itself(mediator, monday, town, plan_id) -> None:
    for visit in visits_of(monday.session, plan_id)[:3]:
        at = visit.due_at + timedelta(hours=9)
        service.report_contact(at_time(mediator, at), visit.id, in_person(at))
    assert plan_in(monday.session, town.station_id, plan_id).colour == "red"


def test_a_strained_contact_raises_the_colour(mediator, monday, town) -> None:
    plan_id = open_plan(monday, town, colour="yellow")
    visit = first_visit(monday, plan_id)
    service.report_contact(mediator, visit.id, report(morning(10), outcome=Outcome.STRAINED))
    assert plan_in(monday.session, town.station_id, plan_id).colour == "orange"
    modes = {each.mode for each in visits_of(monday.session, plan_id) if each.state is VisitState.PLANNED}
    assert modes == {Mode.JOINT_VISIT}


def test_a_relapse_restarts_the_plan_in_red_and_tells_owner_and_lead(mediator, monday, town) -> None:
    plan_id = open_plan(monday, town, colour="yellow")
    visit = first_visit(monday, plan_id)
    service.report_contact(mediator, visit.id, report(morning(10), outcome=Outcome.RELAPSED))
    plan = plan_in(monday.session, town.station_id, plan_id)
    assert (plan.colour, plan.round, plan.settled_at) == ("red", 2, morning(10))
    assert {visit.due_at > morning(10) for visit in visits_of(monday.session, plan_id) if visit.round == 2} == {True}
    told = {(person, template) for person, template, _ in messages(monday)}
    assert told == {(town.mediator, "visit_relapsed"), (town.officer, "visit_relapsed")}


def test_a_relapse_after_closing_reopens(mediator, monday, town, plan_id, visit) -> None:
    service.report_contact(mediator, visit.id, in_person())
    service.close_plan(at_time(monday, morning(11)), plan_id, why="signed off")
    late = at_time(mediator, morning(20))
    later_visit = visits_of(monday.session, plan_id)[1]
    service.report_contact(late, later_visit.id, in_person(morning(20), outcome=Outcome.RELAPSED))
    assert plan_in(monday.session, town.station_id, plan_id).state is PlanState.RUNNING


def test_the_subjects_area_hears_by_a_job_row_in_the_same_transaction(mediator, monday, visit, monkeypatch) -> None:
    monkeypatch.setitem(subjects.SUBJECT_JOBS, "dispute", "workers.jobs.upkeep.seal_audit")
    contact = service.report_contact(mediator, visit.id, in_person(outcome=Outcome.RELAPSED))
    timer = monday.session.scalars(select(Timer).where(Timer.subject_id == visit.subject_id)).one()
    assert timer.step == f"contact.{contact.id}"
    assert timer.args["relapsed"] is timer.args["bears"] is True
    assert (timer.args["outcome"], timer.args["colour"]) == ("relapsed", "red")
    assert timer.args["complete"] is False


def test_the_last_contact_says_that_nothing_is_left(mediator, monday, town, monkeypatch) -> None:
    monkeypatch.setitem(subjects.SUBJECT_JOBS, "dispute", "workers.jobs.upkeep.seal_audit")
    plan_id = open_plan(monday, town, colour="blue")
    for visit in visits_of(monday.session, plan_id):
        at = visit.due_at + timedelta(hours=9)
        service.report_contact(at_time(mediator, at), visit.id, report(at, outcome=Outcome.MOVED_AWAY))
    timers = monday.session.scalars(select(Timer).order_by(Timer.created_at)).all()
    assert [timer.args["complete"] for timer in timers] == [False, False, True]


def test_a_scanned_code_vouches_for_a_missing_position(mediator, monday, town, plan_id, visit) -> None:
    code = service.print_place_code(as_person(monday, town, town.supervisor), plan_id)
    contact = service.report_contact(mediator, visit.id, replace(in_person(), fix=None, place_code=code.lower()))
    assert (contact.verdict, contact.fallback) == (Verdict.NO_FIX, Fallback.QR)
    assert is_complete(monday.session, plan_id).unconfirmed == 0


def test_a_code_of_another_place_vouches_for_nothing(mediator, monday, town, visit) -> None:
    other = service.print_place_code(as_person(monday, town, town.supervisor), open_plan(monday, town))
    contact = service.report_contact(mediator, visit.id, replace(in_person(), fix=None, place_code=other))
    assert contact.fallback is None
    assert contact.counted
