"""Two disputes over 120 days of a moved clock: one that flares up and is calmed, one that nobody owns."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import select, text

from api.audit.models import AuditEntry
from api.disputes.errors import NotReadyToClose
from api.disputes.queries.agreements import agreements_of
from api.disputes.service.decisions import accept_case
from api.disputes.service.filing import file_case
from api.disputes.service.obligations import perform_promise
from api.disputes.service.parties import add_party
from api.disputes.service.scoring import set_colour
from api.disputes.service.sessions import plan_session, report_session
from api.disputes.service.settling import settle_case
from api.disputes.service.signing_off import check_sign_off, sign_off
from api.disputes.service.steps import SUBJECT
from api.disputes.types import CaseState, Colour, PartyRole
from api.disputes.types.mediation import Performance, SessionPlan, SessionReport, Settlement
from api.disputes.types.work import AgreementForm, ObligationState, SessionStep
from api.followups.queries import overdue, plan_of, visits_of
from api.followups.service import report_contact
from api.followups.types import Mode, Outcome, VisitState
from api.incidents.service import report_incident
from api.incidents.service.handing_over import hand_to_disputes
from api.incidents.types import Category
from api.plumbing.context import SYSTEM, open_ctx
from tests.builders.disputes import Office, new_case, party
from tests.builders.followups import fix_at, messages, report
from tests.builders.incidents import PLACE, new_incident
from tests.builders.mediation import (
    WAY,
    head_of,
    hold,
    later,
    live,
    obligations,
    office_at,
    pay,
    run_timers,
    settle,
    team,
    today,
)

# A Wednesday morning, far from any holiday but those of May.
WEDNESDAY = datetime(2026, 3, 4, 2, tzinfo=UTC)
MET = (VisitState.DUE, VisitState.OVERDUE)


def trail(office: Office, case_id: UUID) -> list[str]:
    entries = select(AuditEntry.action).where(AuditEntry.subject_id == case_id).order_by(AuditEntry.id)
    return list(office.base.session.scalars(entries))


def in_order(story: list[str], *steps: str) -> bool:
    """Whether the story tells these steps one after the other, with whatever lies between."""
    rest = iter(story)
    return all(step in rest for step in steps)


def visit_due(office: Office, case_id: UUID, outcome: Outcome = Outcome.CALM) -> None:
    """The mediator makes every visit whose window is open, as its mode asks."""
    plan = plan_of(office.base.session, SUBJECT, case_id)
    for visit in visits_of(office.base.session, plan.id) if plan else []:
        if visit.state in MET:
            fix = None if visit.mode is Mode.TELEPHONE else fix_at(PLACE)
            at = office.base.now
            report_contact(office.mediator.ctx, visit.id, report(at, mode=visit.mode, outcome=outcome, fix=fix))
    run_timers(office, until=office.base.now)  # the news of it


def keep_promises(office: Office, case_id: UUID) -> None:
    """Whatever is due today is kept, with a receipt."""
    for row in obligations(office, case_id):
        if row.state in (ObligationState.DUE, ObligationState.OVERDUE) and row.due_on <= today(office):
            perform_promise(office.mediator.ctx, Performance(row.id, today(office), note="收条"))


def first_days(office: Office) -> Iterator[tuple[int, Office, UUID]]:
    """120 days of a dispute that an incident becomes on the first; day, office, case."""
    incident_id = report_incident(
        office.desk.ctx, new_incident(category=Category.DISPUTE, description="邻里因漏水争吵，民警到场劝阻")
    )
    hand_to_disputes(office.desk.ctx, incident_id, category="0203")
    for day, now in enumerate(live(office, 120)):
        case_id = now.base.session.scalar(
            text("SELECT id FROM disputes WHERE incident_id = :id"), {"id": incident_id}
        )  # fmt: skip
        yield day, now, case_id


def test_an_incident_becomes_a_dispute_that_flares_up_and_is_calmed(ctx) -> None:
    office = office_at(ctx, WEDNESDAY)
    states: dict[int, CaseState] = {}
    for day, now, case_id in first_days(office):
        work_on(now, case_id, day)
        states[day] = head_of(now, case_id).state
    head = head_of(office, case_id)
    assert [states[day] for day in (0, 1, 2, 5, 19, 20, 23)] == [
        "reported", "accepted", "mediating", "settled", "settled", "mediating", "settled",
    ]  # fmt: skip
    assert (head.state, head.colour, head.round) == ("closed", "red", 2)
    assert_all_kept(office, case_id)
    assert_told(office, case_id)


def work_on(office: Office, case_id: UUID, day: int) -> None:
    """What the station does on each day; everything else happens by itself."""
    if day == 1:
        accept_case(office.supervisor.ctx, case_id)
        team(office, case_id)
        add_party(office.mediator.ctx, case_id, party("张三", role=PartyRole.RESPONDENT, phone="13912345678"))
        set_colour(office.supervisor.ctx, case_id, Colour.ORANGE, note="双方曾动手")
    elif day == 2:
        hold(office, case_id, "第一次调解，未达成一致。")
    elif day == 5:
        hold(office, case_id, "第二次调解，达成一致。")
        settle(office, case_id, pay(office, case_id, date(2026, 3, 16), instalments=3))
    elif day == 22:
        hold(office, case_id, "再次调解，双方冷静。")
    elif day == 23:
        settle(office, case_id, pay(office, case_id, date(2026, 4, 10), amount="2000", instalments=2))
    # The visit of the fifteenth day after the settlement finds them quarrelling again.
    visit_due(office, case_id, Outcome.RELAPSED if day == 20 else Outcome.CALM)
    keep_promises(office, case_id)
    if head_of(office, case_id).state == "settled" and not check_sign_off(office.supervisor.ctx, case_id):
        sign_off(office.supervisor.ctx, case_id, note="回访平稳，履行完毕")


def assert_all_kept(office: Office, case_id: UUID) -> None:
    """Every promise has its end, every visit too, and the last round was made jointly."""
    rows = obligations(office, case_id)
    # Three under the first agreement, of which one was paid before it broke; two under the second.
    assert [row.state for row in rows] == ["performed", "void", "void", "performed", "performed"]
    assert sum(row.amount for row in rows if row.state == "performed") == Decimal("3000")
    plan = plan_of(office.base.session, SUBJECT, case_id)
    visits = visits_of(office.base.session, plan.id)
    last = [visit for visit in visits if visit.round == plan.round]
    assert [(visit.mode, visit.state) for visit in last] == [("joint_visit", "done")] * 5
    assert {visit.state for visit in visits} <= {VisitState.DONE, VisitState.WAIVED}
    assert plan.state == "closed"
    assert all(visit.due_at >= plan.settled_at for visit in last)
    assert [row.confirm_state for row in agreements_of(office.base.session, case_id)] == ["lapsed", "lapsed"]


def assert_told(office: Office, case_id: UUID) -> None:
    """The trail alone tells the story, and nobody was told that anything was late, for nothing was."""
    story = trail(office, case_id)
    assert story[0] == "dispute.filed"
    assert in_order(
        story,
        "dispute.accept", "dispute.team_set", "dispute.coloured", "dispute.session_planned", "dispute.begin",
        "dispute.session_reported", "dispute.settle", "visit_plan.opened", "dispute.agreement_made", "visit.reported",
        "dispute.obligation_perform", "visit.reported", "visit_plan.restarted", "dispute.relapse", "dispute.coloured",
        "dispute.session_reported", "dispute.settle", "dispute.obligation_void", "visit_plan.restarted",
        "dispute.agreement_made", "visit.reported", "dispute.obligation_perform", "dispute.sign_off",
        "visit_plan.closed",
    )  # fmt: skip
    assert not {"dispute.overdue", "dispute.work_overdue", "visit.overdue"} & set(story)
    told = [template for _, template, _ in messages(office.base)]
    assert "dispute_overdue" not in told
    assert told.count("dispute_reopened") == 1
    assert told.count("dispute_rating") >= 4
    actors = "SELECT DISTINCT actor_id FROM audit_entries WHERE subject_id = :id AND action = 'dispute.sign_off'"
    signed = office.base.session.execute(text(actors), {"id": case_id}).scalars().all()
    assert signed == [office.supervisor.id]


@pytest.fixture
def unowned(ctx) -> tuple[Office, UUID]:
    """A dispute that came in by itself: no receiver, no team, no grid."""
    office = office_at(ctx, WEDNESDAY)
    at_station = replace(
        open_ctx(ctx.session, replace(SYSTEM, station_id=office.station_id), request_id="test"), now=office.base.now
    )
    return office, file_case(at_station, new_case())


def test_what_nobody_owns_climbs_to_the_chief_and_stays(unowned) -> None:
    office, case_id = unowned
    first: dict[UUID, int] = {}
    for day, now in enumerate(live(office, 120)):
        for person, template, _ in messages(now.base):
            if template == "dispute_overdue":
                first.setdefault(person, day)
    # Due by the end of Monday, the third working day; told on Tuesday to whoever is nearest, for nobody is below.
    assert first == {office.supervisor.id: 6, office.chief.id: first[office.chief.id]}
    assert 6 < first[office.chief.id] <= 12
    assert head_of(office, case_id).state == "reported"
    assert trail(office, case_id).count("dispute.overdue") > 10  # again and again, until somebody acts


def test_settled_and_visited_by_nobody_it_climbs_too_and_is_never_closed(unowned) -> None:
    office, case_id = unowned
    accept_case(office.supervisor.ctx, case_id)
    session = plan_session(office.supervisor.ctx, SessionPlan(case_id, office.base.now))
    report_session(office.supervisor.ctx, SessionReport(session.id, SessionStep.HOLD, record="双方同意"))
    settle_case(office.supervisor.ctx, Settlement(case_id, "协议", AgreementForm.ORAL, WAY))
    for now in live(office, 120):
        last = now
    told = [person for person, template, _ in messages(office.base) if template == "visit_escalated"]
    assert told.index(office.supervisor.id) < told.index(office.chief.id)
    assert len(overdue(office.base.session, office.station_id, limit=10)) == 3
    with pytest.raises(NotReadyToClose):
        sign_off(last.chief.ctx, case_id)
    assert head_of(last, case_id).state == "settled"


@pytest.mark.parametrize("colours", [("red", "white"), ("orange", "red", "blue"), ("yellow", "yellow", "red", "white")])
@pytest.mark.parametrize("every", [1, 4])
def test_a_regrade_never_touches_a_past_visit(ctx, colours: tuple[str, ...], every: int) -> None:
    office = office_at(ctx, WEDNESDAY)
    case_id = file_case(office.desk.ctx, new_case())
    accept_case(office.supervisor.ctx, case_id)
    team(office, case_id)
    hold(office, case_id)
    settle(office, case_id)
    for number, colour in enumerate(colours, start=1):
        now = later(office, days=number * every)
        before = _clocks(now, case_id)
        set_colour(now.supervisor.ctx, case_id, Colour(colour), note="再评估")
        after = _clocks(now, case_id)
        past = {id_: clock for id_, clock in before.items() if clock[1] <= now.base.now}
        assert past
        assert {id_: after[id_] for id_ in past} == past
        added = after.keys() - before.keys()
        assert all(after[id_][1] > now.base.now - timedelta(days=1) for id_ in added)
        assert plan_of(ctx.session, SUBJECT, case_id).colour == colour


def _clocks(office: Office, case_id: UUID) -> dict[UUID, tuple]:
    plan = plan_of(office.base.session, SUBJECT, case_id)
    return {
        visit.id: (visit.mode, visit.due_at, visit.overdue_at, visit.state)
        for visit in visits_of(office.base.session, plan.id)
    }
