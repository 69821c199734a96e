"""Claiming: order, shares, the fence; settling and sweeping on the rows that result."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.notifications.queries import told_subjects
from api.notifications.rules.settlement import MAX_ATTEMPTS
from api.notifications.service import queue_notices, withdraw
from api.notifications.service.claims import ClaimOrder, claim_letters, renew_leases
from api.notifications.service.receipts import take_receipt
from api.notifications.service.settling import settle_attempts
from api.notifications.service.sweeping import sweep_messages
from api.notifications.types import (
    Attempt,
    Channel,
    Letter,
    Outcome,
    OutcomeKind,
    Provider,
    ReceiptFact,
    Urgency,
)
from api.plumbing.context import SYSTEM, Ctx, open_ctx, unit_of_work
from api.plumbing.db import db
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable, message_row, queue_notice

LEASE = timedelta(seconds=20)
URGENT = (Urgency.ALERT, Urgency.OTP)
ACCEPTED = Outcome(OutcomeKind.ACCEPTED, provider_ref="projects/x/messages/1")
SID = "SM" + "0" * 32


def claim(ctx: Ctx, *urgencies: Urgency, channel: Channel = Channel.PUSH, batch: int = 100) -> list[Letter]:
    return list(claim_letters(ctx, ClaimOrder(urgencies or URGENT, channel, batch, LEASE)).letters)


def attempt(letter: Letter, outcome: Outcome, provider: Provider = Provider.FCM) -> Attempt:
    return Attempt(letter, provider, outcome, took_ms=5, jitter=0.5)


def run_out(ctx: Ctx, message_id: UUID) -> None:
    """Let the message's lease end."""
    over = "UPDATE outbox SET lease_until = :now - interval '1 second' WHERE id = :id"
    ctx.session.execute(text(over), {"now": ctx.now, "id": message_id})


def age(ctx: Ctx, message_id: UUID, column: str, seconds: float) -> None:
    statement = text(f"UPDATE outbox SET {column} = :at WHERE id = :id")
    ctx.session.execute(statement, {"at": ctx.now - timedelta(seconds=seconds), "id": message_id})


def test_a_claimed_message_is_claimed_once_with_its_address(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    message = queue_notice(ctx, somebody)
    [letter] = claim(ctx)
    assert (letter.id, letter.address, letter.attempts) == (message, somebody.tokens[0], 1)
    assert claim(ctx) == []


def test_alerts_come_before_codes_and_the_longest_due_before_the_others(ctx: Ctx) -> None:
    somebody = make_reachable(ctx, phones=0)
    code = queue_notice(ctx, somebody, urgency="otp", template="sign_in_code", variables={"code": "123456"})
    alerts = [queue_notice(ctx, somebody, subject_id=ctx.new_id()) for _ in range(3)]
    for seconds, message in enumerate(alerts):
        age(ctx, message, "next_at", seconds)
    age(ctx, code, "next_at", 60)
    assert [letter.id for letter in claim(ctx, channel=Channel.SMS)] == [*reversed(alerts), code]


def test_a_flood_of_one_station_leaves_the_others_their_share(ctx: Ctx) -> None:
    flooding, quiet = make_reachable(ctx), make_reachable(ctx)
    queue_notices(ctx, [make_notice(ctx, flooding, urgency="normal") for _ in range(60)])
    late = [queue_notice(ctx, quiet, urgency="normal") for _ in range(3)]
    claimed = claim(ctx, Urgency.NORMAL, batch=20)
    assert {letter.id for letter in claimed} >= set(late)
    assert Counter(letter.person_id for letter in claimed) == {flooding.id: 10, quiet.id: 3}


def test_two_claims_at_once_share_nothing_and_do_not_wait(committed_app: Flask) -> None:
    with committed_app.app_context():
        with unit_of_work(SYSTEM) as ctx:
            somebody = make_reachable(ctx)
            ids = {queue_notice(ctx, somebody) for _ in range(6)}
        with unit_of_work(SYSTEM) as one, Session(db.engine) as session:
            first = claim(one, batch=4)
            second = claim(open_ctx(session, SYSTEM, request_id="test"), batch=4)
            session.rollback()
    assert {letter.id for letter in first} | {letter.id for letter in second} == ids
    assert (len(first), len(second)) == (4, 2)


def test_a_claim_says_whether_it_left_something(ctx: Ctx) -> None:
    somebody, other = make_reachable(ctx), make_reachable(ctx)
    for person, count in ((somebody, 5), (other, 2)):
        for _ in range(count):
            queue_notice(ctx, person)
    sizes = []
    for _ in range(4):
        found = claim_letters(ctx, ClaimOrder(URGENT, Channel.PUSH, 6, LEASE))
        sizes.append((len(found.letters), found.more))
    assert sizes == [(5, True), (2, False), (0, False), (0, False)]


@pytest.mark.parametrize("change", ["expires_at = now() - interval '1 second'", "state = 'cancelled'"])
def test_what_has_ended_is_not_claimed(ctx: Ctx, change: str) -> None:
    queue_notice(ctx, make_reachable(ctx))
    ctx.session.execute(text(f"UPDATE outbox SET {change}"))
    assert claim(ctx) == []


def test_what_is_not_due_is_not_claimed(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx))
    age(ctx, message, "next_at", -5)
    assert claim(ctx) == []


