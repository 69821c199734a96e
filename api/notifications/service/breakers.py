"""The breakers' rows: read before every claim, moved by what a batch of calls says."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime

import structlog
from sqlalchemy import select, update

from api.notifications.models import ProviderBreaker
from api.notifications.rules.breakers import breaker_after, is_resting, send_probe, tally
from api.notifications.rules.carriers import PROVIDERS_OF
from api.notifications.types import Attempt, Breaker, Channel, Provider
from api.plumbing.context import Ctx
from api.plumbing.metrics import PROVIDER_RESTING

log = structlog.get_logger(__name__)
PROVIDER_OF: dict[Channel, Provider] = {channel: providers[0] for channel, providers in PROVIDERS_OF.items()}
_ROW = ProviderBreaker
_COLUMNS = (_ROW.provider, _ROW.failures, _ROW.openings, _ROW.open_until, _ROW.probing, _ROW.reason)


def read_breaker(ctx: Ctx, provider: Provider) -> Breaker:
    """The breaker as it stands."""
    return Breaker(*ctx.session.execute(select(*_COLUMNS).where(_ROW.provider == provider)).one())


def take_probe(ctx: Ctx, provider: Provider) -> Breaker | None:
    """The breaker, opened for the caller's claim alone, if the rest is over; locked until the caller commits.

    To be followed by `put_back` in the same transaction.
    """
    statement = select(*_COLUMNS).where(_ROW.provider == provider, _ROW.open_until <= ctx.now)
    row = ctx.session.execute(statement.with_for_update(skip_locked=True)).one_or_none()
    if row is None:
        return None
    breaker = Breaker(*row)
    _write(ctx, replace(breaker, open_until=None))
    return breaker


def put_back(ctx: Ctx, breaker: Breaker, *, probing: bool) -> None:
    """Close the way again behind the one probe, or leave it to the next claim when there was nothing to send."""
    _write(ctx, send_probe(breaker, ctx.now) if probing else breaker)


def move_breakers(ctx: Ctx, attempts: Collection[Attempt]) -> dict[Provider, datetime]:
    """Let a batch of calls open or close breakers; returns until when each provider in it is left in peace."""
    resting: dict[Provider, datetime] = {}
    # In one order everywhere, so that two pushers never wait for each other.
    for provider in sorted({attempt.provider for attempt in attempts}):
        count = tally(attempt.outcome for attempt in attempts if attempt.provider is provider)
        before = read_breaker(ctx, provider)
        if breaker_after(before, count, ctx.now) != before:
            # Something changes: look again under the lock, since another pusher may be changing it too.
            statement = select(*_COLUMNS).where(_ROW.provider == provider).with_for_update()
            before = Breaker(*ctx.session.execute(statement).one())
        after = breaker_after(before, count, ctx.now)
        if after != before:
            _write(ctx, after)
            _report(before, after, ctx.now)
        if after.open_until is not None and is_resting(after, ctx.now) and not after.probing:
            resting[provider] = after.open_until
    return resting


def _write(ctx: Ctx, breaker: Breaker) -> None:
    values = {**asdict(breaker), "changed_at": ctx.now}
    ctx.session.execute(update(_ROW).where(_ROW.provider == breaker.provider).values(values))


def _report(before: Breaker, after: Breaker, now: datetime) -> None:
    PROVIDER_RESTING.labels(after.provider).set(is_resting(after, now))
    if is_resting(after, now) and not is_resting(before, now):
        # Refused credentials reach nobody until a person acts, so they are an error and the rest is a warning.
        alarm = log.warning if after.reason in {"throttled", "failing"} else log.error
        alarm("provider_resting", provider=after.provider, code=after.reason, count=after.openings)
    elif after.open_until is None and before.open_until is not None:
        log.info("provider_back", provider=after.provider)
