"""What visits find after a settlement, and what becomes of the case."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.disputes.errors import ReasonMissing, ReopenTooLate
from api.disputes.queries.mediation import decisions_of
from api.disputes.service.decisions import accept_case
from api.disputes.service.ending import fail_case
from api.disputes.service.reopening import hear_contact, reopen_case
from api.disputes.service.signing_off import sign_off
from api.disputes.service.standards import name_insider
from api.disputes.types.mediation import Failure
from api.disputes.types.words import Colour
from api.disputes.types.work import Road
from api.followups.queries import plan_of, visits_of
from api.followups.service import report_contact, write_template
from api.followups.types import Mode, NewTemplate, Outcome, Step, VisitState
from api.kernel.errors import IllegalTransition
from api.kernel.geo import Point
from tests.builders.disputes import make_case, party
from tests.builders.followups import fix_at, messages, report
from tests.builders.mediation import head_of, hold, later, live, mediating, office_at, run_timers, settle, settled, team


def visits(office, case_id):
    plan = plan_of(office.base.session, "dispute", case_id)
    return plan, visits_of(office.base.session, plan.id)


def contact(office, case_id, number: int, **kw):
    """The mediator reports a contact of the visit with this number, now; the news has arrived."""
    visit = visits(office, case_id)[1][number - 1]
    at = kw.pop("at", office.base.now)
    by = kw.pop("by", office.mediator)
    made = report_contact(by.ctx, visit.id, replace(report(at), **kw))
    run_timers(office, until=office.base.now)
    return made


def told(office, template: str) -> list:
    return [person for person, name, _ in messages(office.base) if name == template]


def test_a_relapse_opens_the_case_again_in_red_and_tells_its_people(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    after = later(office, days=3)
    contact(after, case_id, 2, outcome=Outcome.RELAPSED)
    head = head_of(after, case_id)
    assert (head.state, head.colour, head.round, head.settled_at) == ("mediating", "red", 2, None)
    plan, _ = visits(after, case_id)
    assert (plan.colour, plan.round, plan.state) == ("red", 2, "running")
    assert told(after, "dispute_reopened") == [office.mediator.id]
    steps = [row.step for row in decisions_of(ctx.session, case_id)]
    assert steps[-1] == "relapse"


def test_settled_again_it_is_visited_from_the_new_settlement_on(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    contact(later(office, days=3), case_id, 2, outcome=Outcome.RELAPSED)
    again = later(office, days=10)
    hold(again, case_id)
    settle(again, case_id)
    plan, all_visits = visits(again, case_id)
    newest = [visit for visit in all_visits if visit.round == plan.round]
    assert (plan.round, plan.settled_at, plan.colour) == (3, again.base.now, "red")
    assert [visit.mode for visit in newest] == ["joint_visit"] * 5
    assert all(visit.due_at >= again.base.now for visit in newest)
    assert {visit.state for visit in all_visits if visit.round < 3} <= {"done", "missed", "waived"}


def test_news_twice_is_news_once(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    after = later(office, days=3)
    twice = {"outcome": Outcome.RELAPSED, "client_ref": "the same"}
    first = contact(after, case_id, 2, **twice)
    assert contact(after, case_id, 2, **twice).id == first.id
    assert head_of(after, case_id).round == 2
    assert told(after, "dispute_reopened") == [office.mediator.id]


def test_news_that_was_overtaken_opens_nothing(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    news = {"outcome": "relapsed", "relapsed": True, "bears": False, "colour_was": "white", "colour": "red"}
    hear_contact(office.system, case_id, news)
    assert (head_of(office, case_id).state, head_of(office, case_id).round) == ("settled", 1)


def test_the_visits_are_the_teams(ctx) -> None:
    office = office_at(ctx)
    settled(office)
    for _ in live(office, 3):
        pass
    assert set(told(office, "visit_due")) | set(told(office, "visit_overdue")) == {office.mediator.id}


def test_strained_moves_the_case_one_colour_up_and_future_visits_only(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    was = head_of(office, case_id).colour
    after = later(office, days=1)
    before = {visit.id: visit for visit in visits(after, case_id)[1]}
    contact(after, case_id, 1, outcome=Outcome.STRAINED)
    plan, now = visits(after, case_id)
    assert head_of(after, case_id).colour == plan.colour != was
    assert head_of(after, case_id).state == "settled"
    past = [visit for visit in now if visit.due_at <= after.base.now and visit.id in before]
    assert past
    assert all((visit.due_at, visit.mode) == (before[visit.id].due_at, before[visit.id].mode) for visit in past)


def test_calm_and_moved_away_change_nothing_but_the_story(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    head = head_of(office, case_id)
    contact(later(office, days=1), case_id, 1)
    contact(later(office, days=3), case_id, 2, outcome=Outcome.MOVED_AWAY)
    assert head_of(office, case_id) == head
    kinds = ctx.session.execute(text("SELECT kind FROM dispute_events WHERE dispute_id = :id"), {"id": case_id})
    assert [row.kind for row in kinds].count("contact") == 2


# Whatever is odd about a report, it is kept with its marks, and it opens nothing that it does not bear on.


def test_a_visit_before_the_settlement_is_kept_and_proves_nothing(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    before = office.base.now - timedelta(days=2)
    made = contact(office, case_id, 1, captured_at=before, outcome=Outcome.RELAPSED)
    assert "before_settlement" in made.marks
    assert (made.counted, head_of(office, case_id).state) == (False, "settled")


def test_another_persons_phone_is_said(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    after = later(office, days=1)
    made = contact(after, case_id, 1, by=after.officer, visited_by=office.mediator.id)
    assert "other_phone" in made.reasons
    assert (made.reported_by, made.visited_by, made.counted) == (office.officer.id, office.mediator.id, True)


def test_forty_kilometres_away_is_doubtful_and_waits_for_somebodys_word(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    session = ctx.session
    plan, _ = visits(office, case_id)
    session.execute(text("UPDATE visit_plans SET lat = 29.7031, lon = 107.3897 WHERE id = :id"), {"id": plan.id})
    session.expire_all()
    far = fix_at(Point(30.0631, 107.3897))
    made = contact(later(office, days=1), case_id, 1, mode=Mode.VISIT, fix=far)
    assert (made.verdict, made.counted) == ("doubtful", True)
    assert "far_away" in made.reasons


@pytest.mark.parametrize("days", [-2, 2])
def test_a_clock_two_days_off_is_put_right(ctx, days) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    after = later(office, days=1)
    wrong = after.base.now + timedelta(days=days)
    made = contact(after, case_id, 1, captured_at=wrong, sent_at=wrong, outcome=Outcome.RELAPSED)
    assert "clock_off" in made.reasons
    assert abs(made.occurred_at - after.base.now) < timedelta(minutes=1)
    assert head_of(after, case_id).state == "mediating"


def test_a_week_offline_is_history_if_it_was_overtaken_and_news_if_not(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    captured = later(office, days=1).base.now
    contact(later(office, days=3), case_id, 2)
    now = later(office, days=8)
    late = contact(now, case_id, 1, captured_at=captured, sent_at=now.base.now, outcome=Outcome.RELAPSED)
    assert "superseded" in late.marks
    assert head_of(now, case_id).state == "settled"
    alone = settled(office)
    news = contact(now, alone, 1, captured_at=captured, sent_at=now.base.now, outcome=Outcome.RELAPSED)
    assert "reported_late" in news.marks
    assert head_of(now, alone).state == "mediating"


def test_a_relapse_after_closing_opens_the_case_again(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    for day in live(office, 10):
        for visit in visits(day, case_id)[1]:
            if visit.state in {VisitState.DUE, VisitState.OVERDUE}:
                contact(day, case_id, visit.number)
    closed = later(office, days=11)
    sign_off(closed.supervisor.ctx, case_id)
    assert head_of(closed, case_id).state == "closed"
    after = later(office, days=20)
    made = contact(after, case_id, 3, outcome=Outcome.RELAPSED)
    assert "after_closing" in made.marks
    head = head_of(after, case_id)
    assert (head.state, head.round, head.closed_at) == ("mediating", 2, None)


def test_a_template_edited_meanwhile_changes_nothing_that_runs(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    before = visits(office, case_id)[1]
    # Of every colour: the second case of the same people may be graded higher than the first.
    for colour in Colour:
        changed = NewTemplate("dispute", colour, "改版", "changed", (Step(90, Mode.VISIT),))
        write_template(office.supervisor.ctx, changed)
    assert visits(office, case_id)[1] == before
    other = settled(office)
    assert [visit.mode for visit in visits(office, other)[1]] == ["visit"]


def test_a_case_is_opened_again_by_a_person_within_the_window(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    fail_case(office.supervisor.ctx, Failure(case_id, Road.LITIGATION, "分歧过大"))
    in_time = later(office, days=180)
    with pytest.raises(ReasonMissing):
        reopen_case(in_time.supervisor.ctx, case_id, note="")
    reopen_case(in_time.supervisor.ctx, case_id, note="双方又愿意调解")
    assert (head_of(office, case_id).state, head_of(office, case_id).round) == ("mediating", 2)
    assert [(row.step, row.note) for row in decisions_of(ctx.session, case_id)][-1] == ("reopen", "双方又愿意调解")


def test_after_the_window_a_new_case_is_filed(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    fail_case(office.supervisor.ctx, Failure(case_id, Road.LITIGATION, "分歧过大"))
    with pytest.raises(ReopenTooLate):
        reopen_case(later(office, days=181).supervisor.ctx, case_id, note="双方又愿意调解")


def test_a_case_in_work_is_not_opened_again(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    with pytest.raises(IllegalTransition):
        reopen_case(office.supervisor.ctx, case_id, note="再来")


@pytest.mark.parametrize(
    ("road", "wording"),
    [
        (Road.LITIGATION, "dispute_failed_court"),
        (Road.ARBITRATION, "dispute_failed_arbitration"),
        (Road.ADMINISTRATIVE, "dispute_failed_office"),
    ],
)
def test_the_parties_hear_which_road_is_left(ctx, road, wording) -> None:
    office = office_at(ctx)
    people = (
        party(phone="13812345678"),
        party("李小红", phone="023-72223333"),
        party("张小花", minor=False),
        party("张三", phone="13912345678", kind="legal"),
    )
    case_id = mediating(office, parties=people)
    made = fail_case(office.supervisor.ctx, Failure(case_id, road, "分歧过大"))
    assert made.texted == 2
    assert sorted(made.untold.values()) == ["landline", "no_phone"]
    texts = [variables for person, name, variables in messages(ctx) if name == wording]
    assert {variables["ref"] for variables in texts} == {head_of(office, case_id).ref}
    assert {variables["_to"] for variables in texts} == {"+8613812345678", "+8613912345678"}


def test_a_strict_case_is_told_in_person(ctx) -> None:
    office = office_at(ctx)
    people = (party(phone="13812345678"), party("李小花", phone="13912345678", minor=True))
    case_id = make_case(office.desk.ctx, parties=people)
    name_insider(office.chief.ctx, case_id, office.supervisor.id)
    accept_case(office.supervisor.ctx, case_id)
    team(office, case_id)
    made = fail_case(office.mediator.ctx, Failure(case_id, Road.LITIGATION, "分歧过大"))
    assert (made.texted, set(made.untold.values())) == (0, {"strict"})
    assert not [name for _, name, _ in messages(ctx) if name.startswith("dispute_failed")]


def test_failing_needs_words_and_ends_the_clocks(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    with pytest.raises(ReasonMissing):
        fail_case(office.supervisor.ctx, Failure(case_id, Road.LITIGATION, " "))
    fail_case(office.supervisor.ctx, Failure(case_id, Road.LITIGATION, "分歧过大"))
    run_timers(office, until=later(office, days=60).base.now)
    assert told(office, "dispute_overdue") == []