def test_the_fence_refuses_what_was_withdrawn_expired_or_taken_over(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    withdrawn, expired, swept, kept = (queue_notice(ctx, somebody) for _ in range(4))
    letters = claim(ctx)
    assert withdraw(ctx, message_row(ctx, withdrawn)["subject_id"]) == []
    age(ctx, expired, "expires_at", 1)
    run_out(ctx, swept)
    sweep_messages(ctx)
    claim(ctx)
    assert renew_leases(ctx, letters, LEASE) == {kept}


def test_a_late_sender_cannot_overwrite_what_its_successor_wrote(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx))
    [late] = claim(ctx)
    renew_leases(ctx, [late], LEASE)
    run_out(ctx, message)
    sweep_messages(ctx)
    [successor] = claim(ctx)
    assert settle_attempts(ctx, [attempt(successor, ACCEPTED)]).count == 1
    refused = Outcome(OutcomeKind.PERMANENT, "unregistered", address_dead=True, provider_wide=False)
    assert settle_attempts(ctx, [attempt(late, refused)]).count == 0
    assert message_row(ctx, message)["state"] == "sent"


def test_a_late_sender_cannot_settle_while_its_successor_is_calling(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx))
    [late] = claim(ctx)
    run_out(ctx, message)
    sweep_messages(ctx)
    [successor] = claim(ctx)
    assert settle_attempts(ctx, [attempt(late, ACCEPTED)]).count == 0
    row = message_row(ctx, message)
    assert (row["state"], row["lease_token"]) == ("leased", successor.lease_token)


def test_settling_twice_changes_nothing(ctx: Ctx) -> None:
    queue_notice(ctx, make_reachable(ctx))
    [letter] = claim(ctx)
    assert [settle_attempts(ctx, [attempt(letter, ACCEPTED)]).count for _ in range(2)] == [1, 0]
    assert len(ctx.session.execute(text("SELECT 1 FROM message_attempts")).all()) == 1


@pytest.mark.parametrize(("urgency", "state"), [("alert", "queued"), ("normal", "unknown"), ("otp", "unknown")])
def test_a_lease_that_runs_out_leaves_the_outcome_unknown(ctx: Ctx, urgency: str, state: str) -> None:
    message = queue_notice(ctx, make_reachable(ctx), urgency=urgency)
    [letter] = claim(ctx, Urgency(urgency))
    renew_leases(ctx, [letter], LEASE)
    run_out(ctx, message)
    sweep_messages(ctx)
    assert message_row(ctx, message)["state"] == state
    assert ctx.session.scalars(text("SELECT code FROM message_attempts")).all() == ["sender_lost"]


@pytest.mark.parametrize(("urgency", "resent"), [("alert", 1), ("normal", 1), ("otp", 0)])
def test_what_stays_unknown_is_sent_again_unless_it_is_a_code(ctx: Ctx, urgency: str, resent: int) -> None:
    message = queue_notice(ctx, make_reachable(ctx), urgency=urgency)
    ctx.session.execute(text("UPDATE outbox SET state = 'unknown', attempts = 1"))
    age(ctx, message, "unknown_at", 61)
    assert sweep_messages(ctx).resent == resent


def test_a_message_that_kills_every_sender_does_not_do_so_for_ever(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx))
    for _ in range(MAX_ATTEMPTS):
        assert len(claim(ctx)) == 1
        run_out(ctx, message)
        sweep_messages(ctx)
    assert (claim(ctx), message_row(ctx, message)["state"]) == ([], "unknown")


def test_what_a_provider_certainly_refused_was_told_to_nobody(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx), urgency="normal")
    subject_id = message_row(ctx, message)["subject_id"]
    [letter] = claim(ctx, Urgency.NORMAL)
    assert told_subjects(ctx.session, [subject_id]) == {subject_id}
    settle_attempts(ctx, [attempt(letter, Outcome(OutcomeKind.RETRY, "503"))])
    assert told_subjects(ctx.session, [subject_id]) == set()


