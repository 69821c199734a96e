"""Settling a batch of calls: states under the fence, attempts, dead registrations, the next channel, breakers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from api.identity.service import retire_registration
from api.notifications.rules.settlement import settle
from api.notifications.rules.states import RANK
from api.notifications.service.breakers import move_breakers
from api.notifications.service.charging import charge_attempts
from api.notifications.service.failures import note_refusals
from api.notifications.service.fallback import fall_back
from api.notifications.service.receipts import apply_parked
from api.notifications.types import Attempt, Fallback, OutcomeKind, Provider, Settlement
from api.plumbing.context import Ctx
from api.plumbing.metrics import MESSAGES as COUNTED

# A message that was certainly not taken was, after all, not handed over.
# Only who still holds the lease may write. A receipt may have moved the row before the call returned: then its state
# stands (it ranks higher) and the rest of what the call told is kept.
_SETTLE = text("""
    WITH told AS (
        SELECT * FROM unnest(
            CAST(:ids AS uuid[]), CAST(:tokens AS uuid[]), CAST(:states AS text[]), CAST(:ranks AS smallint[]),
            CAST(:next_ats AS timestamptz[]), CAST(:codes AS text[]), CAST(:providers AS text[]),
            CAST(:refs AS text[]), CAST(:uncounted AS smallint[]), CAST(:lost AS boolean[])
        ) AS told(id, token, state, rank, next_at, code, provider, ref, uncounted, lost)
    ), mine AS (
        SELECT told.*, outbox.state = 'leased' AS held FROM outbox JOIN told ON outbox.id = told.id
        WHERE outbox.lease_token = told.token ORDER BY outbox.id FOR UPDATE OF outbox
    )
    UPDATE outbox SET
        state = CASE WHEN held THEN mine.state ELSE outbox.state END,
        rank = greatest(outbox.rank, mine.rank),
        next_at = coalesce(mine.next_at, outbox.next_at),
        error_code = CASE WHEN held THEN mine.code ELSE outbox.error_code END,
        provider = CASE WHEN mine.uncounted > 0 THEN outbox.provider ELSE mine.provider END,
        provider_ref = coalesce(mine.ref, outbox.provider_ref),
        attempts = outbox.attempts - mine.uncounted,
        handed_at = CASE WHEN mine.lost OR mine.ref IS NOT NULL THEN handed_at END,
        sent_at = CASE WHEN mine.ref IS NULL THEN sent_at ELSE coalesce(sent_at, :now) END,
        unknown_at = CASE WHEN mine.lost THEN :now ELSE unknown_at END,
        lease_token = NULL, lease_until = NULL
    FROM mine WHERE outbox.id = mine.id
    RETURNING outbox.id, outbox.state, outbox.expires_at, mine.held
""").columns(id=PgUUID(as_uuid=True), expires_at=TIMESTAMP(timezone=True))

# The sweeper may have written a try already, as one whose sender was lost.
_NOTE = text("""
    INSERT INTO message_attempts (message_id, number, provider, outcome, code, provider_ref, fenced, took_ms, segments,
        settled_at)
    SELECT told.*, :now FROM unnest(
        CAST(:ids AS uuid[]), CAST(:numbers AS smallint[]), CAST(:providers AS text[]), CAST(:outcomes AS text[]),
        CAST(:codes AS text[]), CAST(:refs AS text[]), CAST(:fenced AS boolean[]), CAST(:took AS integer[]),
        CAST(:segments AS smallint[])) AS told
    ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True)
class Settled:
    """What a batch of settlements changed: how many were ours, and which providers are now left in peace."""

    count: int
    resting: dict[Provider, datetime]


def settle_attempts(ctx: Ctx, attempts: Sequence[Attempt]) -> Settled:
    """Write down how these calls ended. Safe to repeat: a second time the lease is gone and nothing moves."""
    settlements = [settle(attempt.letter, attempt.outcome, attempt.jitter, ctx.now) for attempt in attempts]
    kept = {row.id: row for row in _write_states(ctx, attempts, settlements)}
    _write_attempts(ctx, attempts, kept)
    charge_attempts(ctx, attempts)
    mine = [pair for pair in zip(attempts, settlements, strict=True) if _held(kept.get(pair[0].letter.id))]
    for attempt, settlement in mine:
        if settlement.retire and attempt.letter.device_id:
            retire_registration(ctx, attempt.letter.device_id, attempt.outcome.code)
    note_refusals(ctx, [attempt for attempt, _ in mine])
    _fall_back(ctx, mine, kept)
    apply_parked(ctx, {a.outcome.provider_ref: a.letter.id for a in attempts if a.outcome.provider_ref})
    return Settled(len(mine), move_breakers(ctx, attempts))


def _held(row: Row[Any] | None) -> bool:
    return row is not None and row.held


def _write_states(ctx: Ctx, attempts: Sequence[Attempt], settlements: Sequence[Settlement]) -> Sequence[Row[Any]]:
    return ctx.session.execute(
        _SETTLE,
        {
            "ids": [a.letter.id for a in attempts],
            "tokens": [a.letter.lease_token for a in attempts],
            "states": [s.state.value for s in settlements],
            "ranks": [RANK[s.state] for s in settlements],
            "next_ats": [s.next_at for s in settlements],
            "codes": [s.code for s in settlements],
            "providers": [a.provider.value for a in attempts],
            "refs": [a.outcome.provider_ref for a in attempts],
            # A message that was not even tried has not used up a try.
            "uncounted": [int(a.outcome.kind is OutcomeKind.HELD) for a in attempts],
            "lost": [a.outcome.kind is OutcomeKind.UNKNOWN for a in attempts],
            "now": ctx.now,
        },
    ).all()


def _write_attempts(ctx: Ctx, attempts: Sequence[Attempt], kept: dict[UUID, Row[Any]]) -> None:
    made = [attempt for attempt in attempts if attempt.outcome.kind is not OutcomeKind.HELD]
    if made:
        ctx.session.execute(
            _NOTE,
            {
                "ids": [a.letter.id for a in made],
                "numbers": [a.letter.attempts for a in made],
                "providers": [a.provider.value for a in made],
                "outcomes": [a.outcome.kind.value for a in made],
                "codes": [a.outcome.code or None for a in made],
                "refs": [a.outcome.provider_ref for a in made],
                "fenced": [a.letter.id not in kept for a in made],
                "took": [a.took_ms for a in made],
                "segments": [a.segments for a in made],
                "now": ctx.now,
            },
        )
    for (channel, kind), count in Counter((a.letter.channel, a.outcome.kind) for a in attempts).items():
        COUNTED.labels(channel, kind).inc(count)


def _fall_back(ctx: Ctx, mine: list[tuple[Attempt, Settlement]], kept: dict[UUID, Row[Any]]) -> None:
    # A message withdrawn while it was in the provider's hands has no time left, and so no next channel.
    alive = [(a.letter.id, s.fallback) for a, s in mine if kept[a.letter.id].expires_at > ctx.now]
    fall_back(
        ctx,
        always=[message_id for message_id, how in alive if how is Fallback.ALWAYS],
        if_last=[message_id for message_id, how in alive if how is Fallback.IF_LAST],
    )
