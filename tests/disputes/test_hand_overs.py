"""Cases that go to somebody else, or rest for a while: taken, returned, chased, and always somebody's."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.disputes.errors import BadReceiver, ReasonMissing, SuspensionTooLong
from api.disputes.queries.mediation import hand_overs_of, party_ids
from api.disputes.service.editing import edit_case
from api.disputes.service.handing_over import (
    accept_hand_over,
    decline_hand_over,
    list_incoming,
    offer_case,
    withdraw_hand_over,
)
from api.disputes.service.suspending import end_suspension, resume_case, suspend_case
from api.disputes.types import CaseEdit
from api.disputes.types.mediation import NewHandOver
from api.disputes.types.work import HandOverState, ReceiverKind
from api.kernel.errors import IllegalTransition, NotFound
from tests.builders.followups import messages
from tests.builders.mediation import accepted, head_of, later, live, mediating, office_at, run_timers, today

OPEN = frozenset({HandOverState.OFFERED})


def offer(office, case_id, elsewhere):
    """The case offered to another station."""
    order = NewHandOver(case_id, ReceiverKind.STATION, "当事人均住贵辖区", station_id=elsewhere.station_id)
    return offer_case(office.supervisor.ctx, order)


def told(office, template: str) -> list:
    return [person for person, name, _ in messages(office.base) if name == template]


def trail(ctx, case_id) -> list[str]:
    rows = ctx.session.execute(
        text("SELECT action FROM audit_entries WHERE subject_id = :id ORDER BY id"), {"id": case_id}
    )
    return [row.action for row in rows]


def test_the_receiving_supervisor_sees_what_is_offered_and_no_party(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    case_id = mediating(office)
    row = offer(office, case_id, elsewhere)
    assert head_of(office, case_id).state == "handing_over"
    assert told(office, "dispute_offered") == [elsewhere.supervisor.id]
    [seen] = list_incoming(elsewhere.supervisor.ctx, states=OPEN, limit=10)
    assert (seen["hand_over"].id, seen["ref"]) == (row.id, head_of(office, case_id).ref)
    assert set(seen) == {"hand_over", "ref", "category", "colour", "scale", "strict"}
    assert list_incoming(office.supervisor.ctx, states=OPEN, limit=10) == []


def test_who_takes_a_case_gets_a_copy_and_the_sender_keeps_its_name(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    case_id = mediating(office)
    offered = offer(office, case_id, elsewhere)
    row = accept_hand_over(elsewhere.supervisor.ctx, offered.id, note="已接收")
    copy = head_of(elsewhere, row.copy_id)
    assert (copy.station_id, copy.state, copy.received_by) == (
        elsewhere.station_id, "accepted", elsewhere.supervisor.id
    )  # fmt: skip
    assert (head_of(office, case_id).state, hand_overs_of(ctx.session, case_id)[0].copy_id) == ("handed_over", copy.id)
    facts = "SELECT summary, category, source FROM disputes WHERE id = :id"
    before, after = (ctx.session.execute(text(facts), {"id": id_}).one() for id_ in (case_id, copy.id))
    assert (after.category, after.source) == (before.category, "transfer")
    assert bytes(after.summary) != bytes(before.summary)  # sealed anew
    assert len(party_ids(ctx.session, copy.id)) == len(party_ids(ctx.session, case_id)) == 2
    assert office.mediator.id in told(office, "dispute_answered")
    assert "dispute.hand_over_accepted" in trail(ctx, case_id)
    stations = "SELECT DISTINCT station_id FROM audit_entries WHERE subject_id = :id AND action LIKE 'dispute.%'"
    assert ctx.session.execute(text(stations), {"id": case_id}).scalars().all() == [office.station_id]


def test_a_case_returned_comes_with_the_reason_and_is_the_senders_again(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    case_id = mediating(office)
    offered = offer(office, case_id, elsewhere)
    with pytest.raises(ReasonMissing):
        decline_hand_over(elsewhere.supervisor.ctx, offered.id, note=" ")
    row = decline_hand_over(elsewhere.supervisor.ctx, offered.id, note="当事人已搬离")
    assert (row.state, row.answer, row.copy_id) == ("declined", "当事人已搬离", None)
    head = head_of(office, case_id)
    assert (head.state, head.lead_id) == ("accepted", office.mediator.id)
    assert head.due_at is not None
    assert {office.mediator.id, office.supervisor.id} <= set(told(office, "dispute_answered"))
    with pytest.raises(IllegalTransition):
        accept_hand_over(elsewhere.supervisor.ctx, offered.id)


def test_nobody_else_answers(ctx) -> None:
    office, elsewhere, third = office_at(ctx), office_at(ctx), office_at(ctx)
    case_id = mediating(office)
    row = offer(office, case_id, elsewhere)
    for somebody in (third, office):
        with pytest.raises(NotFound):
            accept_hand_over(somebody.supervisor.ctx, row.id)
        with pytest.raises(NotFound):
            decline_hand_over(somebody.supervisor.ctx, row.id, note="不要")
    with pytest.raises(NotFound):
        withdraw_hand_over(elsewhere.supervisor.ctx, row.id, note="收回")
    assert head_of(office, case_id).state == "handing_over"


def test_an_offer_is_taken_back(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    case_id = mediating(office)
    row = withdraw_hand_over(office.supervisor.ctx, offer(office, case_id, elsewhere).id, note="双方已和解")
    assert (row.state, head_of(office, case_id).state) == ("withdrawn", "accepted")
    assert list_incoming(elsewhere.supervisor.ctx, states=OPEN, limit=10) == []


def test_when_nobody_answers_both_stations_hear_of_it(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)  # Monday
    case_id = mediating(office)
    offer(office, case_id, elsewhere)
    for _ in live(office, 14):
        pass
    offered, overdue = told(office, "dispute_offered"), told(office, "dispute_overdue")
    assert offered.index(elsewhere.supervisor.id) < offered.index(elsewhere.chief.id)
    assert overdue.index(office.mediator.id) < overdue.index(office.supervisor.id)
    assert head_of(office, case_id).state == "handing_over"


def test_a_department_answers_through_the_sender(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    case_id = mediating(office)
    order = NewHandOver(case_id, ReceiverKind.DEPARTMENT, "涉及劳动仲裁", department="区人社局")
    row = offer_case(office.supervisor.ctx, order)
    with pytest.raises(NotFound):
        accept_hand_over(elsewhere.supervisor.ctx, row.id)
    assert accept_hand_over(office.supervisor.ctx, row.id, note="人社局已受理").copy_id is None
    assert head_of(office, case_id).state == "handed_over"


@pytest.mark.parametrize("wrong", ["own", "unknown", "both", "neither", "grid"])
def test_a_case_is_handed_to_somebody_who_is_there(ctx, wrong) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    case_id = mediating(office)
    station = {
        "own": office.station_id, "unknown": case_id, "both": elsewhere.station_id, "neither": None,
        "grid": elsewhere.grid_id,
    }[wrong]  # fmt: skip
    department = "区人社局" if wrong == "both" else None
    with pytest.raises(BadReceiver):
        offer_case(
            office.supervisor.ctx,
            NewHandOver(case_id, ReceiverKind.STATION, "移交", station_id=station, department=department),
        )
    assert head_of(office, case_id).state == "mediating"


def test_a_suspended_case_goes_on_by_itself_on_its_day(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    until = today(office) + timedelta(days=20)
    suspend_case(office.supervisor.ctx, case_id, until=until, note="一方住院")
    states = {}
    for day in live(office, 23):
        states[today(day)] = head_of(day, case_id).state
    assert states[until] == "suspended"
    assert states[until + timedelta(days=1)] == "mediating"
    assert told(office, "dispute_resumed") == [office.mediator.id]
    assert told(office, "dispute_overdue") == []


def test_an_edit_does_not_move_the_end_of_a_suspension(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    suspend_case(office.supervisor.ctx, case_id, until=today(office) + timedelta(days=20), note="一方住院")
    before = _clock(ctx, case_id)
    after = later(office, days=3)
    version = head_of(after, case_id).version
    edit_case(after.supervisor.ctx, CaseEdit(case_id, version, {"summary": "补充：一方已住院"}))
    assert _clock(ctx, case_id) == before


def test_it_goes_on_earlier_and_the_old_end_does_nothing_any_more(ctx) -> None:
    office = office_at(ctx)
    case_id = accepted(office)
    until = today(office) + timedelta(days=20)
    first = suspend_case(office.supervisor.ctx, case_id, until=until, note="一方外出")
    early = later(office, days=5)
    resume_case(early.supervisor.ctx, case_id, note="已返回")
    assert head_of(early, case_id).state == "mediating"
    assert _clock(ctx, case_id)[0] is None
    again = later(office, days=6)
    suspend_case(again.supervisor.ctx, case_id, until=today(office) + timedelta(days=60), note="再次外出")
    middle = later(office, days=30)
    run_timers(middle, until=middle.base.now)
    # Should the first timer have been running at that very moment, it finds another step than the one it was set for.
    assert not end_suspension(middle.system, case_id, fence=first.step_no)
    assert head_of(middle, case_id).state == "suspended"


@pytest.mark.parametrize("days", [0, -1, 181])
def test_a_suspension_ends_ahead_and_not_too_far(ctx, days) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    with pytest.raises(SuspensionTooLong):
        suspend_case(office.supervisor.ctx, case_id, until=today(office) + timedelta(days=days), note="一方住院")


def _clock(ctx, case_id) -> tuple:
    values = "SELECT resumes_at, due_at, step_since FROM disputes WHERE id = :id"
    return tuple(ctx.session.execute(text(values), {"id": case_id}).one())
