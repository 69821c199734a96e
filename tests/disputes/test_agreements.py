"""Agreements and what is promised in them: tracked one by one, never forgotten, never in the past."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.disputes.errors import (
    BadPromises,
    ConfirmationTooLate,
    CourtMissing,
    EvidenceMissing,
    ReasonMissing,
    WhenImpossible,
)
from api.disputes.queries.agreements import newest_agreement
from api.disputes.service.confirming import report_confirmation
from api.disputes.service.evidence import link_evidence
from api.disputes.service.obligations import add_evidence, break_promise, perform_promise, waive_promise
from api.disputes.service.reopening import reopen_case
from api.disputes.types.mediation import ConfirmationReport, Performance
from api.disputes.types.work import AgreementForm, ConfirmationStep
from api.files.service import keep_file
from api.files.types import NewFile
from api.followups.queries import plan_of, visits_of
from api.kernel.errors import IllegalTransition, Invalid, NotFound
from tests.builders.files import jpeg
from tests.builders.followups import messages
from tests.builders.mediation import (
    accepted,
    head_of,
    hold,
    later,
    live,
    mediating,
    obligations,
    office_at,
    pay,
    run_timers,
    settle,
    settled,
    today,
)


def told(office, template: str) -> list[UUID]:
    return [person for person, name, _ in messages(office.base) if name == template]


def test_three_instalments_are_three_promises_of_their_own(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    made = settle(office, case_id, pay(office, case_id, date(2026, 3, 31), amount="1000", instalments=3))
    rows = obligations(office, case_id)
    assert [(row.number, row.due_on, row.amount) for row in rows] == [
        (1, date(2026, 3, 31), Decimal("333.33")),
        (2, date(2026, 4, 30), Decimal("333.33")),
        (3, date(2026, 5, 31), Decimal("333.34")),
    ]
    # The last of May is a Sunday: whoever pays on Monday has paid in time.
    assert rows[2].overdue_at.isoformat() == "2026-06-01T16:00:00+00:00"
    assert {row.state for row in rows} == {"due"}
    assert len(made.obligations) == 3
    sealed = ctx.session.execute(text("SELECT what FROM dispute_obligations LIMIT 1")).scalar_one()
    assert "赔偿".encode() not in bytes(sealed)


def test_a_settlement_writes_the_record_and_opens_the_visits(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    made = settle(office, case_id, body="荔枝街道调委会")
    row = ctx.session.execute(
        text("SELECT state, success, resolution_way, resolving_body, settled_at FROM disputes WHERE id = :id"),
        {"id": case_id},
    ).one()
    assert tuple(row) == ("settled", True, "mediation", "荔枝街道调委会", office.base.now)
    plan = plan_of(ctx.session, "dispute", case_id)
    assert plan.id == made.plan_id
    assert (plan.settled_at, plan.label, plan.owner.id) == (office.base.now, head_of(office, case_id).ref, case_id)
    assert all(visit.due_at >= office.base.now for visit in visits_of(ctx.session, plan.id))


def test_a_performance_date_in_the_past_is_refused_by_its_place(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    good = pay(office, case_id, today(office))
    with pytest.raises(BadPromises) as refused:
        settle(office, case_id, good, replace(good, due_on=today(office) - timedelta(days=1)))
    [issue] = refused.value.issues
    assert (issue.pointer, issue.code) == ("/obligations/1/due_on", "performance_in_past")
    assert "履行日期已过" in issue.zh
    assert head_of(office, case_id).state == "mediating"
    assert obligations(office, case_id) == []


def test_an_unknown_way_is_refused(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    with pytest.raises(Invalid) as refused:
        settle(office, case_id, way="no_such_way")
    assert refused.value.issues[0].pointer == "/way"


def test_it_was_settled_neither_tomorrow_nor_before_the_case(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    for moment in (office.base.now + timedelta(hours=1), office.base.now - timedelta(days=1)):
        with pytest.raises(WhenImpossible):
            settle(office, case_id, settled_at=moment)


def test_what_was_agreed_on_monday_is_typed_on_wednesday_and_visited_from_monday_on(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(later(office, days=2), case_id, settled_at=office.base.now)
    assert plan_of(ctx.session, "dispute", case_id).settled_at == office.base.now
    assert newest_agreement(ctx.session, case_id).confirm_by == date(2026, 4, 8)


def test_nothing_is_settled_that_was_not_mediated(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    with pytest.raises(IllegalTransition):
        settle(office, case_id)


def test_a_promise_is_reminded_of_before_and_on_the_day_and_climbs_after_it(ctx) -> None:
    office = office_at(ctx)  # Monday the 9th
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, date(2026, 3, 13)))
    days = {}
    for day in live(office, 14):
        days[today(day).day] = [len(told(day, name)) for name in ("dispute_promise", "dispute_overdue")]
    assert [days[number][0] for number in (11, 12, 13, 14)] == [0, 1, 2, 2]
    [row] = obligations(office, case_id)
    assert row.state == "overdue"
    people = told(office, "dispute_overdue")
    assert people.index(office.mediator.id) < people.index(office.supervisor.id) < people.index(office.chief.id)
    assert days[15][1] == 0  # over at the weekend, told on Monday
    assert days[16][1] == 1


def test_a_promise_kept_in_time_bothers_nobody(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, date(2026, 3, 13)))
    [row] = obligations(office, case_id)
    kept = perform_promise(office.mediator.ctx, Performance(row.id, today(office), note="当面付清，有收条"))
    assert (kept.state, kept.performed_on, kept.decided_by) == ("performed", today(office), office.mediator.id)
    run_timers(office, until=later(office, days=30).base.now)
    assert told(office, "dispute_promise") == told(office, "dispute_overdue") == []


def test_a_promise_is_kept_late_and_after_it_was_broken(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, date(2026, 3, 13), instalments=2))
    after = later(office, days=7)
    run_timers(after, until=after.base.now)
    first, second = obligations(office, case_id)
    assert (first.state, second.state) == ("overdue", "due")
    assert perform_promise(after.mediator.ctx, Performance(first.id, today(after), note="补付")).state == "performed"
    assert break_promise(after.mediator.ctx, second.id, note="明确表示不付").state == "broken"
    assert perform_promise(after.mediator.ctx, Performance(second.id, today(after), note="又付了")).state == "performed"


@pytest.mark.parametrize("days", [-1, 1])
def test_a_promise_was_kept_after_it_was_made_and_not_tomorrow(ctx, days) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    reopen_case(later(office, minutes=1).supervisor.ctx, case_id, note="补充约定")
    now = later(office, minutes=2)
    hold(now, case_id)
    settle(now, case_id, pay(office, case_id, date(2026, 3, 13)))
    [row] = obligations(office, case_id)
    with pytest.raises(WhenImpossible):
        perform_promise(now.mediator.ctx, Performance(row.id, today(now) + timedelta(days=days), note="收条"))


def test_evidence_may_follow_and_only_grows(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, date(2026, 3, 13)))
    [row] = obligations(office, case_id)
    perform_promise(office.mediator.ctx, Performance(row.id, today(office)))
    with pytest.raises(EvidenceMissing):
        add_evidence(office.mediator.ctx, row.id, files=(), note="")
    add_evidence(office.mediator.ctx, row.id, files=(), note="收条编号 7")
    assert add_evidence(office.mediator.ctx, row.id, files=(), note="转账截图").evidence_note == "收条编号 7\n转账截图"
    with pytest.raises(NotFound):
        add_evidence(office.mediator.ctx, row.id, files=(UUID(int=7),), note=None)


def test_a_photo_of_a_receipt_is_the_promises_and_opens_for_its_people(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, date(2026, 3, 13)))
    [row] = obligations(office, case_id)
    mine, theirs = (keep_file(who.ctx, NewFile(jpeg())).id for who in (office.mediator, office.officer))
    with pytest.raises(NotFound):
        perform_promise(office.mediator.ctx, Performance(row.id, today(office), files=(theirs,)))
    ctx.session.expire_all()
    kept = perform_promise(office.mediator.ctx, Performance(row.id, today(office), files=(mine,)))
    assert kept.evidence_files == [mine]
    [seen] = link_evidence(office.supervisor.ctx, row.id)
    assert seen["file_id"] == mine
    assert str(seen["link"]).startswith("/")
    for stranger in (office.other, office.desk):
        with pytest.raises(NotFound):
            link_evidence(stranger.ctx, row.id)
    with pytest.raises(NotFound):
        link_evidence(office.supervisor.ctx, UUID(int=3))


def test_the_same_performance_again_is_the_same_and_another_is_refused(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, date(2026, 3, 13)))
    [row] = obligations(office, case_id)
    now = later(office, days=1)
    report = Performance(row.id, today(now), note="收条")
    version = perform_promise(now.mediator.ctx, report).version
    assert perform_promise(later(office, days=2).mediator.ctx, report).version == version
    with pytest.raises(IllegalTransition):
        perform_promise(now.mediator.ctx, replace(report, performed_on=today(office)))
    with pytest.raises(IllegalTransition):
        perform_promise(now.supervisor.ctx, report)


def test_waiving_and_breaking_need_words_and_are_kept_sealed(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, date(2026, 3, 13)))
    [row] = obligations(office, case_id)
    for decide in (waive_promise, break_promise):
        with pytest.raises(ReasonMissing):
            decide(office.supervisor.ctx, row.id, note="  ")
    assert waive_promise(office.supervisor.ctx, row.id, note="债权人放弃").state == "waived"
    with pytest.raises(IllegalTransition):
        break_promise(office.supervisor.ctx, row.id, note="不付")


def test_another_agreement_voids_what_was_still_owed(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, date(2026, 3, 13), instalments=2))
    first, _ = obligations(office, case_id)
    perform_promise(office.mediator.ctx, Performance(first.id, today(office), note="收条"))
    again = later(office, days=1)
    reopen_case(again.supervisor.ctx, case_id, note="双方要求重新约定")
    hold(again, case_id)
    settle(again, case_id, pay(office, case_id, date(2026, 4, 13)))
    assert [row.state for row in obligations(office, case_id)] == ["performed", "void", "due"]
    assert newest_agreement(ctx.session, case_id).number == 2


def test_the_time_for_judicial_confirmation_is_reminded_of_and_runs_out(ctx) -> None:
    office = office_at(ctx)
    case_id = settled(office)
    agreement = newest_agreement(ctx.session, case_id)
    assert (agreement.confirm_by, agreement.confirm_state) == (date(2026, 4, 8), "possible")
    run_timers(office, until=later(office, days=20).base.now)
    assert told(office, "dispute_confirmation") == []
    run_timers(office, until=later(office, days=30).base.now)
    assert told(office, "dispute_confirmation") == [office.mediator.id]
    run_timers(office, until=later(office, days=31).base.now)
    ctx.session.refresh(agreement)
    assert agreement.confirm_state == "lapsed"
    with pytest.raises(IllegalTransition):
        report_confirmation(
            later(office, days=32).mediator.ctx,
            ConfirmationReport(agreement.id, ConfirmationStep.REQUEST, today(office), court="涪陵区人民法院"),
        )


def test_a_request_and_its_result_are_kept(ctx) -> None:
    office = office_at(ctx)
    agreement = newest_agreement(ctx.session, settled(office))
    day = today(office)
    mediator = office.mediator.ctx
    with pytest.raises(CourtMissing):
        report_confirmation(mediator, ConfirmationReport(agreement.id, ConfirmationStep.REQUEST, day))
    report_confirmation(mediator, ConfirmationReport(agreement.id, ConfirmationStep.REQUEST, day, court="区法院"))
    with pytest.raises(CourtMissing):
        report_confirmation(mediator, ConfirmationReport(agreement.id, ConfirmationStep.CONFIRM, day))
    row = report_confirmation(
        mediator, ConfirmationReport(agreement.id, ConfirmationStep.CONFIRM, day, number="(2026)渝0102民特12号")
    )
    assert (row.confirm_state, row.court, row.confirm_on) == ("confirmed", "区法院", day)
    run_timers(office, until=later(office, days=60).base.now)
    assert told(office, "dispute_confirmation") == []


def test_parties_who_do_not_want_it_are_not_asked_again_but_may_think_again(ctx) -> None:
    office = office_at(ctx)
    agreement = newest_agreement(ctx.session, settled(office))
    report_confirmation(
        office.mediator.ctx, ConfirmationReport(agreement.id, ConfirmationStep.RENOUNCE, today(office))
    )  # fmt: skip
    run_timers(office, until=later(office, days=60).base.now)
    assert told(office, "dispute_confirmation") == []
    late = later(office, days=31)
    order = ConfirmationReport(agreement.id, ConfirmationStep.REQUEST, today(late), court="区法院")
    with pytest.raises(ConfirmationTooLate):
        report_confirmation(late.mediator.ctx, order)
    in_time = later(office, days=30)
    row = report_confirmation(in_time.mediator.ctx, replace(order, on=today(in_time)))
    assert row.confirm_state == "requested"


def test_what_was_agreed_by_word_of_mouth_no_court_confirms(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, form=AgreementForm.ORAL)
    assert newest_agreement(ctx.session, case_id).confirm_state == "not_wanted"
    run_timers(office, until=later(office, days=60).base.now)
    assert told(office, "dispute_confirmation") == []


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(delay=st.integers(0, 10), ahead=st.integers(0, 400), instalments=st.integers(1, 5))
def test_nothing_is_due_before_the_settlement(ctx, delay: int, ahead: int, instalments: int) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    now = later(office, days=delay)
    promise = pay(now, case_id, today(now) + timedelta(days=ahead), instalments=instalments)
    made = settle(now, case_id, promise, settled_at=office.base.now)
    head = head_of(now, case_id)
    assert all(row.due_on >= today(office) and row.overdue_at > head.settled_at for row in made.obligations)
    assert all(visit.due_at >= head.settled_at for visit in visits_of(ctx.session, made.plan_id))
