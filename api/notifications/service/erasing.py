"""Dropping messages that ended long ago, with what they said. Attempts and receipts are facts of their own and stay."""

from sqlalchemy import text

from api.plumbing.context import Ctx

MESSAGE_TEXT = "message_text"

# Ids are UUIDv7, so the oldest messages are the first of the primary key. Whatever state a message is in, its time ran
# out long before.
_DROP = text("""
    WITH ripe AS (
        SELECT id FROM outbox
        WHERE id < CAST(lpad(to_hex(CAST(extract(epoch FROM CAST(:now AS timestamptz) - interval '180 days') * 1000
                   AS bigint)), 12, '0') || '70008000000000000000' AS uuid)
          AND created_at < CAST(:now AS timestamptz) - make_interval(days => retention_days(:purpose, station_id))
          AND expires_at < :now
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    DELETE FROM outbox USING ripe WHERE outbox.id = ripe.id RETURNING 1
""")


def drop_expired_messages(ctx: Ctx, *, limit: int) -> int:
    """Drop messages made long enough ago; returns how many."""
    return len(ctx.session.execute(_DROP, {"now": ctx.now, "purpose": MESSAGE_TEXT, "limit": limit}).all())
