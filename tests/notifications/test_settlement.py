"""What the end of a call makes of a message, as a table."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.notifications.rules.settlement import (
    ALERT_PATIENCE_S,
    LONGEST_WAIT_S,
    MAX_ATTEMPTS,
    backoff_s,
    resend_after_unknown,
    settle,
)
from api.notifications.types import Channel, Fallback, MessageState, Outcome, OutcomeKind, Settlement, Urgency
from tests.notifications.letters import NOW, letter

pytestmark = pytest.mark.unit
S, K, U, C, F = MessageState, OutcomeKind, Urgency, Channel, Fallback
HOUR = timedelta(hours=1)


def settled(outcome: Outcome, *, jitter: float = 0.5, **changes) -> Settlement:
    return settle(letter(**{"expires_at": NOW + HOUR} | changes), outcome, jitter, NOW)


def test_an_accepted_message_is_sent() -> None:
    assert settled(Outcome(K.ACCEPTED, provider_ref="x")) == Settlement(S.SENT)


def test_a_dead_address_is_retired_and_the_next_channel_takes_over_if_it_was_the_last() -> None:
    outcome = Outcome(K.PERMANENT, "unregistered", address_dead=True)
    assert settled(outcome) == Settlement(S.DEAD, code="unregistered", fallback=F.IF_LAST, retire=True)


@pytest.mark.parametrize("channel", [C.SMS, C.VOICE])
def test_a_dead_number_hands_over_to_its_ladder(channel: C) -> None:
    outcome = Outcome(K.PERMANENT, "21211", address_dead=True)
    assert settled(outcome, channel=channel).fallback is F.ALWAYS


def test_a_refusal_for_now_waits_longer_each_time_and_never_less_than_asked() -> None:
    waits = [
        settled(Outcome(K.RETRY, "503"), urgency=U.NORMAL, attempts=attempts, jitter=1.0).next_at
        for attempts in (1, 2, 3)
    ]
    assert waits == [NOW + timedelta(seconds=seconds) for seconds in (10, 20, 40)]
    asked = settled(Outcome(K.RETRY, "429", retry_after_s=90), urgency=U.NORMAL)
    assert asked.next_at == NOW + timedelta(seconds=90)


@given(st.sampled_from(sorted(Urgency)), st.integers(1, 40), st.floats(0, 1))
def test_backoff_is_bounded_and_keeps_half_of_itself(urgency, attempts, jitter) -> None:
    wait = backoff_s(urgency, attempts, jitter)
    assert backoff_s(urgency, attempts, 1.0) / 2 <= wait <= LONGEST_WAIT_S


def test_an_alert_does_not_wait_for_its_push() -> None:
    long = settled(Outcome(K.RETRY, "throttled", retry_after_s=ALERT_PATIENCE_S + 1))
    assert (long.state, long.fallback) == (S.FALLBACK, F.ALWAYS)
    short = settled(Outcome(K.RETRY, "503"))
    assert (short.state, short.fallback) == (S.QUEUED, F.NONE)
    # A text has nowhere to go, so it waits.
    assert settled(Outcome(K.RETRY, "20429", retry_after_s=30), channel=C.SMS).state is S.QUEUED


def test_tries_run_out() -> None:
    last = settled(Outcome(K.RETRY, "503"), urgency=U.NORMAL, attempts=MAX_ATTEMPTS)
    assert (last.state, last.code, last.fallback) == (S.DEAD, "503", F.ALWAYS)


def test_a_try_after_the_end_is_not_waited_for() -> None:
    settlement = settled(Outcome(K.RETRY, "503"), urgency=U.NORMAL, expires_at=NOW + timedelta(seconds=5))
    assert (settlement.state, settlement.fallback) == (S.DEAD, F.ALWAYS)


def test_our_own_account_s_trouble_uses_up_no_tries_and_retires_nothing() -> None:
    outcome = Outcome(K.CREDENTIALS, "401")
    notice = settled(outcome, urgency=U.NORMAL, attempts=MAX_ATTEMPTS + 20)
    assert (notice.state, notice.retire) == (S.QUEUED, False)
    alert = settled(outcome)
    assert (alert.state, alert.fallback, alert.retire) == (S.FALLBACK, F.ALWAYS, False)


def test_an_unknown_alert_goes_again_at_once_and_then_over_the_next_channel_too() -> None:
    first = settled(Outcome(K.UNKNOWN, "ReadError"))
    assert (first.state, first.next_at, first.fallback) == (S.QUEUED, NOW, F.NONE)
    second = settled(Outcome(K.UNKNOWN, "ReadError"), attempts=2)
    assert (second.state, second.fallback) == (S.QUEUED, F.ALWAYS)
    assert second.next_at > NOW
    assert settled(Outcome(K.UNKNOWN, "ReadError"), attempts=MAX_ATTEMPTS).state is S.UNKNOWN


@pytest.mark.parametrize("urgency", [U.NORMAL, U.OTP])
def test_any_other_unknown_message_waits(urgency) -> None:
    assert settled(Outcome(K.UNKNOWN, "deadline"), urgency=urgency).state is S.UNKNOWN


@pytest.mark.parametrize(
    ("urgency", "attempts", "seconds", "again"),
    [
        (U.ALERT, 1, 0, True),
        (U.NORMAL, 1, 59, False),
        (U.NORMAL, 1, 60, True),
        (U.OTP, 1, 3600, False),
        (U.ALERT, MAX_ATTEMPTS, 0, False),
    ],
)
def test_when_an_unknown_message_is_sent_again(urgency, attempts, seconds, again) -> None:
    assert resend_after_unknown(urgency, attempts, seconds) is again


@given(
    st.sampled_from(sorted(Urgency)),
    st.sampled_from(sorted(Channel)),
    st.integers(1, 12),
    st.sampled_from(sorted(OutcomeKind)),
    st.floats(0, 120),
    st.floats(0, 1),
)
def test_every_outcome_settles_into_the_queue_or_an_end(urgency, channel, attempts, kind, wait, jitter) -> None:
    outcome = Outcome(kind, "x", retry_after_s=wait)
    result = settled(outcome, urgency=urgency, channel=channel, attempts=attempts, jitter=jitter)
    assert (result.next_at is not None) == (result.state is S.QUEUED)
    assert result.state in {S.SENT, S.QUEUED, S.UNKNOWN, S.DEAD, S.FALLBACK}
    if channel in (C.SMS, C.VOICE):
        assert result.fallback is (F.ALWAYS if result.state is S.DEAD else F.NONE)
