"""When a provider is left in peace: a breaker kept in the database, so that every pusher rests together."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from api.notifications.types import Breaker, Outcome, OutcomeKind

FAILURES_TO_OPEN = 5
FIRST_REST_S = 10.0
LONGEST_REST_S = 60.0
CREDENTIALS_REST_S = 30.0
# While a probe is out nobody else calls; a probe that never comes back frees the way after this.
PROBE_S = 10.0


@dataclass(frozen=True)
class Tally:
    """What a batch of calls says about its provider."""

    successes: int = 0
    failures: int = 0
    throttled_s: float = 0.0
    refused: str = ""


def tally(outcomes: Iterable[Outcome]) -> Tally:
    """Count the outcomes of one provider. A refusal of one message proves that the provider is well."""
    count = Tally()
    for outcome in outcomes:
        if outcome.kind is OutcomeKind.CREDENTIALS:
            count = replace(count, refused=outcome.code)
        elif outcome.kind is OutcomeKind.RETRY and outcome.retry_after_s and outcome.provider_wide:
            count = replace(count, throttled_s=max(count.throttled_s, outcome.retry_after_s))
        elif outcome.kind is OutcomeKind.UNKNOWN or (outcome.kind is OutcomeKind.RETRY and outcome.provider_wide):
            count = replace(count, failures=count.failures + 1)
        elif outcome.kind is not OutcomeKind.HELD and outcome.called:
            count = replace(count, successes=count.successes + 1)
    return count


def breaker_after(breaker: Breaker, count: Tally, now: datetime) -> Breaker:
    """The breaker after a batch of calls."""
    if count.refused:
        return _rest(breaker, CREDENTIALS_REST_S, count.refused, now)
    if count.throttled_s:
        return _rest(breaker, count.throttled_s, "throttled", now)
    if is_resting(breaker, now) and not breaker.probing:
        # Calls that were under way when it opened change nothing before the rest ends.
        return breaker
    if count.successes:
        return Breaker(breaker.provider)
    failures = breaker.failures + count.failures
    if count.failures and (failures >= FAILURES_TO_OPEN or breaker.openings):
        rest = min(FIRST_REST_S * 2.0**breaker.openings, LONGEST_REST_S)
        return _rest(replace(breaker, failures=failures), rest, "failing", now)
    return replace(breaker, failures=failures)


def is_resting(breaker: Breaker, now: datetime) -> bool:
    """Whether nobody may call this provider now."""
    return breaker.open_until is not None and breaker.open_until > now


def send_probe(breaker: Breaker, now: datetime) -> Breaker:
    """The breaker while its one probe is out."""
    return replace(breaker, probing=True, open_until=now + timedelta(seconds=PROBE_S))


def _rest(breaker: Breaker, seconds: float, reason: str, now: datetime) -> Breaker:
    until = now + timedelta(seconds=seconds)
    again = is_resting(breaker, now) and not breaker.probing
    if again and breaker.open_until is not None:
        until = max(until, breaker.open_until)
    openings = breaker.openings if again else breaker.openings + 1
    return replace(breaker, openings=openings, open_until=until, probing=False, reason=reason)
