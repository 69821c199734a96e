"""Sessions: planned, held or not, the second in time, and what is said when nobody says anything."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.disputes.errors import NotInWork, SessionTextMissing, UnknownAttendee, WhenImpossible
from api.disputes.queries.mediation import mediators_of, sessions_of
from api.disputes.service.sessions import plan_session, report_session
from api.disputes.types.mediation import SessionPlan, SessionReport
from api.disputes.types.work import SessionStep
from api.kernel.errors import IllegalTransition, NotFound
from tests.builders.disputes import make_case
from tests.builders.followups import messages
from tests.builders.mediation import (
    accepted,
    head_of,
    hold,
    later,
    live,
    mediating,
    office_at,
    parties,
    run_timers,
    settle,
)


def plan(office, case_id, **delta):
    """A session in a while."""
    return plan_session(office.mediator.ctx, SessionPlan(case_id, office.base.now + timedelta(**delta), "调解室"))


def told(office, template: str) -> list[UUID]:
    return [person for person, name, _ in messages(office.base) if name == template]


def test_the_first_session_held_begins_the_mediation(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    session = plan(office, case_id, hours=2)
    assert head_of(office, case_id).state == "accepted"
    at = later(office, hours=4)
    first, second = parties(office, case_id)
    present = frozenset({first, mediators_of(ctx.session, case_id)[0].id})
    row = report_session(
        at.mediator.ctx,
        SessionReport(session.id, SessionStep.HOLD, record="双方各退一步", present=present, absent=frozenset({second})),
    )
    assert (row.state, row.number, row.round, row.recorded_by) == ("held", 1, 1, office.mediator.id)
    assert row.attendance == {"present": sorted(map(str, present)), "absent": [str(second)]}
    assert head_of(office, case_id).state == "mediating"
    sealed = ctx.session.execute(text("SELECT record FROM dispute_sessions")).scalar_one()
    assert "双方".encode() not in bytes(sealed)


@pytest.mark.parametrize(
    ("step", "state", "begins"),
    [
        (SessionStep.ADJOURN, "adjourned", True),
        (SessionStep.MISS, "party_absent", True),
        (SessionStep.CANCEL, "cancelled", False),
    ],
)
def test_a_session_that_was_not_held_says_why(ctx, step, state, begins) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    session = plan(office, case_id, hours=1)
    with pytest.raises(SessionTextMissing):
        report_session(office.mediator.ctx, SessionReport(session.id, step))
    row = report_session(office.mediator.ctx, SessionReport(session.id, step, note="对方未到"))
    assert row.state == state
    assert (head_of(office, case_id).state == "mediating") == begins


def test_what_was_held_has_a_record(ctx) -> None:
    office = office_at(ctx)
    session = plan(office, accepted(office), hours=1)
    with pytest.raises(SessionTextMissing):
        report_session(office.mediator.ctx, SessionReport(session.id, SessionStep.HOLD, note="没写笔录"))


def test_a_session_is_reported_once(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    [row] = sessions_of(ctx.session, case_id)
    with pytest.raises(IllegalTransition):
        report_session(office.mediator.ctx, SessionReport(row.id, SessionStep.CANCEL, note="记错了"))


def test_the_same_report_again_is_the_same_and_another_is_refused(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    report = SessionReport(plan(office, case_id, hours=1).id, SessionStep.HOLD, record="双方同意")
    first = report_session(office.mediator.ctx, report)
    again = report_session(later(office, hours=5).mediator.ctx, report)
    assert (again.recorded_at, again.version) == (first.recorded_at, first.version)
    for changed, who in ((replace(report, record="双方不同意"), office.mediator), (report, office.supervisor)):
        with pytest.raises(IllegalTransition):
            report_session(who.ctx, changed)
    acts = text("SELECT count(*) FROM audit_entries WHERE action = 'dispute.session_reported'")
    assert ctx.session.scalar(acts) == 1


def test_nobody_was_there_who_does_not_belong_to_the_case(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    session = plan(office, case_id, hours=1)
    [first, _] = parties(office, case_id)
    for present, absent in (({UUID(int=9)}, set()), ({first}, {first})):
        report = SessionReport(
            session.id, SessionStep.HOLD, record="调解", present=frozenset(present), absent=frozenset(absent)
        )  # fmt: skip
        with pytest.raises(UnknownAttendee):
            report_session(office.mediator.ctx, report)


def test_a_session_that_took_place_is_recorded_afterwards_but_not_before_the_case(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    with pytest.raises(WhenImpossible):
        plan_session(office.mediator.ctx, SessionPlan(case_id, office.base.now - timedelta(days=1)))
    tomorrow = later(office, days=1)
    session = plan_session(tomorrow.mediator.ctx, SessionPlan(case_id, office.base.now))
    for at in (tomorrow.base.now + timedelta(hours=1), office.base.now - timedelta(hours=1)):
        with pytest.raises(WhenImpossible):
            report_session(tomorrow.mediator.ctx, SessionReport(session.id, SessionStep.HOLD, at=at, record="调解"))


def test_only_what_is_taken_up_is_mediated(ctx) -> None:
    office = office_at(ctx)
    with pytest.raises(NotInWork):
        plan(office, make_case(office.mediator.ctx), hours=1)


def test_a_mediator_of_no_team_cannot_touch_it(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    session = plan(office, case_id, hours=1)
    with pytest.raises(NotFound):
        plan_session(office.other.ctx, SessionPlan(case_id, office.base.now))
    with pytest.raises(NotFound):
        report_session(office.other.ctx, SessionReport(session.id, SessionStep.CANCEL, note="不"))
    with pytest.raises(NotFound):
        report_session(office.mediator.ctx, SessionReport(UUID(int=1), SessionStep.CANCEL, note="不"))


def test_the_mediators_are_reminded_on_the_working_day_before(ctx) -> None:
    office = office_at(ctx)  # Monday
    plan(office, accepted(office), days=7)
    friday = later(office, days=4)
    run_timers(office, until=friday.base.now - timedelta(hours=3))
    assert told(office, "dispute_session") == []
    run_timers(office, until=friday.base.now)
    assert told(office, "dispute_session") == [office.mediator.id]


def test_a_session_called_off_reminds_nobody(ctx) -> None:
    office = office_at(ctx)
    session = plan(office, accepted(office), days=7)
    report_session(office.mediator.ctx, SessionReport(session.id, SessionStep.CANCEL, note="改期"))
    run_timers(office, until=later(office, days=30).base.now)
    assert told(office, "dispute_session") == []


def test_a_session_nobody_reports_climbs(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    plan(office, case_id, hours=2)
    for _ in live(office, 9):
        pass
    people = told(office, "dispute_overdue")
    assert people.index(office.mediator.id) < people.index(office.supervisor.id)


def test_the_second_session_follows_within_seven_working_days(ctx) -> None:
    office = office_at(ctx)  # Monday the 9th
    case_id = mediating(office)
    due_at = ctx.session.execute(
        text("SELECT due_at FROM timers WHERE job LIKE '%next_session_due' AND state = 'waiting'")
    ).scalar_one()
    assert due_at.isoformat() == "2026-03-19T00:30:00+00:00"  # the morning after the seventh working day, the 18th
    for day in live(office, 14):
        last = day
    assert office.mediator.id in told(last, "dispute_overdue")
    assert office.supervisor.id in told(last, "dispute_overdue")
    assert head_of(office, case_id).state == "mediating"


@pytest.mark.parametrize("how", ["second", "settled"])
def test_a_second_session_or_an_agreement_in_time_is_enough(ctx, how) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    in_time = later(office, days=3)
    if how == "second":
        hold(in_time, case_id)
    else:
        settle(in_time, case_id)
    waiting = "SELECT count(*) FROM timers WHERE job LIKE '%next_session_due' AND state = 'waiting'"
    assert ctx.session.execute(text(waiting)).scalar_one() == 0
