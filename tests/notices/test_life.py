"""A notice's life: the second person, the slices, the end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.identity.types import Role
from api.kernel.errors import IllegalTransition, NotFound, StaleVersion
from api.kernel.states import Machine
from api.notices.errors import ExpiryUnfit, NobodyMeant, SamePerson, TextNotPublic, TextTooLong
from api.notices.queries import own_notice
from api.notices.rules.states import NOTICES
from api.notices.service import sending
from api.notices.types import Category, Decision, NoticePolicy, NoticeState, Severity, Target, Words
from api.notifications.service.claims import ClaimOrder, claim_letters
from api.notifications.types import Channel, Urgency
from api.plumbing.context import open_ctx
from tests.notices.stage import ZH, Stage, draft, expand, make_stage, rows, send, service

EVERYBODY = Target(whole_station=True, roles=(Role.VOLUNTEER,))


@pytest.fixture
def stage(ctx) -> Stage:
    stage = make_stage(ctx)
    for name in ("ann", "bob", "cid"):
        stage.add(name, "e1")
    return stage


def allow(stage: Stage, recipients: int) -> None:
    """Above this many somebody else decides."""
    service.change_policy(stage.desk(Role.STATION_ADMIN), policy=NoticePolicy(approve_above=recipients))


def submitted(stage: Stage, desk):
    notice = service.write_notice(desk, draft=draft(desk, EVERYBODY))
    return service.submit_notice(desk, notice_id=notice.id, version=notice.version)


def claim(ctx, urgency: Urgency = Urgency.NORMAL, channel: Channel = Channel.PUSH):
    now = open_ctx(ctx.session, ctx.actor, request_id="claim")
    return claim_letters(now, ClaimOrder((urgency,), channel, 10, timedelta(seconds=20))).letters


def test_every_state_is_in_the_table() -> None:
    assert isinstance(NOTICES, Machine)
    known = {state for state, _ in NOTICES.table} | set(NOTICES.table.values())
    assert known == set(NoticeState)
    assert NOTICES.final == {state for state in NoticeState if not any(source is state for source, _ in NOTICES.table)}


def test_up_to_the_limit_it_goes_out_at_once(stage: Stage) -> None:
    allow(stage, 3)
    notice = submitted(stage, stage.desk())
    assert (notice.state, notice.expected) == ("sending", 3)
    expand(stage.ctx, notice.id)
    assert len(stage.told()) == 3


def test_above_the_limit_nobody_hears_of_it_before_a_second_person_agrees(stage: Stage) -> None:
    allow(stage, 2)
    approver = stage.desk(Role.SUPERVISOR)
    notice = submitted(stage, stage.desk())
    assert (notice.state, expand(stage.ctx, notice.id)) == ("awaiting", 1)
    assert not rows(stage.ctx, "SELECT 1 FROM outbox WHERE template = 'notice_flood'")
    asked = rows(stage.ctx, "SELECT person_id FROM outbox WHERE template = 'notice_waits' AND state = 'queued'")
    assert approver.actor.person_id in {row.person_id for row in asked}
    assert notice.written_by not in {row.person_id for row in asked}
    assert service.decide_notice(approver, notice_id=notice.id, decision=Decision.APPROVE).state == "sending"
    expand(stage.ctx, notice.id)
    assert len(rows(stage.ctx, "SELECT 1 FROM outbox WHERE template = 'notice_flood'")) == 3
    # The question is settled: nobody is asked any more.
    assert not rows(stage.ctx, "SELECT 1 FROM outbox WHERE template = 'notice_waits' AND state = 'queued'")


def test_whoever_had_a_hand_in_it_cannot_approve_it(stage: Stage) -> None:
    allow(stage, 2)
    writer, editor, submitter = (stage.desk(Role.SUPERVISOR) for _ in range(3))
    notice = service.write_notice(writer, draft=draft(writer, EVERYBODY))
    notice = service.edit_notice(editor, notice_id=notice.id, version=notice.version, draft=draft(editor, EVERYBODY))
    notice = service.submit_notice(submitter, notice_id=notice.id, version=notice.version)
    for desk in (writer, editor, submitter):
        with pytest.raises(SamePerson):
            service.decide_notice(desk, notice_id=notice.id, decision=Decision.APPROVE)
    assert service.decide_notice(stage.desk(), notice_id=notice.id, decision=Decision.REJECT).state == "rejected"
    with pytest.raises(IllegalTransition):
        service.decide_notice(stage.desk(), notice_id=notice.id, decision=Decision.APPROVE)


def test_what_is_sent_is_what_was_seen(stage: Stage) -> None:
    desk = stage.desk()
    notice = service.write_notice(desk, draft=draft(desk, EVERYBODY))
    service.edit_notice(desk, notice_id=notice.id, version=notice.version, draft=draft(desk, EVERYBODY))
    with pytest.raises(StaleVersion):
        service.submit_notice(desk, notice_id=notice.id, version=notice.version)


def test_what_was_submitted_is_not_edited_any_more(stage: Stage) -> None:
    desk = stage.desk()
    notice = submitted(stage, desk)
    with pytest.raises(IllegalTransition):
        service.edit_notice(desk, notice_id=notice.id, version=notice.version, draft=draft(desk, EVERYBODY))


def test_a_notice_to_nobody_is_not_sent(stage: Stage) -> None:
    desk = stage.desk()
    notice = service.write_notice(desk, draft=draft(desk, Target(unit_ids=(stage.west,))))
    with pytest.raises(NobodyMeant):
        service.submit_notice(desk, notice_id=notice.id, version=notice.version)


@pytest.mark.parametrize("slice_size", [1, 2, 3, 10])
def test_slices_reach_everybody_once(stage: Stage, monkeypatch, slice_size: int) -> None:
    monkeypatch.setattr(sending, "SLICE", slice_size)
    notice = submitted(stage, stage.desk())
    slices = expand(stage.ctx, notice.id)
    assert slices == 3 // slice_size + 1
    assert stage.told() == {"ann": ["push"], "bob": ["push"], "cid": ["push"]}
    assert rows(stage.ctx, "SELECT state, recipients FROM notices") == [("sent", 3)]
    # Done once more, as after a worker that died: nothing changes.
    assert not service.expand_notice(stage.ctx, notice.id)
    assert len(rows(stage.ctx, "SELECT 1 FROM outbox WHERE subject_kind = 'notice'")) == 3


def test_a_slice_done_twice_doubles_nobody(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(sending, "SLICE", 2)
    notice = submitted(stage, stage.desk())
    service.expand_notice(stage.ctx, notice.id)
    rows(stage.ctx, "UPDATE notices SET reached_id = NULL RETURNING id")
    stage.ctx.session.expire_all()
    expand(stage.ctx, notice.id)
    assert stage.told() == {"ann": ["push"], "bob": ["push"], "cid": ["push"]}


def test_withdrawing_stops_what_is_queued_and_what_would_be(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr(sending, "SLICE", 2)
    desk = stage.desk()
    notice = submitted(stage, desk)
    service.expand_notice(stage.ctx, notice.id)
    taken = claim(stage.ctx)[:1]
    assert len(taken) == 1
    service.withdraw_notice(desk, notice_id=notice.id)
    assert not service.expand_notice(stage.ctx, notice.id)
    states = [row.state for row in rows(stage.ctx, "SELECT state FROM outbox WHERE subject_kind = 'notice'")]
    # What is on its way cannot be called back; it is not tried again.
    assert "queued" not in states
    assert len(states) == 2
    with pytest.raises(NotFound):
        own_notice(stage.ctx.session, stage.people["ann"].id, notice.id)


def test_a_notice_is_over_when_it_said_it_would_be(stage: Stage) -> None:
    desk = stage.desk()
    notice = send(desk, EVERYBODY)
    service.expire_notice(desk, notice.id)
    assert rows(stage.ctx, "SELECT state FROM notices") == [("sent",)]
    late = replace(desk, now=notice.expires_at)
    service.expire_notice(late, notice.id)
    assert rows(stage.ctx, "SELECT state FROM notices") == [("expired",)]


def test_its_end_is_between_minutes_and_weeks_away(stage: Stage) -> None:
    desk = stage.desk()
    for span in (timedelta(minutes=9), timedelta(days=31)):
        with pytest.raises(ExpiryUnfit):
            service.write_notice(desk, draft=draft(desk, EVERYBODY, expires_at=desk.now + span))


def test_a_lock_screen_shows_no_more_than_the_sort_of_notice(stage: Stage) -> None:
    send(stage.desk(), EVERYBODY, category=Category.MISSING_PERSON, zh=Words("寻找张大爷", "八十岁，穿蓝色外套。"))
    letters = claim(stage.ctx)
    assert len(letters) == 3
    assert {letter.template for letter in letters} == {"notice_missing_person"}
    assert {letter.wording for letter in letters} == {None}
    stored = rows(stage.ctx, "SELECT title_zh::text, body_zh::text FROM notices")[0]
    assert not any("张" in text or "蓝" in text for text in stored)


def test_an_open_text_goes_out_with_its_words_from_one_row(stage: Stage) -> None:
    send(stage.desk(), EVERYBODY, open_text=True, en=Words("Flood", "Please go to the school."))
    words = {(letter.wording.title, letter.wording.body, letter.wording.sms) for letter in claim(stage.ctx)}
    assert words == {(ZH.title, ZH.body, f"【网格联动】{ZH.title}：{ZH.body}")}
    assert len(rows(stage.ctx, "SELECT 1 FROM message_texts")) == 1


def test_a_text_about_a_person_is_never_open(stage: Stage) -> None:
    desk = stage.desk()
    with pytest.raises(TextNotPublic):
        service.write_notice(desk, draft=draft(desk, EVERYBODY, category=Category.MISSING_PERSON, open_text=True))
    with pytest.raises(TextTooLong):
        service.write_notice(desk, draft=draft(desk, EVERYBODY, zh=Words("长", "水" * 241), open_text=True))


@pytest.mark.parametrize(
    ("severity", "urgency"), [("red", "alert"), ("orange", "alert"), ("yellow", "normal"), ("blue", "normal")]
)
def test_the_colour_chooses_the_class(stage: Stage, severity: str, urgency: str) -> None:
    send(stage.desk(), EVERYBODY, severity=Severity(severity))
    assert {row.urgency for row in rows(stage.ctx, "SELECT urgency FROM outbox")} == {urgency}


def test_a_grave_notice_to_very_many_leaves_the_urgent_lane_to_calls_for_help(stage: Stage, monkeypatch) -> None:
    monkeypatch.setattr("api.notices.rules.drafts.ALERT_MOST", 2)
    send(stage.desk(), EVERYBODY, severity=Severity.RED)
    assert {row.urgency for row in rows(stage.ctx, "SELECT urgency FROM outbox")} == {"normal"}


def test_who_submitted_it_hears_that_it_was_not_sent(stage: Stage) -> None:
    allow(stage, 2)
    first, second = submitted(stage, stage.desk()), submitted(stage, stage.desk())
    service.decide_notice(stage.desk(Role.SUPERVISOR), notice_id=first.id, decision=Decision.REJECT)
    service.expire_notice(replace(stage.ctx, now=second.expires_at), second.id)
    told = rows(stage.ctx, "SELECT person_id, subject_id FROM outbox WHERE template = 'notice_not_sent'")
    assert set(told) == {(first.submitted_by, first.id), (second.submitted_by, second.id)}
    assert not rows(stage.ctx, "SELECT 1 FROM outbox WHERE template = 'notice_waits' AND state = 'queued'")


def test_a_notice_that_nobody_goes_on_with_is_taken_up_again(stage: Stage) -> None:
    notice = submitted(stage, stage.desk())
    later = replace(stage.ctx, now=stage.ctx.now + timedelta(minutes=3))
    assert service.take_up_stuck(later) == 0
    rows(stage.ctx, "UPDATE timers SET state = 'dead' WHERE subject_id = :id RETURNING id", id=notice.id)
    assert (service.take_up_stuck(later), service.take_up_stuck(later)) == (1, 0)
    expand(stage.ctx, notice.id)
    assert (len(stage.told()), service.take_up_stuck(later)) == (3, 0)


def test_every_step_is_in_the_trail(stage: Stage) -> None:
    allow(stage, 1)
    notice = submitted(stage, stage.desk())
    approver = stage.desk(Role.SUPERVISOR)
    service.decide_notice(approver, notice_id=notice.id, decision=Decision.APPROVE)
    expand(stage.ctx, notice.id)
    service.withdraw_notice(approver, notice_id=notice.id)
    found = rows(stage.ctx, "SELECT action, actor_id, details FROM audit_entries WHERE subject_id = :id ORDER BY id",
                 id=notice.id)  # fmt: skip
    actions = [row.action for row in found if row.action.startswith("notice.")]
    assert actions == ["notice.written", "notice.submitted", "notice.decided", "notice.sent", "notice.withdrawn"]
    assert found[-1].details == {"cancelled": 3}
