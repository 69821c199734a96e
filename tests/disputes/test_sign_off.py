"""The supervisor's signature: never by who mediated, never with anything open."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.disputes.errors import NotReadyToClose, SignerMediated
from api.disputes.queries.mediation import decisions_of
from api.disputes.service.merging import merge_case
from api.disputes.service.obligations import add_evidence, break_promise, perform_promise, waive_promise
from api.disputes.service.reopening import reopen_case
from api.disputes.service.scoring import set_colour
from api.disputes.service.sessions import plan_session
from api.disputes.service.signing_off import check_sign_off, sign_off
from api.disputes.types import Colour, MediatorKind
from api.disputes.types.mediation import NewMediator, Performance, SessionPlan
from api.followups.queries import plan_of, visits_of
from api.followups.service import close_plan, report_contact, waive_visit
from api.followups.types import Mode, VisitState, WaiveReason
from api.kernel.errors import IllegalTransition, NotFound
from tests.builders.followups import report
from tests.builders.mediation import (
    head_of,
    later,
    live,
    mediating,
    obligations,
    office_at,
    pay,
    settle,
    settled,
    team,
    today,
)


def visit_all(office, case_id, days: int = 10, mode: Mode = Mode.TELEPHONE):
    """Every visit made on its day; the office after it."""
    last = office
    for day in live(office, days):
        last = day
        plan = plan_of(day.base.session, "dispute", case_id)
        for visit in visits_of(day.base.session, plan.id):
            if visit.state is VisitState.DUE:
                report_contact(day.mediator.ctx, visit.id, report(day.base.now, mode=mode))
    return last


def missing(office, case_id) -> dict[str, int]:
    return {lack.code: lack.count for lack in check_sign_off(office.supervisor.ctx, case_id)}


def test_a_case_with_nothing_left_open_is_signed_off(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    done = visit_all(office, case_id)
    assert missing(done, case_id) == {}
    sign_off(done.supervisor.ctx, case_id, note="回访平稳，同意办结")
    head = head_of(done, case_id)
    assert (head.state, head.closed_at, head.due_at) == ("closed", done.base.now, None)
    assert plan_of(ctx.session, "dispute", case_id).state == "closed"
    evaluated = ctx.session.execute(text("SELECT evaluated_on FROM disputes WHERE id = :id"), {"id": case_id})
    assert evaluated.scalar_one() == today(done)
    decision = decisions_of(ctx.session, case_id)[-1]
    assert (decision.step, decision.note, decision.made_by) == ("sign_off", "回访平稳，同意办结", office.supervisor.id)


def test_who_mediated_signs_nothing_off_nor_who_once_did(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    team(later(office, minutes=1), case_id, NewMediator(MediatorKind.POLICE_OFFICER, office.supervisor.id))
    team(later(office, minutes=2), case_id)
    now = later(office, minutes=3)
    settle(now, case_id)
    done = visit_all(now, case_id)
    with pytest.raises(SignerMediated):
        sign_off(done.supervisor.ctx, case_id)
    sign_off(done.chief.ctx, case_id)
    assert head_of(done, case_id).state == "closed"


def test_visits_that_are_open_or_missed_are_listed(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    assert missing(office, case_id) == {"visits_open": 3}
    with pytest.raises(NotReadyToClose) as refused:
        sign_off(office.supervisor.ctx, case_id)
    [issue] = refused.value.issues
    assert (issue.pointer, issue.code) == ("/visits", "visits_open")
    assert (issue.zh, issue.en) == ("有 3 次回访未完成。", "3 visits are not made yet.")
    for _ in live(office, 10):
        pass
    now = later(office, days=10)
    plan = plan_of(ctx.session, "dispute", case_id)
    assert missing(now, case_id) == {"visits_open": 3}  # overdue, and still to be made
    for visit in visits_of(ctx.session, plan.id):
        waive_visit(now.supervisor.ctx, visit.id, reason=WaiveReason.DONE_ELSEWHERE)
    assert missing(now, case_id) == {}


def test_a_plan_somebody_closed_does_not_count_as_followed(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    close_plan(office.supervisor.ctx, plan_of(ctx.session, "dispute", case_id).id, why="by mistake")
    assert "no_visit_plan" in missing(office, case_id)


def test_visits_without_proof_wait_for_somebodys_word(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    set_colour(office.supervisor.ctx, case_id, Colour.RED, note="有人持刀")
    settle(office, case_id)
    done = visit_all(office, case_id, days=36, mode=Mode.JOINT_VISIT)
    assert missing(done, case_id) == {"visits_unconfirmed": 5}


def test_promises_are_kept_with_proof_or_waived(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, today(office), amount="900", instalments=3))
    done = visit_all(office, case_id)
    first, second, third = obligations(done, case_id)
    assert missing(done, case_id) == {"promises_owed": 3}
    break_promise(done.supervisor.ctx, second.id, note="拒付")
    assert missing(done, case_id) == {"promises_owed": 2, "promises_broken": 1}
    perform_promise(done.mediator.ctx, Performance(first.id, today(done)))
    waive_promise(done.supervisor.ctx, second.id, note="债权人放弃")
    assert missing(done, case_id) == {"promises_owed": 1, "promises_unproven": 1}
    add_evidence(done.mediator.ctx, first.id, files=(), note="收条")
    perform_promise(done.mediator.ctx, Performance(third.id, today(done), note="转账"))
    assert missing(done, case_id) == {}
    sign_off(done.supervisor.ctx, case_id)


def test_a_session_without_an_outcome_is_listed(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    plan_session(office.mediator.ctx, SessionPlan(case_id, later(office, days=1).base.now))
    settle(office, case_id)
    done = visit_all(office, case_id)
    assert missing(done, case_id) == {"sessions_planned": 1}


def test_what_is_not_settled_is_not_signed_off(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    with pytest.raises(IllegalTransition):
        sign_off(office.supervisor.ctx, case_id)


def test_nobody_of_another_station_signs(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    case_id = settled(office)
    for act in (sign_off, check_sign_off):
        with pytest.raises(NotFound):
            act(elsewhere.supervisor.ctx, case_id)


def test_a_closed_case_opened_again_is_signed_off_anew(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    done = visit_all(office, case_id)
    sign_off(done.supervisor.ctx, case_id)
    reopen_case(done.supervisor.ctx, case_id, note="又有争执")
    head = head_of(done, case_id)
    assert (head.state, head.round, head.closed_at) == ("mediating", 2, None)
    with pytest.raises(IllegalTransition):
        sign_off(done.supervisor.ctx, case_id)


def test_what_a_merged_case_promised_keeps_the_survivor_open(ctx) -> None:
    office = office_at(ctx)
    merged = mediating(office)
    settle(office, merged, pay(office, merged, today(office)))
    reopen_case(office.supervisor.ctx, merged, note="又起争执")
    survivor = mediating(office)
    merge_case(office.supervisor.ctx, merged, into=survivor)
    [row] = obligations(office, merged)
    assert row.state == "due"
    assert missing(office, survivor)["promises_owed"] == 1
    assert perform_promise(office.mediator.ctx, Performance(row.id, today(office), note="收条")).state == "performed"
    assert "promises_owed" not in missing(office, survivor)


def test_another_agreement_of_the_survivor_takes_its_place(ctx) -> None:
    office = office_at(ctx)
    merged = mediating(office)
    settle(office, merged, pay(office, merged, today(office)))
    reopen_case(office.supervisor.ctx, merged, note="又起争执")
    survivor = mediating(office)
    merge_case(office.supervisor.ctx, merged, into=survivor)
    settle(office, survivor)
    assert [row.state for row in obligations(office, merged)] == ["void"]


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(acts=st.lists(st.sampled_from(["perform", "break", "waive", "prove", "nothing"]), min_size=2, max_size=2))
def test_no_closure_with_an_open_obligation(ctx, acts: list[str]) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, today(office), instalments=2))
    done = visit_all(office, case_id)
    for row, act in zip(obligations(done, case_id), acts, strict=True):
        if act in {"perform", "prove"}:
            note = "收条" if act == "prove" else None
            perform_promise(done.mediator.ctx, Performance(row.id, today(done), note=note))
        elif act != "nothing":
            {"break": break_promise, "waive": waive_promise}[act](done.supervisor.ctx, row.id, note="说明")
    whole = set(acts) <= {"prove", "waive"}
    if whole:
        sign_off(done.supervisor.ctx, case_id)
    else:
        with pytest.raises(NotReadyToClose):
            sign_off(done.supervisor.ctx, case_id)
    states = {row.state for row in obligations(done, case_id)}
    assert (head_of(done, case_id).state == "closed") == whole
    assert head_of(done, case_id).state != "closed" or states <= {"performed", "waived"}
