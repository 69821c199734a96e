"""No case is forgotten: overdue steps climb, also when nobody owns them, and only a step stops them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.disputes.rules.clocks import deadline, rung_of, tell_at
from api.disputes.service import edit_case, report_overdue, set_team_insiders
from api.disputes.service.auditing import take_up_forgotten
from api.disputes.service.steps import move_case, own_dispute
from api.disputes.types import CaseEdit, CaseStep, RiskSign
from api.followups.rules.schedule import station_day
from api.followups.rules.working_days import CHINA
from tests.builders.disputes import Office, make_case, make_office
from tests.builders.followups import at_time, messages

# A Monday morning at the station, far from any holiday.
MONDAY = datetime(2026, 3, 9, 2, tzinfo=UTC)


@pytest.mark.unit
def test_deadlines_skip_weekends_and_holidays() -> None:
    # 2026-09-30 is a Wednesday before the National Day week, of which 10 October (Saturday) is worked.
    before = datetime(2026, 9, 30, 2, tzinfo=UTC)
    assert station_day(deadline(before, 1, CHINA) - timedelta(seconds=1)).isoformat() == "2026-10-08"
    assert deadline(MONDAY, 3, CHINA) == datetime(2026, 3, 12, 16, tzinfo=UTC)


@pytest.mark.unit
def test_everybody_is_told_at_opening_time_of_a_working_day_one_rung_after_another() -> None:
    due = deadline(MONDAY, 3, CHINA)
    moments = [tell_at(due, nag, (1, 2, 4), CHINA) for nag in range(6)]
    assert [moment.isoformat() for moment in moments] == [
        "2026-03-13T08:30:00+08:00",  # Friday
        "2026-03-16T08:30:00+08:00",  # Monday
        "2026-03-17T08:30:00+08:00",
        "2026-03-19T08:30:00+08:00",
        "2026-03-23T08:30:00+08:00",
        "2026-03-25T08:30:00+08:00",
    ]
    assert [rung_of(nag) for nag in range(6)] == [0, 1, 2, 3, 3, 3]


@pytest.fixture
def office(ctx) -> Office:
    return make_office(at_time(ctx, MONDAY))


def next_timer(office: Office, dispute_id: UUID):
    """The reminder that waits; there is never more than one."""
    rows = office.base.session.execute(
        text("SELECT fence, args, due_at, step FROM timers WHERE subject_id = :id AND state = 'waiting'"),
        {"id": dispute_id},
    ).all()
    assert len(rows) == 1
    return rows[0]


def strike(office: Office, dispute_id: UUID) -> set[UUID]:
    """Let the next reminder strike, as the worker would; returns who is told by it."""
    timer = next_timer(office, dispute_id)
    ctx = office.system
    ctx.session.execute(
        text("UPDATE timers SET state = 'fired' WHERE subject_id = :id AND step = :step"),
        {"id": dispute_id, "step": timer.step},
    )
    before = len(messages(ctx))
    report_overdue(at_time(ctx, timer.due_at), dispute_id, fence=timer.fence, nag=timer.args["nag"])
    return {person for person, template, _ in messages(ctx)[before:] if template == "dispute_overdue"}


def test_a_case_its_receiver_forgets_climbs_to_the_chief_and_stays_there(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, unit_id=office.grid_id)
    told = [strike(office, dispute_id) for _ in range(5)]
    assert told == [
        {office.mediator.id}, {office.officer.id}, {office.supervisor.id}, {office.chief.id}, {office.chief.id},
    ]  # fmt: skip


def test_a_case_nobody_owns_climbs_too(office: Office) -> None:
    at_station = replace(office.system, actor=replace(office.system.actor, station_id=office.station_id))
    dispute_id = make_case(at_station)
    # Nobody on the lower rungs: silence does not wait for them.
    assert [strike(office, dispute_id) for _ in range(3)] == [
        {office.supervisor.id}, {office.supervisor.id}, {office.supervisor.id},
    ]  # fmt: skip
    assert strike(office, dispute_id) == {office.chief.id}


def test_of_a_strict_case_only_those_hear_who_may_open_it(office: Office) -> None:
    at_station = replace(office.system, actor=replace(office.system.actor, station_id=office.station_id))
    signs = frozenset({RiskSign.DOMESTIC_VIOLENCE})
    dispute_id = make_case(at_station, signs=signs, unit_id=office.grid_id)
    assert [strike(office, dispute_id) for _ in range(4)] == [{office.chief.id}] * 4


def test_the_message_names_the_case_and_nobody(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    strike(office, dispute_id)
    ref = office.base.session.execute(text("SELECT ref FROM disputes")).scalar_one()
    assert [variables for _, template, variables in messages(office.system) if template == "dispute_overdue"] == [
        {"ref": ref}
    ]


def test_an_edit_or_a_new_team_restarts_nothing(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    before = next_timer(office, dispute_id)
    ctx = office.mediator.ctx
    later = at_time(ctx, MONDAY + timedelta(days=2))
    edit_case(later, CaseEdit(dispute_id, 1, {"people_count": 9}))
    set_team_insiders(later, own_dispute(later, dispute_id), [office.mediator.id, office.other.id])
    assert next_timer(office, dispute_id) == before


def test_a_step_taken_in_time_or_late_stops_the_old_clock_and_starts_its_own(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    old = next_timer(office, dispute_id)
    ctx = at_time(office.mediator.ctx, MONDAY + timedelta(days=9))
    moved = move_case(ctx, own_dispute(ctx, dispute_id), CaseStep.ACCEPT)
    new = next_timer(office, dispute_id)
    assert (new.fence, moved.step_no) == (2, 2)
    assert moved.due_at == deadline(ctx.now, 3, CHINA)
    # A job that was on its way does nothing.
    assert not report_overdue(office.system, dispute_id, fence=old.fence, nag=0)


def test_the_climb_is_in_the_story_and_in_the_trail(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    strike(office, dispute_id)
    strike(office, dispute_id)
    levels = text("SELECT data->>'level' FROM dispute_events WHERE kind = 'overdue' ORDER BY id")
    trail = text("SELECT details->>'level' FROM audit_entries WHERE action = 'dispute.overdue' ORDER BY id")
    assert office.base.session.scalars(levels).all() == office.base.session.scalars(trail).all() == ["0", "1"]


def test_an_ended_case_reminds_nobody(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    strike(office, dispute_id)
    ctx = office.mediator.ctx
    move_case(ctx, own_dispute(ctx, dispute_id), CaseStep.REFUSE, reason="not_ours")
    waiting = text("SELECT count(*) FROM timers WHERE subject_id = :id AND state = 'waiting'")
    assert ctx.session.execute(waiting, {"id": dispute_id}).scalar_one() == 0
    states = ctx.session.scalars(text("SELECT state FROM outbox WHERE template = 'dispute_overdue'")).all()
    assert states == ["cancelled"]
    row = ctx.session.execute(text("SELECT due_at, ended_at, end_reason FROM disputes")).one()
    assert (row.due_at, row.ended_at, row.end_reason) == (None, MONDAY, "not_ours")


def test_a_relapse_opens_a_new_round_and_forgets_the_settlement(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    ctx = office.mediator.ctx
    head = own_dispute(ctx, dispute_id)
    for step in (CaseStep.ACCEPT, CaseStep.BEGIN, CaseStep.SETTLE):
        head = move_case(ctx, head, step)
    assert (head.settled_at, head.round) == (MONDAY, 1)
    head = move_case(ctx, head, CaseStep.RELAPSE)
    assert (head.state, head.settled_at, head.round) == ("mediating", None, 2)
    assert head.accepted_at == MONDAY


def test_the_auditor_reminds_of_what_lost_its_reminder(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    assert take_up_forgotten(office.system) == 0
    lost = text("UPDATE timers SET state = 'dead' WHERE subject_id = :id")
    office.base.session.execute(lost, {"id": dispute_id})
    # A row edited by hand: open, and without any deadline.
    office.base.session.execute(text("UPDATE disputes SET due_at = NULL"))
    assert take_up_forgotten(office.system) == 1
    assert strike(office, dispute_id) == {office.mediator.id}
    assert strike(office, dispute_id) == {office.supervisor.id}
    assert take_up_forgotten(office.system) == 0
