"""What a dead sender left behind, what nobody confirmed, what ran out of time, what waits for a resting provider."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from api.audit.service import record_many
from api.notifications.rules.breakers import is_resting
from api.notifications.rules.settlement import ALERT_PATIENCE_S, MAX_ATTEMPTS, RESTORED, UNKNOWN_PATIENCE_S
from api.notifications.rules.states import RANK
from api.notifications.service.breakers import PROVIDER_OF, read_breaker
from api.notifications.service.fallback import fall_back
from api.notifications.service.ladders import climb_due
from api.notifications.types import Channel, MessageState
from api.plumbing.context import Ctx
from api.plumbing.locks import try_lock
from api.plumbing.metrics import SWEPT
from api.plumbing.outbox import CHANNEL

BATCH = 5_000

# A sender that died, or lost its way back: the call may have been made. What follows depends on the class.
_RELEASE = text("""
    WITH gone AS (
        SELECT id FROM outbox WHERE state = 'leased' AND lease_until < :now
        ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'unknown', error_code = 'sender_lost', unknown_at = :now,
        lease_token = NULL, lease_until = NULL
    FROM gone WHERE outbox.id = gone.id RETURNING outbox.id, outbox.attempts, outbox.channel
""").columns(id=PgUUID(as_uuid=True))

_NOTE_LOST = text("""
    INSERT INTO message_attempts (message_id, number, provider, outcome, code, settled_at)
    VALUES (:id, :number, :provider, 'unknown', 'sender_lost', :now) ON CONFLICT DO NOTHING
""")

# The same decision as `rules.settlement.resend_after_unknown`, for all of them in one statement.
_RESEND = text("""
    WITH lost AS (
        SELECT id FROM outbox WHERE state = 'unknown' AND expires_at > :now AND attempts < :most
          AND error_code IS DISTINCT FROM :restored
          AND (urgency = 'alert' OR (urgency = 'normal' AND unknown_at <= :now - make_interval(secs => :patience)))
        ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'queued', next_at = :now FROM lost WHERE outbox.id = lost.id RETURNING outbox.id
""").columns(id=PgUUID(as_uuid=True))

_EXPIRE = text("""
    WITH over AS (
        SELECT id, state AS was FROM outbox WHERE state IN ('queued', 'unknown') AND expires_at <= :now
        ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'expired', rank = :rank FROM over WHERE outbox.id = over.id
    RETURNING outbox.id, outbox.station_id, over.was, outbox.attempts
""").columns(id=PgUUID(as_uuid=True), station_id=PgUUID(as_uuid=True))

# Alerts that wait for a push provider in trouble go over text messages instead, unless it will be back in a moment.
_DIVERT = text("""
    WITH waiting AS (
        SELECT id FROM outbox WHERE state = 'queued' AND urgency = 'alert' AND channel = 'push'
          AND expires_at > :now AND person_id IS NOT NULL AND subject_id IS NOT NULL
          AND (:long OR created_at <= :now - make_interval(secs => :patience))
        ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET state = 'fallback', rank = :rank, error_code = 'provider_resting'
    FROM waiting WHERE outbox.id = waiting.id RETURNING outbox.id
""").columns(id=PgUUID(as_uuid=True))


@dataclass(frozen=True)
class Swept:
    """How many messages a sweep moved, by reason."""

    released: int = 0
    resent: int = 0
    expired: int = 0
    diverted: int = 0
    climbed: int = 0


def sweep_messages(ctx: Ctx) -> Swept:
    """One round; does nothing while another sweeper is at it. Every part is safe to run twice, or side by side."""
    if not try_lock(ctx.session, "notifications.sweep"):
        return Swept()
    released = _release(ctx)
    swept = Swept(released=released, resent=_resend(ctx), expired=_expire(ctx), diverted=_divert(ctx))
    # Ladders climb by timers; those whose timer was lost or waits for Redis climb here.
    swept = replace(swept, climbed=climb_due(ctx))
    for reason, count in asdict(swept).items():
        SWEPT.labels(reason).inc(count)
    if swept.resent:
        ctx.session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    return swept


def _release(ctx: Ctx) -> int:
    rows = ctx.session.execute(_RELEASE, {"now": ctx.now, "batch": BATCH}).all()
    lost = [
        {"id": row.id, "number": row.attempts, "provider": PROVIDER_OF[Channel(row.channel)], "now": ctx.now}
        for row in rows
    ]
    if lost:
        ctx.session.execute(_NOTE_LOST, lost)
    return len(rows)


def _resend(ctx: Ctx) -> int:
    facts = {"now": ctx.now, "batch": BATCH, "most": MAX_ATTEMPTS, "patience": UNKNOWN_PATIENCE_S}
    facts["restored"] = RESTORED
    return len(ctx.session.execute(_RESEND, facts).all())


def _expire(ctx: Ctx) -> int:
    facts = {"now": ctx.now, "batch": BATCH, "rank": RANK[MessageState.EXPIRED]}
    rows = ctx.session.execute(_EXPIRE, facts).all()
    for station_id, group in _by_station(rows).items():
        # The sweeper has no station; the entry belongs to the trail of the message's.
        owner = replace(ctx, actor=replace(ctx.actor, station_id=station_id))
        details = [(row.id, {"from": row.was, "attempts": row.attempts}) for row in group]
        record_many(owner, "message.expired", "message", details)
    return len(rows)


def _by_station(rows: Iterable[Row[Any]]) -> dict[UUID, list[Row[Any]]]:
    groups: dict[UUID, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        groups[row.station_id].append(row)
    return groups


def _divert(ctx: Ctx) -> int:
    push = read_breaker(ctx, PROVIDER_OF[Channel.PUSH])
    if not is_resting(push, ctx.now):
        return 0
    if is_resting(read_breaker(ctx, PROVIDER_OF[Channel.SMS]), ctx.now):
        # Nowhere to go: they wait for whichever provider comes back first.
        return 0
    facts = {
        "now": ctx.now,
        "batch": BATCH,
        "rank": RANK[MessageState.FALLBACK],
        # A probe is answered in a moment; only who has waited too long already does not wait for that.
        "long": not push.probing and is_resting(push, ctx.now + timedelta(seconds=ALERT_PATIENCE_S)),
        "patience": ALERT_PATIENCE_S,
    }
    rows = ctx.session.execute(_DIVERT, facts).all()
    fall_back(ctx, always=[row.id for row in rows], if_last=[])
    return len(rows)
