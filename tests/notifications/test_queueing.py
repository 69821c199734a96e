"""Queueing, withdrawing, acknowledging: what other areas and phones do to messages."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from api.identity.service import retire_registration
from api.kernel.errors import NotFound
from api.notifications.queries import told_subjects
from api.notifications.rules.templates import Unrenderable
from api.notifications.service import acknowledge, queue_notices, queue_sms_to_number, withdraw
from api.notifications.types import AckKind, Acknowledgement, MessageState, NumberNotice
from api.plumbing.context import Actor, Ctx
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable, message_row, queue_notice

WORDS = st.lists(st.tuples(st.sampled_from(sorted(AckKind)), st.integers(0, 100)), min_size=1)


def rows(ctx: Ctx, columns: str) -> list[tuple]:
    return [tuple(row) for row in ctx.session.execute(text(f"SELECT {columns} FROM outbox ORDER BY id"))]


def test_one_push_per_phone_or_one_text(ctx: Ctx) -> None:
    station_id = make_station(ctx)
    people = [make_reachable(ctx, station_id, phones=phones) for phones in (0, 1, 2)]
    ids = queue_notices(ctx, [make_notice(ctx, somebody) for somebody in people])
    assert len(ids) == 4
    expected = [(people[0].id, "sms"), (people[1].id, "push"), (people[2].id, "push"), (people[2].id, "push")]
    assert sorted(rows(ctx, "person_id, channel")) == sorted(expected)


def test_queueing_for_many_costs_as_many_statements_as_for_one(ctx: Ctx) -> None:
    station_id = make_station(ctx)
    notices = [make_notice(ctx, make_reachable(ctx, station_id)) for _ in range(20)]
    statements: list[str] = []
    engine = ctx.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    queue_notices(ctx, notices)
    assert len(statements) == 3  # registrations, messages, NOTIFY


def test_the_same_notice_twice_is_one_message_and_another_step_a_second(ctx: Ctx) -> None:
    notice = make_notice(ctx, make_reachable(ctx))
    assert len(queue_notices(ctx, [notice])) == 1
    assert queue_notices(ctx, [notice]) == []
    assert len(queue_notices(ctx, [replace(notice, step="second")])) == 1


def test_a_template_that_does_not_exist_or_says_a_name_is_refused_when_it_is_queued(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    for changes in ({"template": "nothing"}, {"variables": {"name": "王小明"}}):
        with pytest.raises(Unrenderable):
            queue_notices(ctx, [make_notice(ctx, somebody, **changes)])


def test_a_retired_registration_is_no_way_to_reach_anybody(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    queue_notice(ctx, somebody)
    [(device_id,)] = rows(ctx, "device_id")
    retire_registration(ctx, device_id, "unregistered")
    assert message_row(ctx, queue_notice(ctx, somebody))["channel"] == "sms"


def test_a_number_outside_the_roster_is_nowhere_in_clear(ctx: Ctx) -> None:
    notice = NumberNotice(
        phone="+8619911112222", subject_kind="incident", subject_id=ctx.new_id(), template="call_back",
        urgency="normal", step="closed", expires_at=ctx.now + timedelta(hours=1), variables={"ref": "7K3-9QX2"},
        station_id=make_station(ctx),
    )  # fmt: skip
    assert queue_sms_to_number(ctx, notice) is not None
    assert queue_sms_to_number(ctx, notice) is None
    [stored] = ctx.session.scalars(text("SELECT CAST(outbox AS text) FROM outbox"))
    assert "19911112222" not in stored


def test_withdrawing_cancels_what_is_not_sent_and_says_so_in_the_trail(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    queued, sent = queue_notice(ctx, somebody), queue_notice(ctx, somebody)
    ctx.session.execute(text("UPDATE outbox SET state = 'sent', rank = 1 WHERE id = :id"), {"id": sent})
    subjects = [message_row(ctx, message)["subject_id"] for message in (queued, sent)]
    assert withdraw(ctx, subjects) == [queued]
    assert [message_row(ctx, message)["state"] for message in (queued, sent)] == ["cancelled", "sent"]
    trail = text("SELECT subject_id FROM audit_entries WHERE action = 'message.withdrawn'")
    assert ctx.session.scalars(trail).all() == [queued]
    assert withdraw(ctx, subjects) == []


def test_withdrawing_for_some_leaves_the_others_theirs(ctx: Ctx) -> None:
    station_id, subject_id = make_station(ctx), ctx.new_id()
    one, other = make_reachable(ctx, station_id), make_reachable(ctx, station_id)
    ids = queue_notices(ctx, [make_notice(ctx, somebody, subject_id=subject_id) for somebody in (one, other)])
    assert withdraw(ctx, subject_id, person_ids=[other.id]) == [ids[1]]
    assert message_row(ctx, ids[0])["state"] == "queued"


def test_a_message_in_the_provider_s_hands_cannot_be_withdrawn_but_has_no_next_try(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx))
    row = message_row(ctx, message)
    assert told_subjects(ctx.session, [row["subject_id"]]) == set()
    leased = "UPDATE outbox SET state = 'leased', lease_token = :id, handed_at = now() WHERE id = :id"
    ctx.session.execute(text(leased), {"id": message})
    assert withdraw(ctx, row["subject_id"]) == []
    row = message_row(ctx, message)
    assert (row["state"], row["lease_token"], row["expires_at"] <= ctx.now) == ("leased", message, True)
    assert told_subjects(ctx.session, [row["subject_id"]]) == {row["subject_id"]}


def reader_of(ctx: Ctx, person_id) -> Ctx:
    return replace(ctx, actor=Actor(kind="person", person_id=person_id))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.tuples(st.sampled_from(sorted(AckKind)), st.integers(0, 100)), min_size=1), random=st.randoms()
)
def test_acknowledgements_in_any_order_and_number_have_one_effect(ctx: Ctx, words, random) -> None:
    somebody = make_reachable(ctx)
    columns = ("state", "rank", "delivered_at", "shown_at", "read_at", "ack_seq")
    outcomes = []
    for order in (words, random.sample([*words, words[0]], len(words) + 1)):
        message = queue_notice(ctx, somebody, subject_id=ctx.new_id())
        earlier = text("UPDATE outbox SET created_at = :now - interval '2 hours' WHERE id = :id")
        ctx.session.execute(earlier, {"now": ctx.now, "id": message})
        for kind, minute in order:
            at = ctx.now - timedelta(minutes=minute)
            acknowledge(reader_of(ctx, somebody.id), message, Acknowledgement(kind, at, client_seq=minute))
        row = message_row(ctx, message)
        outcomes.append([row[column] for column in columns])
    assert outcomes[0] == outcomes[1]
    said = {kind for kind, _ in words}
    assert outcomes[0][0] == (MessageState.READ if AckKind.READ in said else MessageState.DELIVERED)


def test_a_phone_with_a_wrong_clock_is_believed_between_writing_and_now_only(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    for hours in (-9_000, 9_000):
        message = queue_notice(ctx, somebody)
        said = Acknowledgement(AckKind.READ, ctx.now + timedelta(hours=hours))
        acknowledge(reader_of(ctx, somebody.id), message, said)
        row = message_row(ctx, message)
        assert row["created_at"] <= row["read_at"] <= ctx.now


def test_nobody_acknowledges_for_somebody_else(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx))
    other = make_reachable(ctx)
    for unknown in (message, ctx.new_id()):
        with pytest.raises(NotFound):
            acknowledge(reader_of(ctx, other.id), unknown, Acknowledgement(AckKind.READ, ctx.now))
