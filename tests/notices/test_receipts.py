"""Who was reached and who has read it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.identity.types import Role
from api.kernel.errors import NotFound
from api.notices.queries import count_by_area, count_progress, notice_in, own_notices, unread_of
from api.notices.service.erasing import erase_expired_notices
from api.notices.types import Progress, Severity, Target, Words
from api.notifications.rules.segments import count_segments
from tests.notices.stage import ZH, Stage, acting, draft, make_stage, rows, send, service

EVERYBODY = Target(whole_station=True, roles=(Role.VOLUNTEER,))
OPEN = f"【网格联动】{ZH.title}：{ZH.body}"


@pytest.fixture
def stage(ctx) -> Stage:
    stage = make_stage(ctx)
    for name, grid, phones in (
        ("ann", "e1", 1),
        ("bob", "e1", 2),
        ("cid", "e2", 0),
        ("dee", "w1", 1),
        ("eve", "w1", 0),
    ):
        stage.add(name, grid, phones=phones)
    rows(ctx, "UPDATE people SET phone_kind = 'landline' WHERE id = :id RETURNING id", id=stage.people["eve"].id)
    return stage


def settle(stage: Stage, name: str, state: str) -> None:
    rows(
        stage.ctx, "UPDATE outbox SET state = :state WHERE person_id = :id RETURNING id", state=state,
        id=stage.people[name].id,
    )  # fmt: skip


def test_a_preview_counts_people_by_channel_and_what_their_texts_cost(stage: Stage) -> None:
    desk = stage.desk()
    found = service.preview_notice(desk, draft=draft(desk, EVERYBODY, open_text=True))
    assert (found.people, found.by_push, found.phones, found.by_sms, found.unreachable) == (5, 3, 4, 1, 1)
    assert found.sms_segments == count_segments(OPEN) == 1
    assert (found.cost_milliyuan, found.needs_approval, found.held) == (45, False, 0)
    assert not rows(stage.ctx, "SELECT 1 FROM notices")


def test_a_long_open_text_costs_by_the_part(stage: Stage) -> None:
    desk = stage.desk()
    found = service.preview_notice(desk, draft=draft(desk, EVERYBODY, open_text=True, zh=Words("水", "水" * 130)))
    assert (found.sms_segments, found.cost_milliyuan) == (3, 135)


def test_everybody_is_counted_once_at_the_furthest_point(stage: Stage) -> None:
    notice = send(stage.desk(), EVERYBODY)
    assert count_progress(stage.ctx.session, notice.id) == Progress(5, 4, 0, 0, 0, 0, 1)
    settle(stage, "ann", "delivered")
    settle(stage, "cid", "dead")
    # One of two phones has it: that is delivered, and the other one's failure changes nothing.
    settle(stage, "bob", "dead")
    rows(
        stage.ctx, "UPDATE outbox SET state = 'sent' WHERE id = (SELECT id FROM outbox WHERE person_id = :id LIMIT 1)"
        " RETURNING id", id=stage.people["bob"].id,
    )  # fmt: skip
    service.read_notice(acting(stage.ctx, stage.people["dee"].id, stage.station_id), notice.id)
    assert count_progress(stage.ctx.session, notice.id) == Progress(
        recipients=5, waiting=0, sent=1, summed_up=0, delivered=1, read=1, not_reached=2
    )


def test_the_sum_of_the_grids_is_the_whole(stage: Stage) -> None:
    notice = send(stage.desk(), EVERYBODY)
    whole, areas = count_progress(stage.ctx.session, notice.id), count_by_area(stage.ctx.session, notice.id)
    assert [area.progress.recipients for area in areas] == [2, 1, 2]
    assert sum(area.progress.not_reached for area in areas) == whole.not_reached == 1


def test_who_has_not_read_it_is_named(stage: Stage) -> None:
    notice = send(stage.desk(), EVERYBODY)
    service.read_notice(acting(stage.ctx, stage.people["ann"].id, stage.station_id), notice.id)
    settle(stage, "bob", "read")
    found = unread_of(stage.ctx.session, notice.id, after=None, limit=10)
    names = {person.id: name for name, person in stage.people.items()}
    assert {names[each.person_id] for each in found} == {"cid", "dee", "eve"}
    assert {each.state for each in found} == {"waiting", "not_reached"}
    rest = unread_of(stage.ctx.session, notice.id, after=found[0].person_id, limit=10)
    assert [each.person_id for each in rest] == [each.person_id for each in found[1:]]


def test_the_first_reading_counts(stage: Stage) -> None:
    notice = send(stage.desk(), EVERYBODY)
    ann = acting(stage.ctx, stage.people["ann"].id, stage.station_id)
    service.read_notice(ann, notice.id)
    first = own_notices(ann.session, ann.actor.person, before=None, limit=5)[0].read_at
    service.read_notice(acting(stage.ctx, stage.people["ann"].id, stage.station_id), notice.id)
    assert own_notices(ann.session, ann.actor.person, before=None, limit=5)[0].read_at == first


def test_a_notice_is_read_by_those_it_was_meant_for_only(stage: Stage) -> None:
    notice = send(stage.desk(), Target(unit_ids=(stage.east,)))
    dee = acting(stage.ctx, stage.people["dee"].id, stage.station_id)
    assert own_notices(dee.session, dee.actor.person, before=None, limit=5) == []
    with pytest.raises(NotFound):
        service.read_notice(dee, notice.id)


def test_a_notice_in_somebodys_quiet_hours_waits_unless_it_is_grave(stage: Stage) -> None:
    hour = (stage.ctx.now + timedelta(hours=8)).hour  # Shanghai's
    rows(
        stage.ctx, "INSERT INTO quiet_hours VALUES (:id, :station, make_time(:from, 0, 0), make_time(:to, 0, 0),"
        " 'Asia/Shanghai', 127, now()) RETURNING person_id", id=stage.people["ann"].id, station=stage.station_id,
        **{"from": hour, "to": (hour + 2) % 24},
    )  # fmt: skip
    desk = stage.desk()
    assert service.preview_notice(desk, draft=draft(desk, EVERYBODY)).held == 1
    assert service.preview_notice(desk, draft=draft(desk, EVERYBODY, severity=Severity.ORANGE)).held == 0
    send(desk, EVERYBODY)
    held = rows(stage.ctx, "SELECT person_id, held_until, next_at FROM outbox WHERE held_until IS NOT NULL")
    assert [row.person_id for row in held] == [stage.people["ann"].id]
    assert held[0].held_until > stage.ctx.now
    assert held[0].next_at > held[0].held_until
    send(desk, EVERYBODY, severity=Severity.RED)
    assert not rows(stage.ctx, "SELECT 1 FROM outbox WHERE urgency = 'alert' AND held_until IS NOT NULL")


def test_the_counts_of_a_notice_that_ended_do_not_depend_on_its_messages(stage: Stage) -> None:
    notice = send(stage.desk(), EVERYBODY)
    settle(stage, "ann", "delivered")
    service.withdraw_notice(stage.desk(), notice_id=notice.id)
    before = count_progress(stage.ctx.session, notice.id), count_by_area(stage.ctx.session, notice.id)
    rows(stage.ctx, "DELETE FROM outbox RETURNING id")
    assert (count_progress(stage.ctx.session, notice.id), count_by_area(stage.ctx.session, notice.id)) == before
    assert (before[0].delivered, before[0].not_reached, before[0].recipients) == (1, 4, 5)


def test_words_and_people_of_a_notice_are_erased_in_time_and_its_counts_stay(stage: Stage) -> None:
    notice = send(stage.desk(), EVERYBODY, open_text=True)
    service.withdraw_notice(stage.desk(), notice_id=notice.id)
    later = replace(stage.ctx, now=stage.ctx.now + timedelta(days=364))
    assert erase_expired_notices(later, limit=10) == 0
    later = replace(stage.ctx, now=stage.ctx.now + timedelta(days=366))
    assert (erase_expired_notices(later, limit=10), erase_expired_notices(later, limit=10)) == (1, 0)
    stage.ctx.session.expire_all()
    view = notice_in(stage.ctx.session, stage.station_id, notice.id)
    assert (view.zh, view.en) == (Words("已删除", "已删除"), None)
    assert count_progress(stage.ctx.session, notice.id).recipients == 5
    for table in ("notice_recipients", "message_texts"):
        assert not rows(stage.ctx, f"SELECT 1 FROM {table}")
