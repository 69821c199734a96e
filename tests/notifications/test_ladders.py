"""Ladders: push, text, call; one after the other until somebody has read it, and never after the end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text

from api.identity.queries import phone_index
from api.identity.service import retire_registration
from api.notifications.rules.ladders import LADDERS, climb_at, is_night, next_rung
from api.notifications.service import acknowledge, ladders, note_reading, queue_notices, withdraw
from api.notifications.service.fallback import fall_back
from api.notifications.service.forgetting import forget_old_reach
from api.notifications.service.ladders import CLIMB, climb_due
from api.notifications.service.opt_outs import REPLY, opt_out
from api.notifications.types import AckKind, Acknowledgement, LadderStep, Notice
from api.notifications.types.reaching import LadderEvent, LadderState, Proof
from api.plumbing.context import Actor, Ctx
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_notice, make_reachable

PUSH, SMS, VOICE = LadderStep("push"), LadderStep("sms", 30), LadderStep("voice", 60)
WHOLE = (PUSH, SMS, VOICE)
LANDLINE = "+862372223333"
STEPS = st.lists(st.sampled_from(["push", "sms", "voice"]), min_size=1, max_size=5)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ctx(ctx: Ctx) -> Ctx:
    """Noon at the station, whenever the test runs: at night nobody waits for a push to be read."""
    return replace(ctx, now=ctx.now.replace(hour=4, minute=0))


def start(ctx: Ctx, somebody: Reachable, **changes: Any) -> Notice:
    life = {"ladder": WHOLE, "expires_at": ctx.now + timedelta(minutes=10)}
    notice = make_notice(ctx, somebody, **(life | changes))
    queue_notices(ctx, [notice])
    return notice


def messages(ctx: Ctx, notice: Notice) -> list[tuple[str, str]]:
    # Ids of one millisecond are in no order.
    order = "created_at, array_position(ARRAY['push', 'sms', 'voice'], channel), state"
    statement = text(f"SELECT channel, state FROM outbox WHERE subject_id = :subject ORDER BY {order}")
    return [tuple(row) for row in ctx.session.execute(statement, {"subject": notice.subject_id})]


def channels(ctx: Ctx, notice: Notice) -> list[str]:
    return [channel for channel, _ in messages(ctx, notice)]


def ladder(ctx: Ctx, notice: Notice) -> Any:
    statement = text("SELECT * FROM ladders WHERE subject_id = :subject AND person_id = :person")
    return ctx.session.execute(statement, {"subject": notice.subject_id, "person": notice.person_id}).one()


def timers(ctx: Ctx) -> list[str]:
    statement = text("SELECT state FROM timers WHERE job = :job ORDER BY due_at")
    return list(ctx.session.scalars(statement, {"job": CLIMB}))


def later(ctx: Ctx, seconds: float) -> Ctx:
    return replace(ctx, now=ctx.now + timedelta(seconds=seconds))


def climb(ctx: Ctx, notice: Notice) -> int:
    return climb_due(ctx, ladder(ctx, notice).batch_id)


def fail(ctx: Ctx, notice: Notice, channel: str) -> None:
    """A message of this channel turns out to be undeliverable, as settling or a receipt says."""
    statement = text("SELECT id FROM outbox WHERE subject_id = :subject AND channel = :channel")
    ids = list(ctx.session.scalars(statement, {"subject": notice.subject_id, "channel": channel}))
    fall_back(ctx, always=ids, if_last=[])


def test_push_first_then_a_text_then_a_call(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx))
    assert channels(ctx, notice) == ["push"]
    assert climb(later(ctx, 29), notice) == 0
    assert climb(later(ctx, 30), notice) == 1
    assert channels(ctx, notice) == ["push", "sms"]
    assert climb(later(ctx, 89), notice) == 0
    assert climb(later(ctx, 90), notice) == 1
    assert channels(ctx, notice) == ["push", "sms", "voice"]
    assert climb(later(ctx, 500), notice) == 0
    assert ladder(ctx, notice).state == "climbing"  # it still may be answered


def test_at_night_a_text_follows_the_push_at_once(ctx: Ctx) -> None:
    night = replace(ctx, now=ctx.now.replace(hour=18))  # two in the morning
    notice = start(night, make_reachable(night))
    assert climb(night, notice) == 1
    assert channels(night, notice) == ["push", "sms"]
    assert climb(later(night, 59), notice) == 0  # texts are not held: the call waits as ever
    assert climb(later(night, 60), notice) == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("hour", "minute", "night"), [(15, 59, False), (16, 0, True), (21, 59, True), (22, 0, False), (4, 0, False)]
)
def test_the_night_is_the_one_at_the_station(hour: int, minute: int, night: bool) -> None:
    assert is_night(datetime(2026, 3, 1, hour, minute, tzinfo=UTC)) is night


def test_the_same_timer_twice_or_early_climbs_once(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx))
    due = later(ctx, 30)
    assert [climb(due, notice), climb(due, notice), climb(due, notice)] == [1, 0, 0]
    assert channels(ctx, notice) == ["push", "sms"]


@pytest.mark.parametrize("proof", sorted(Proof))
def test_every_proof_of_reading_stops_it_and_cancels_what_waits(ctx: Ctx, proof: Proof) -> None:
    notice = start(ctx, make_reachable(ctx, phones=2))
    climb(later(ctx, 30), notice)
    assert note_reading(ctx, notice.subject_id, notice.person_id, proof)
    assert messages(ctx, notice) == [("push", "cancelled"), ("push", "cancelled"), ("sms", "cancelled")]
    assert climb(later(ctx, 90), notice) == 0
    row = ladder(ctx, notice)
    assert (row.state, row.proof, row.next_at) == ("proved", proof, None)
    assert set(timers(ctx)) == {"cancelled"}
    assert not note_reading(ctx, notice.subject_id, notice.person_id, Proof.ACK)
    assert ladder(ctx, notice).proof == proof


@pytest.mark.parametrize(("kind", "stops"), [("received", False), ("shown", False), ("read", True)])
def test_read_is_proof_and_shown_is_none(ctx: Ctx, make_ctx, kind: str, stops: bool) -> None:
    somebody = make_reachable(ctx)
    notice = start(ctx, somebody)
    message = ctx.session.scalar(text("SELECT id FROM outbox"))
    reader = make_ctx(Actor("person", somebody.id, somebody.person.station_id))
    acknowledge(reader, message, Acknowledgement(AckKind(kind), ctx.now))
    assert climb(later(ctx, 30), notice) == (0 if stops else 1)


def test_a_proof_stops_only_its_own_notice(ctx: Ctx) -> None:
    """The stand-down that follows an answer is about the same offer, and must arrive."""
    somebody = make_reachable(ctx)
    notice = start(ctx, somebody)
    other = start(ctx, somebody)
    stand_down = replace(notice, step="stand-down", template="stand_down", ladder=())
    queue_notices(ctx, [stand_down])
    note_reading(ctx, notice.subject_id, notice.person_id, Proof.APP)
    assert messages(ctx, notice) == [("push", "cancelled"), ("push", "queued")]
    assert messages(ctx, other) == [("push", "queued")]


def test_opening_one_message_says_nothing_about_another_notice(ctx: Ctx, make_ctx) -> None:
    """Somebody on a task opens the old offer: the welfare check that came since still climbs."""
    somebody = make_reachable(ctx)
    offer = start(ctx, somebody)
    check = replace(offer, step="welfare-1", template="welfare_check")
    queue_notices(ctx, [check])
    opened = ctx.session.scalar(text("SELECT id FROM outbox WHERE step = :step"), {"step": offer.step})
    reader = make_ctx(Actor("person", somebody.id, somebody.person.station_id))
    acknowledge(reader, opened, Acknowledgement(AckKind.READ, ctx.now))
    states = ctx.session.execute(text("SELECT step, state FROM ladders")).all()
    assert dict(map(tuple, states)) == {offer.step: "proved", "welfare-1": "climbing"}
    note_reading(reader, offer.subject_id, somebody.id, Proof.APP)  # an answer in the app covers both
    assert set(ctx.session.scalars(text("SELECT state FROM ladders"))) == {"proved"}


@pytest.mark.parametrize(
    ("phones", "number", "stopped", "expected"),
    [
        (0, None, False, ["sms"]),
        (0, None, True, ["voice"]),
        (0, LANDLINE, False, ["voice"]),
        (1, LANDLINE, False, ["push", "voice"]),
        (1, None, True, ["push", "voice"]),
        (2, None, False, ["push", "push", "sms"]),
    ],
    ids=["no app", "no app, STOP", "landline", "app and landline", "app, STOP", "two phones"],
)
def test_a_rung_that_is_impossible_is_skipped(ctx: Ctx, phones, number, stopped, expected) -> None:
    somebody = make_reachable(ctx, phones=phones, number=number)
    if stopped:
        opt_out(ctx, phone_index(somebody.person.phone), source=REPLY)
    notice = start(ctx, somebody)
    if phones:
        climb(later(ctx, 30), notice)
    assert channels(ctx, notice) == expected


def test_nothing_possible_is_exhausted_from_the_start(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx, phones=0, number=LANDLINE), ladder=(PUSH, SMS))
    queue_notices(ctx, [notice])
    assert messages(ctx, notice) == []
    assert ladder(ctx, notice).state == "exhausted"


def test_a_dead_token_or_number_goes_on_at_once(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    notice = start(ctx, somebody)
    retire_registration(ctx, ctx.session.scalar(text("SELECT device_id FROM outbox")), "unregistered")
    fail(ctx, notice, "push")
    assert channels(ctx, notice) == ["push", "sms"]
    fail(ctx, notice, "sms")
    assert channels(ctx, notice) == ["push", "sms", "voice"]
    fail(ctx, notice, "voice")
    assert ladder(ctx, notice).state == "exhausted"
    assert note_reading(ctx, notice.subject_id, notice.person_id, Proof.APP)


def test_a_ladder_without_a_text_still_leaves_nobody_out(ctx: Ctx) -> None:
    station_id = make_station(ctx)
    without = start(ctx, make_reachable(ctx, station_id, phones=0), ladder=(PUSH,))
    assert channels(ctx, without) == ["sms"]
    unread = start(ctx, make_reachable(ctx, station_id), ladder=(PUSH,))
    assert climb_due(later(ctx, 500)) == 0
    assert channels(ctx, unread) == ["push"]  # who merely does not read is not texted: the policy says so
    fail(ctx, unread, "push")
    assert channels(ctx, unread) == ["push", "sms"]


def test_a_failure_of_an_earlier_rung_does_not_move_a_later_one(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx))
    climb(later(ctx, 30), notice)
    fail(later(ctx, 31), notice, "push")
    assert channels(ctx, notice) == ["push", "sms"]  # and the text is not sent twice
    assert ladder(ctx, notice).rung == 1


def test_one_of_two_phones_dead_leaves_the_other_its_time(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx, phones=2))
    first = ctx.session.execute(text("SELECT id, device_id FROM outbox ORDER BY id")).first()
    retire_registration(ctx, first.device_id, "unregistered")
    fall_back(ctx, always=[], if_last=[first.id])
    assert channels(ctx, notice) == ["push", "push"]


def test_it_never_climbs_past_its_end(ctx: Ctx) -> None:
    notice = replace(make_notice(ctx, make_reachable(ctx)), ladder=WHOLE, expires_at=ctx.now + timedelta(seconds=45))
    queue_notices(ctx, [notice])
    climb(later(ctx, 30), notice)
    assert ladder(ctx, notice).next_at is None  # the call would come after the end
    late = replace(make_notice(ctx, make_reachable(ctx)), ladder=WHOLE, expires_at=ctx.now + timedelta(seconds=31))
    queue_notices(ctx, [late])
    assert climb(later(ctx, 32), late) == 0
    fail(later(ctx, 32), late, "push")
    assert channels(ctx, late) == ["push"]


def test_it_never_climbs_after_its_subject_has_ended(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx))
    withdraw(ctx, notice.subject_id)
    assert ladder(ctx, notice).state == "ended"
    assert timers(ctx) == ["cancelled"]
    assert climb(later(ctx, 30), notice) == 0
    fail(ctx, notice, "push")
    assert messages(ctx, notice) == [("push", "cancelled")]


def test_withdrawing_from_some_leaves_the_others_their_ladders_and_timers(ctx: Ctx) -> None:
    station_id, subject = make_station(ctx), ctx.new_id()
    people = [make_reachable(ctx, station_id) for _ in range(2)]
    notices = [make_notice(ctx, p, ladder=WHOLE, subject_id=subject) for p in people]
    queue_notices(ctx, notices)
    withdraw(ctx, subject, person_ids=[people[0].id])
    assert [ladder(ctx, notice).state for notice in notices] == ["ended", "climbing"]
    assert timers(ctx) == ["waiting"]
    assert climb(later(ctx, 30), notices[1]) == 1


def test_a_hundred_ladders_cost_as_many_statements_as_one_and_one_timer(ctx: Ctx) -> None:
    station_id = make_station(ctx)
    notices = [make_notice(ctx, make_reachable(ctx, station_id), ladder=WHOLE) for _ in range(60)]
    statements: list[str] = []
    event.listen(ctx.session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    queue_notices(ctx, notices)
    assert len(statements) <= 6, statements
    assert timers(ctx) == ["waiting"]
    statements.clear()
    assert climb(later(ctx, 30), notices[0]) == 60
    assert len(statements) <= 16, statements


def test_a_wave_larger_than_one_round_climbs_whole(ctx: Ctx, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladders, "BATCH", 5)
    station_id = make_station(ctx)
    notices = [make_notice(ctx, make_reachable(ctx, station_id), ladder=WHOLE) for _ in range(12)]
    queue_notices(ctx, notices)
    assert climb(later(ctx, 30), notices[0]) == 12


def test_the_sweeper_climbs_what_its_timer_left_behind(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx))
    assert climb_due(later(ctx, 31)) == 0
    assert climb_due(later(ctx, 36)) == 1
    assert channels(ctx, notice) == ["push", "sms"]


def test_the_same_notice_twice_is_one_ladder(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx))
    assert queue_notices(ctx, [notice]) == []
    assert channels(ctx, notice) == ["push"]


def test_what_has_served_is_dropped_and_the_rest_stays(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx))
    forget_old_reach(later(ctx, 100 * 86_400))
    assert ladder(ctx, notice).state == "climbing"
    forget_old_reach(later(ctx, 3_000 * 86_400))
    assert ctx.session.scalar(text("SELECT count(*) FROM ladders")) == 0


@pytest.mark.unit
@given(STEPS, st.sets(st.sampled_from(["push", "sms", "voice"])))
def test_rungs_only_go_up_and_only_over_possible_channels(names: list[str], possible: set[str]) -> None:
    rungs = [LadderStep(name) for name in names]
    taken, path = -1, []
    while (index := next_rung(rungs, taken, possible)) is not None:
        assert index > taken
        taken = index
        path.append(rungs[index].channel)
    assert path == [name for name in names if name in possible]


@pytest.mark.unit
@given(st.integers(-1, 5), st.lists(st.integers(0, 600), min_size=1, max_size=5), st.integers(-10, 700))
def test_no_rung_is_due_after_the_end(taken: int, waits: list[int], life: int) -> None:
    rungs = [LadderStep("sms", wait) for wait in waits]
    expires_at = NOW + timedelta(seconds=life)
    due = climb_at(rungs, taken, NOW, expires_at)
    assert due is None or NOW <= due < expires_at


@pytest.mark.unit
def test_only_proof_is_final_and_it_may_come_at_any_time() -> None:
    assert LADDERS.sources(LadderEvent.PROVE) == set(LadderState) - LADDERS.final


def test_a_person_of_another_station_is_not_stopped_by_anybody_else(ctx: Ctx) -> None:
    notice = start(ctx, make_reachable(ctx))
    assert not note_reading(ctx, notice.subject_id, UUID(int=1), Proof.APP)
    assert ladder(ctx, notice).state == "climbing"
