"""One subject's whole road over 120 days, and a second one that nobody owns; told again by the trail alone."""

from datetime import timedelta

from sqlalchemy import select

from api.audit.models import AuditEntry
from api.followups.queries import is_complete, plan_of, visits_of
from api.followups.rules.states import OPEN_VISIT
from api.followups.types import NOBODY, Mode, Outcome, PlanState, VisitState
from tests.builders.followups import MONDAY, as_person, at_time, fix_at, messages, open_plan, report, run_at
from tests.builders.followups import acting as service

EIGHT = timedelta(hours=-2)  # from MONDAY, which is ten o'clock


def trail(ctx, subject_id) -> list[str]:
    entries = select(AuditEntry.action).where(AuditEntry.subject_id == subject_id).order_by(AuditEntry.id)
    return list(ctx.session.scalars(entries))


def make_due_visits(ctx, town, plan_id, at, outcome=Outcome.CALM) -> None:
    """The mediator makes every visit whose window is open."""
    mediator = as_person(at_time(ctx, at), town, town.mediator)
    for visit in visits_of(ctx.session, plan_id):
        if visit.state in OPEN_VISIT and visit.due_at <= at:
            fix = None if visit.mode is Mode.TELEPHONE else fix_at()
            service.report_contact(mediator, visit.id, report(at, mode=visit.mode, outcome=outcome, fix=fix))


def test_settled_visited_relapsed_visited_jointly_calmed_and_closed(monday, town) -> None:
    subject_id = monday.new_id()
    plan_id = open_plan(monday, town, subject_id=subject_id, colour="orange")
    for day in range(1, 121):
        morning = MONDAY + timedelta(days=day) + EIGHT
        run_at(monday, morning)
        plan = plan_of(monday.session, "dispute", subject_id)
        relapse = plan.round == 1 and day >= 15
        make_due_visits(
            monday, town, plan_id, morning + timedelta(hours=2), Outcome.RELAPSED if relapse else Outcome.CALM
        )
        if plan.state is PlanState.RUNNING and is_complete(monday.session, plan_id).complete:
            service.close_plan(at_time(monday, morning), plan_id, why="calm ever since")
    plan = plan_of(monday.session, "dispute", subject_id)
    assert (plan.state, plan.round) == (PlanState.CLOSED, 2)
    again = [visit for visit in visits_of(monday.session, plan_id) if visit.round == 2]
    assert {visit.state for visit in again} <= {VisitState.DONE, VisitState.WAIVED}
    assert again[0].mode is Mode.JOINT_VISIT
    story = trail(monday, subject_id)
    assert story[0] == "visit_plan.opened"
    assert story[-1] == "visit_plan.closed"
    assert story.index("visit_plan.restarted") > story.index("visit.reported")
    assert story.count("visit.reported") == sum(
        visit.state is VisitState.DONE for visit in visits_of(monday.session, plan_id)
    )
    assert "visit.overdue" not in story


def test_what_nobody_owns_climbs_to_the_chief_and_stays_on_the_list(monday, town) -> None:
    subject_id = monday.new_id()
    plan_id = open_plan(monday, town, subject_id=subject_id, owner=NOBODY)
    for day in range(1, 121):
        run_at(monday, MONDAY + timedelta(days=day) + EIGHT)
    assert {visit.state for visit in visits_of(monday.session, plan_id)} == {VisitState.OVERDUE}
    assert {visit.level for visit in visits_of(monday.session, plan_id)} == {3}
    told = [person for person, _, _ in messages(monday)]
    assert {town.officer, town.supervisor, town.chief} == set(told)
    assert trail(monday, subject_id).count("visit.overdue") == 12  # three visits, overdue and three rungs each
    assert not is_complete(monday.session, plan_id).complete
