"""Keeping messages back, and letting go of them."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from api.notifications.models import OwnQuietHours, ReachPolicyRow
from api.notifications.rules.bundling import bundle_until
from api.notifications.service import acknowledge, queue_notices, withdraw
from api.notifications.service.claims import ClaimOrder, claim_letters
from api.notifications.service.releasing import release_held
from api.notifications.service.sweeping import sweep_messages
from api.notifications.types import AckKind, Acknowledgement, Channel, Urgency
from api.plumbing.context import Actor, Ctx
from tests.builders.notifications import Reachable, make_notice, make_reachable

SHANGHAI = ZoneInfo("Asia/Shanghai")
# A night at the end of a month.
EVENING = datetime(2026, 11, 30, 23, 10, tzinfo=SHANGHAI).astimezone(UTC)
MORNING = datetime(2026, 12, 1, 7, 0, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def night(ctx: Ctx) -> Ctx:
    return replace(ctx, now=EVENING)


@pytest.fixture
def ann(night: Ctx) -> Reachable:
    """Asleep from ten to seven."""
    ann = make_reachable(night)
    choose(night, ann, time(22), time(7))
    return ann


def choose(ctx: Ctx, somebody: Reachable, starts: time | None, ends: time | None, zone: str = "Asia/Shanghai") -> None:
    values = (starts, ends, zone, 127) if starts else (None, None, None, None)
    row = OwnQuietHours(
        person_id=somebody.id, station_id=somebody.person.station_id, changed_at=ctx.now,
        **dict(zip(("starts", "ends", "zone", "days"), values, strict=True)),
    )  # fmt: skip
    ctx.session.merge(row)
    ctx.session.flush()


def settle_policy(ctx: Ctx, somebody: Reachable, **values) -> None:
    ctx.session.add(
        ReachPolicyRow(
            station_id=somebody.person.station_id, changed_at=ctx.now,
            **{"bundle_gap_s": 900, "push_test_days": 0, "sms_test_days": 0, **values},
        )
    )  # fmt: skip
    ctx.session.flush()


def remind(ctx: Ctx, somebody: Reachable, count: int = 1, **changes) -> datetime | None:
    """Queue so many messages; until when the last one is held."""
    changes = {"template": "stand_down", "urgency": "normal", "expires_at": ctx.now + timedelta(days=1), **changes}
    ids = queue_notices(ctx, [make_notice(ctx, somebody, **changes) for _ in range(count)])
    return ctx.session.execute(text("SELECT held_until FROM outbox WHERE id = :id"), {"id": ids[-1]}).scalar_one()


def sent(ctx: Ctx, somebody: Reachable) -> list[str]:
    """What could be claimed for somebody now, by template."""
    found = []
    for urgency in Urgency:
        for channel in (Channel.PUSH, Channel.SMS):
            order = ClaimOrder((urgency,), channel, 500, timedelta(seconds=20))
            found += [x.template for x in claim_letters(ctx, order).letters if x.person_id == somebody.id]
    return found


def at(ctx: Ctx, moment: datetime) -> Ctx:
    return replace(ctx, now=moment)


def test_a_message_at_night_waits_for_the_morning_in_the_persons_own_zone(night: Ctx, ann: Reachable) -> None:
    assert remind(night, ann) == MORNING
    choose(night, ann, time(22), time(7), "Europe/London")
    assert remind(night, ann) is None  # three in the afternoon there


def test_nobody_can_silence_an_alert(night: Ctx, ann: Reachable) -> None:
    remind(night, ann, urgency="alert")
    assert sent(night, ann) == ["stand_down"]


def test_who_has_not_chosen_has_the_stations_hours_and_who_wants_none_has_none(night: Ctx) -> None:
    bob = make_reachable(night)
    assert remind(night, bob) is None
    settle_policy(night, bob, quiet_starts=time(23), quiet_ends=time(6), quiet_zone="Asia/Shanghai")
    assert remind(night, bob) == MORNING - timedelta(hours=1)
    choose(night, bob, None, None)
    assert remind(night, bob) is None


def test_a_single_message_goes_as_itself_in_the_morning(night: Ctx, ann: Reachable) -> None:
    remind(night, ann)
    assert release_held(at(night, MORNING - timedelta(seconds=1))).singles == 0
    morning = at(night, MORNING)
    assert release_held(morning).singles == 1
    assert sent(morning, ann) == ["stand_down"]


def test_several_are_one_summary_in_the_morning(night: Ctx, ann: Reachable) -> None:
    remind(night, ann, 3)
    morning = at(night, MORNING)
    released = release_held(morning)
    assert (released.singles, released.bundled, released.summaries) == (0, 3, 1)
    assert sent(morning, ann) == ["digest"]
    letters = night.session.execute(text("SELECT count(*) FROM outbox WHERE error_code = 'bundled'")).scalar_one()
    assert letters == 3


def test_the_summary_tells_how_many_and_goes_to_every_phone_once(night: Ctx) -> None:
    bob = make_reachable(night, phones=2)
    choose(night, bob, time(22), time(7))
    remind(night, bob, 3)
    morning = at(night, MORNING)
    release_held(morning)
    letters = claim_letters(morning, ClaimOrder((Urgency.NORMAL,), Channel.PUSH, 10, timedelta(seconds=20))).letters
    assert {letter.address for letter in letters} == set(bob.tokens)
    assert [letter.variables for letter in letters] == [{"count": "3"}] * 2


def test_what_ended_overnight_is_left_out(night: Ctx, ann: Reachable) -> None:
    gone, kept = night.new_id(), night.new_id()
    remind(night, ann, subject_id=gone)
    remind(night, ann, subject_id=kept)
    withdraw(night, gone)
    morning = at(night, MORNING)
    assert release_held(morning).singles == 1
    assert sent(morning, ann) == ["stand_down"]


def test_a_summary_with_nothing_left_is_not_sent(night: Ctx, ann: Reachable) -> None:
    gone = night.new_id()
    remind(night, ann, subject_id=gone, step="a")
    remind(night, ann, subject_id=gone, step="b")
    remind(night, ann, expires_at=night.now + timedelta(hours=1))
    withdraw(night, gone)
    morning = at(night, MORNING)
    released = release_held(morning)
    assert (released.singles, released.bundled, released.summaries) == (0, 0, 0)
    sweep_messages(morning)
    assert sent(at(night, MORNING + timedelta(hours=1)), ann) == []


def test_running_twice_in_the_morning_is_running_once(night: Ctx, ann: Reachable) -> None:
    remind(night, ann, 3)
    morning = at(night, MORNING)
    release_held(morning)
    assert release_held(at(night, MORNING + timedelta(minutes=1))).summaries == 0
    assert sent(morning, ann) == ["digest"]


def test_when_nobody_releases_them_they_go_by_themselves(night: Ctx, ann: Reachable) -> None:
    remind(night, ann, 2)
    assert sent(at(night, MORNING + timedelta(minutes=14)), ann) == []
    assert sent(at(night, MORNING + timedelta(minutes=16)), ann) == ["stand_down"] * 2


def test_what_was_summed_up_can_still_be_read_in_the_inbox(night: Ctx, ann: Reachable) -> None:
    remind(night, ann, 2)
    release_held(at(night, MORNING))
    message_id = night.session.execute(text("SELECT id FROM outbox WHERE error_code = 'bundled' LIMIT 1")).scalar_one()
    reader = replace(at(night, MORNING), actor=Actor("person", person_id=ann.id, station_id=ann.person.station_id))
    acknowledge(reader, message_id, Acknowledgement(AckKind.READ, MORNING))
    state = night.session.execute(text("SELECT state FROM outbox WHERE id = :id"), {"id": message_id}).scalar_one()
    assert state == "read"


DAY = datetime(2026, 11, 30, 14, 0, tzinfo=SHANGHAI).astimezone(UTC)


def test_ask_07_one_summary_and_not_112_messages(ctx: Ctx) -> None:
    """A hundred and twelve cases fall overdue at once, in one unit of work."""
    day = at(ctx, DAY)
    chief = make_reachable(day)
    remind(day, chief, 112, template="step_overdue")
    assert sent(day, chief) == []
    minute = at(ctx, DAY + timedelta(minutes=1))
    release_held(minute)
    assert sent(minute, chief) == ["digest"]


def test_ask_07_also_when_they_come_one_by_one(ctx: Ctx) -> None:
    """The same, each in a unit of its own a second after the other: the first by itself, the rest in one summary."""
    chief = make_reachable(at(ctx, DAY))
    bells = []
    for second in range(112):
        moment = at(ctx, DAY + timedelta(seconds=second))
        remind(moment, chief, template="step_overdue")
        release_held(moment)
        bells += sent(moment, chief)
    later = at(ctx, DAY + timedelta(minutes=15, seconds=1))
    release_held(later)
    bells += sent(later, chief)
    assert bells == ["step_overdue", "digest"]


def test_the_gap_is_the_stations_own(ctx: Ctx) -> None:
    day = at(ctx, DAY)
    chief = make_reachable(day)
    settle_policy(day, chief, bundle_gap_s=0)
    remind(day, chief, 3, template="step_overdue")
    assert sent(day, chief) == ["step_overdue"] * 3


def test_messages_of_other_sorts_do_not_wait_for_each_other(ctx: Ctx) -> None:
    day = at(ctx, DAY)
    chief = make_reachable(day)
    remind(day, chief, template="step_overdue")
    remind(day, chief, 2, template="stand_down")
    assert sorted(sent(day, chief)) == ["stand_down", "stand_down", "step_overdue"]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("last", "count", "gap", "until"),
    [
        (None, 1, 900, None),
        (None, 2, 900, 0),
        (-899, 1, 900, 1),
        (-900, 1, 900, None),
        (-900, 2, 900, 0),
        (-1, 5, 0, None),
    ],
)
def test_when_a_repetition_waits(last, count, gap, until) -> None:
    moment = None if last is None else DAY + timedelta(seconds=last)
    expected = None if until is None else DAY + timedelta(seconds=until)
    assert bundle_until(moment, count, gap, DAY) == expected
