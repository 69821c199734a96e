"""After a backup was restored: what a provider may have had already is held, not sent again.

The database has forgotten what happened since the backup, providers and phones have not. A message that was due while
the lost system still ran may have been claimed and handed over, so it counts as such a one whose sender was lost: its
fate is unknown. Receipts that still come, and what phones say, prove it; a person decides about the rest.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import UUID as PgUUID

from api.audit.service import record_many
from api.notifications.rules.settlement import RESTORED
from api.plumbing.context import Ctx
from api.plumbing.outbox import CHANNEL

_HOLD = text("""
    WITH open AS (
        SELECT id, state AS was FROM outbox
        WHERE (state = 'queued' AND next_at <= :until) OR state IN ('leased', 'unknown')
        ORDER BY id FOR UPDATE
    )
    UPDATE outbox SET state = 'unknown', error_code = :restored, unknown_at = :now,
        lease_token = NULL, lease_until = NULL
    FROM open WHERE outbox.id = open.id RETURNING outbox.id, open.was
""").columns(id=PgUUID(as_uuid=True))

_RESEND = text("""
    WITH chosen AS (
        SELECT id FROM outbox WHERE state = 'unknown' AND error_code = :restored AND expires_at > :now
          AND (:every OR id = ANY(:ids)) ORDER BY id FOR UPDATE
    )
    UPDATE outbox SET state = 'queued', next_at = :now, error_code = NULL
    FROM chosen WHERE outbox.id = chosen.id RETURNING outbox.id
""").columns(id=PgUUID(as_uuid=True))


def hold_restored(ctx: Ctx, *, until: datetime) -> int:
    """Hold every message that was due before `until`, when the lost system stopped; returns how many.

    To be called before any process runs on the restored database. Messages due later were not handed over and stay.
    """
    rows = ctx.session.execute(_HOLD, {"until": until, "now": ctx.now, "restored": RESTORED}).all()
    record_many(ctx, "message.restored", "message", [(row.id, {"from": row.was}) for row in rows])
    return len(rows)


def resend_restored(ctx: Ctx, *, message_ids: Collection[UUID] | None = None) -> int:
    """Send held messages after all (None: every one that nothing has proved); returns how many have time left."""
    chosen = {"ids": list(message_ids or ()), "every": message_ids is None}
    rows = ctx.session.execute(_RESEND, {**chosen, "now": ctx.now, "restored": RESTORED}).all()
    record_many(ctx, "message.resent", "message", [(row.id, {}) for row in rows])
    ctx.session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
    return len(rows)
