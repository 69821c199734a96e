"""Silent tests of who can be reached."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from api.notifications.gateways.fcm import build_message
from api.notifications.models import ReachPolicyRow
from api.notifications.queries import inbox_of
from api.notifications.rules.payloads import push_envelope
from api.notifications.service import acknowledge, reachability
from api.notifications.service.claims import ClaimOrder, claim_letters
from api.notifications.service.reachability import WAIT, enrol_for_tests
from api.notifications.types import AckKind, Acknowledgement, Channel, Urgency
from api.plumbing.context import Actor, Ctx
from tests.builders.grids import make_station
from tests.builders.notifications import Reachable, make_reachable

NOON = datetime(2026, 12, 1, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
DAY = timedelta(days=1)


@pytest.fixture
def noon(ctx: Ctx) -> Ctx:
    return replace(ctx, now=NOON)


@pytest.fixture
def ann(noon: Ctx) -> Reachable:
    """Somebody with a phone, whose test is due."""
    ann = make_reachable(noon)
    enrol_for_tests(noon)
    noon.session.execute(text("UPDATE reach_states SET next_at = :now"), {"now": NOON})
    return ann


def state(ctx: Ctx, somebody: Reachable, channel: str = "push"):
    statement = text("SELECT * FROM reach_states WHERE person_id = :id AND channel = :channel")
    return ctx.session.execute(statement, {"id": somebody.id, "channel": channel}).one_or_none()


def at(ctx: Ctx, moment: datetime) -> Ctx:
    return replace(ctx, now=moment)


def letters(ctx: Ctx, channel: Channel = Channel.PUSH):
    return claim_letters(ctx, ClaimOrder((Urgency.NORMAL,), channel, 10, timedelta(seconds=20))).letters


def answer(ctx: Ctx, somebody: Reachable, message_id) -> None:
    actor = Actor("person", person_id=somebody.id, station_id=somebody.person.station_id)
    acknowledge(replace(ctx, actor=actor), message_id, Acknowledgement(AckKind.RECEIVED, ctx.now))


def pay_for_texts(ctx: Ctx, somebody: Reachable) -> None:
    ctx.session.add(
        ReachPolicyRow(
            station_id=somebody.person.station_id, bundle_gap_s=900, push_test_days=7, sms_test_days=90,
            changed_at=ctx.now,
        )
    )  # fmt: skip
    ctx.session.flush()


def test_first_tests_are_spread_over_a_day(noon: Ctx) -> None:
    station = make_station(noon)
    people = [make_reachable(noon, station) for _ in range(24)]
    enrol_for_tests(noon)
    moments = sorted(state(noon, person).next_at for person in people)
    assert noon.now <= moments[0] < moments[-1] < noon.now + DAY
    assert moments[-1] - moments[0] > timedelta(hours=8)
    again = state(noon, people[0])
    enrol_for_tests(at(noon, NOON + DAY))
    assert state(noon, people[0]) == again


def test_a_test_makes_no_noise(noon: Ctx, ann: Reachable) -> None:
    assert reachability.test_reachability(noon).tested == 1
    (letter,) = letters(noon)
    message = build_message(push_envelope(letter))
    assert message.notification is None
    assert message.android.notification is None
    assert message.android.priority == "normal"
    assert message.apns.payload.aps.content_available
    assert message.apns.payload.aps.sound is None
    assert message.apns.headers["apns-push-type"] == "background"
    assert message.data["msg_id"] == str(letter.id)
    assert inbox_of(noon.session, ann.id, before=None, limit=5) == []


def test_an_answered_test_is_proof_for_a_week(noon: Ctx, ann: Reachable) -> None:
    reachability.test_reachability(noon)
    answered = at(noon, NOON + timedelta(minutes=2))
    answer(answered, ann, letters(noon)[0].id)
    assert reachability.test_reachability(at(noon, NOON + WAIT)).proved == 1
    found = state(noon, ann)
    assert found.proved_at is not None
    assert found.failure is None
    assert found.next_at == found.proved_at + 7 * DAY
    assert reachability.test_reachability(at(noon, NOON + 6 * DAY)).tested == 0
    assert reachability.test_reachability(at(noon, NOON + 8 * DAY)).tested == 1


def test_a_silent_phone_is_told_apart_from_one_that_was_never_tested(noon: Ctx, ann: Reachable) -> None:
    reachability.test_reachability(noon)
    assert reachability.test_reachability(at(noon, NOON + WAIT)).failed == 1
    found = state(noon, ann)
    assert (found.proved_at, found.failure) == (None, "no_answer")
    # Not again before the next period.
    assert reachability.test_reachability(at(noon, NOON + DAY)).tested == 0
    assert reachability.test_reachability(at(noon, NOON + 8 * DAY)).tested == 1


def test_a_late_answer_still_counts(noon: Ctx, ann: Reachable) -> None:
    reachability.test_reachability(noon)
    message_id = letters(noon)[0].id
    reachability.test_reachability(at(noon, NOON + WAIT))
    answer(at(noon, NOON + 2 * DAY), ann, message_id)
    assert reachability.test_reachability(at(noon, NOON + 8 * DAY)).proved == 1
    assert state(noon, ann).proved_at is not None


def test_texts_are_tested_only_where_the_station_pays_for_it(noon: Ctx, ann: Reachable) -> None:
    assert state(noon, ann, "sms") is None
    pay_for_texts(noon, ann)
    enrol_for_tests(noon)
    assert state(noon, ann, "sms") is not None
    noon.session.execute(text("UPDATE reach_states SET next_at = :now"), {"now": NOON})
    reachability.test_reachability(noon)
    assert [letter.template for letter in letters(noon, Channel.SMS)] == ["reach_test_sms"]


def test_no_text_is_sent_to_test_at_night_or_after_any_text_that_arrived(noon: Ctx, ann: Reachable) -> None:
    pay_for_texts(noon, ann)
    enrol_for_tests(noon)
    noon.session.execute(text("UPDATE reach_states SET next_at = :now"), {"now": NOON})
    night = at(noon, NOON + timedelta(hours=10))
    reachability.test_reachability(night)
    assert letters(night, Channel.SMS) == []
    noon.session.execute(
        text(
            "INSERT INTO outbox SELECT (o).* FROM (SELECT jsonb_populate_record(NULL::outbox, to_jsonb(x)"
            " || jsonb_build_object("
            "'id', uuid7_at(:now), 'channel', 'sms', 'dedupe_key', 'x', 'delivered_at', CAST(:now AS timestamptz),"
            " 'state', 'delivered', 'template', 'offer')) AS o FROM outbox x WHERE template = 'reach_test' LIMIT 1) y"
        ),
        {"now": NOON},
    )
    reachability.test_reachability(at(noon, NOON + DAY))
    assert letters(at(noon, NOON + DAY), Channel.SMS) == []
    assert state(noon, ann, "sms").proved_at == NOON


def test_who_left_is_not_tested_any_more(noon: Ctx, ann: Reachable) -> None:
    noon.session.execute(text("UPDATE people SET status = 'left' WHERE id = :id"), {"id": ann.id})
    enrol_for_tests(noon)
    assert state(noon, ann) is None
