"""When a provider is left in peace."""

from datetime import timedelta

import pytest

from api.notifications.rules.breakers import (
    FAILURES_TO_OPEN,
    PROBE_S,
    Tally,
    breaker_after,
    is_resting,
    send_probe,
    tally,
)
from api.notifications.types import Breaker, Outcome, OutcomeKind
from tests.notifications.letters import NOW

pytestmark = pytest.mark.unit
K = OutcomeKind
CLOSED = Breaker("fcm")


def after(breaker: Breaker, count: Tally, seconds: float = 0) -> Breaker:
    return breaker_after(breaker, count, NOW + timedelta(seconds=seconds))


def rest_s(breaker: Breaker) -> float:
    assert breaker.open_until is not None
    return (breaker.open_until - NOW).total_seconds()


def test_a_row_of_failures_opens_it_and_one_success_starts_the_row_again() -> None:
    nearly = after(CLOSED, Tally(failures=FAILURES_TO_OPEN - 1))
    assert not is_resting(nearly, NOW)
    assert after(nearly, Tally(successes=1, failures=1)) == CLOSED
    assert is_resting(after(nearly, Tally(failures=1)), NOW)


def test_each_opening_rests_longer_up_to_a_minute() -> None:
    breaker, rests = CLOSED, []
    for _ in range(5):
        breaker = after(breaker, Tally(failures=FAILURES_TO_OPEN))
        rests.append(rest_s(breaker))
        breaker = send_probe(breaker, NOW)
    assert rests == [10, 20, 40, 60, 60]


def test_a_throttle_lasts_as_long_as_the_provider_asked() -> None:
    breaker = after(CLOSED, Tally(throttled_s=30, successes=9))
    assert rest_s(breaker) == 30
    # A shorter wait named by a later answer does not shorten it, nor does a success that was under way.
    assert rest_s(after(breaker, Tally(throttled_s=5))) == 30
    assert after(breaker, Tally(successes=3)) == breaker


def test_refused_credentials_open_it_at_once() -> None:
    breaker = after(CLOSED, Tally(refused="401", successes=5))
    assert (breaker.reason, is_resting(breaker, NOW)) == ("401", True)


def test_the_probe_closes_it_or_opens_it_again() -> None:
    open_ = after(CLOSED, Tally(failures=FAILURES_TO_OPEN))
    probing = send_probe(open_, NOW + timedelta(seconds=11))
    assert is_resting(probing, NOW + timedelta(seconds=11 + PROBE_S - 1))
    assert after(probing, Tally(successes=1), 12) == CLOSED
    assert rest_s(after(probing, Tally(failures=1), 12)) == 12 + 20


def test_a_refusal_of_one_message_proves_that_the_provider_is_well() -> None:
    outcomes = [
        Outcome(K.PERMANENT, "unregistered", provider_wide=False),
        Outcome(K.RETRY, "throttled", retry_after_s=60, provider_wide=False),
    ]
    assert tally(outcomes) == Tally(successes=2)


def test_what_was_never_called_says_nothing() -> None:
    outcomes = [Outcome(K.HELD, called=False), Outcome(K.PERMANENT, "no_number", called=False)]
    assert tally(outcomes) == Tally()


def test_an_outcome_nobody_knows_counts_as_a_failure() -> None:
    assert tally([Outcome(K.UNKNOWN, "deadline"), Outcome(K.RETRY, "503")]) == Tally(failures=2)