def test_what_ran_out_of_time_is_expired_and_in_its_station_s_trail(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    message = queue_notice(ctx, somebody)
    age(ctx, message, "expires_at", 1)
    assert sweep_messages(ctx).expired == 1
    assert message_row(ctx, message)["state"] == "expired"
    trail = text("SELECT station_id, subject_id, details->>'from' FROM audit_entries WHERE action = 'message.expired'")
    assert [tuple(row) for row in ctx.session.execute(trail)] == [(somebody.person.station_id, message, "queued")]


def test_a_message_withdrawn_during_its_call_is_not_tried_again(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx))
    [letter] = claim(ctx)
    renew_leases(ctx, [letter], LEASE)
    withdraw(ctx, message_row(ctx, message)["subject_id"])
    dead = Outcome(OutcomeKind.PERMANENT, "unregistered", address_dead=True, provider_wide=False)
    for outcome in (Outcome(OutcomeKind.RETRY, "503"), dead):
        savepoint = ctx.session.begin_nested()
        settle_attempts(ctx, [attempt(letter, outcome)])
        sweep_messages(ctx)
        assert claim(ctx) == []
        assert ctx.session.scalars(text("SELECT 1 FROM outbox WHERE channel = 'sms'")).all() == []
        savepoint.rollback()


def test_a_receipt_that_comes_before_the_call_returns_keeps_its_rank(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx, phones=0))
    [letter] = claim(ctx, channel=Channel.SMS)
    renew_leases(ctx, [letter], LEASE)
    take_receipt(ctx, ReceiptFact("twilio", SID, "delivered", message_id=message))
    sent = Outcome(OutcomeKind.ACCEPTED, provider_ref=SID)
    settle_attempts(ctx, [attempt(letter, sent, Provider.TWILIO)])
    row = message_row(ctx, message)
    assert (row["state"], row["rank"], row["provider_ref"], row["lease_token"]) == ("delivered", 3, SID, None)


def test_a_receipt_for_a_message_nobody_knows_is_parked_and_joined_when_it_is(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx, phones=0))
    take_receipt(ctx, ReceiptFact("twilio", SID, "delivered", message_id=None))
    assert message_row(ctx, message)["state"] == "queued"
    [letter] = claim(ctx, channel=Channel.SMS)
    settle_attempts(ctx, [attempt(letter, Outcome(OutcomeKind.ACCEPTED, provider_ref=SID), Provider.TWILIO)])
    assert message_row(ctx, message)["state"] == "delivered"
    assert ctx.session.scalars(text("SELECT message_id FROM provider_receipts")).all() == [message]


def test_a_receipt_proves_that_an_unknown_message_was_accepted(ctx: Ctx) -> None:
    message = queue_notice(ctx, make_reachable(ctx, phones=0), urgency="normal")
    [letter] = claim(ctx, Urgency.NORMAL, channel=Channel.SMS)
    settle_attempts(ctx, [attempt(letter, Outcome(OutcomeKind.UNKNOWN, "ReadError"), Provider.TWILIO)])
    take_receipt(ctx, ReceiptFact("twilio", SID, "queued", message_id=message))
    age(ctx, message, "unknown_at", 3_600)
    assert sweep_messages(ctx).resent == 0
    assert message_row(ctx, message)["state"] == "sent"


def test_two_dead_phones_of_one_person_make_one_text(ctx: Ctx) -> None:
    somebody = make_reachable(ctx, phones=2)
    queue_notice(ctx, somebody)
    dead = Outcome(OutcomeKind.PERMANENT, "unregistered", address_dead=True, provider_wide=False)
    settle_attempts(ctx, [attempt(letter, dead) for letter in claim(ctx)])
    texts = ctx.session.execute(text("SELECT step, template FROM outbox WHERE channel = 'sms'")).all()
    assert [tuple(row) for row in texts] == [("offer.fallback", "offer")]
    [letter] = claim(ctx, channel=Channel.SMS)
    assert letter.address == somebody.person.phone


def test_while_a_provider_rests_nothing_is_claimed_and_then_one_probe(ctx: Ctx) -> None:
    station_id = make_station(ctx)
    people = [make_reachable(ctx, station_id) for _ in range(3)]
    for somebody in people:
        queue_notice(ctx, somebody, urgency="normal")
    rest = text("UPDATE provider_breakers SET open_until = :until, openings = 1 WHERE provider = 'fcm'")
    ctx.session.execute(rest, {"until": ctx.now + timedelta(seconds=5)})
    assert claim(ctx, Urgency.NORMAL) == []
    later = replace(ctx, now=ctx.now + timedelta(seconds=6))
    probe = claim(later, Urgency.NORMAL)
    assert len(probe) == 1
    assert claim(later, Urgency.NORMAL) == []
    settle_attempts(later, [attempt(probe[0], ACCEPTED)])
    assert len(claim(later, Urgency.NORMAL)) == 2


def test_a_probe_without_a_message_leaves_the_breaker_to_the_next_one(ctx: Ctx) -> None:
    rest = text("UPDATE provider_breakers SET open_until = :until, openings = 1 WHERE provider = 'fcm'")
    ctx.session.execute(rest, {"until": ctx.now - timedelta(seconds=5)})
    assert claim(ctx) == []
    queue_notice(ctx, make_reachable(ctx))
    assert len(claim(ctx)) == 1
