"""Dropping what ladders and replies leave behind, once nothing can follow from it any more."""

from sqlalchemy import text

from api.notifications.service.erasing import MESSAGE_TEXT
from api.plumbing.context import Ctx

BATCH = 20_000
# A ladder is kept as long as the messages it sent. What came in holds no words, only that it came: kept while a
# provider may deliver it again, which is hours, and as long as logs are.
_LADDERS = text("""
    DELETE FROM ladders WHERE id IN (
        SELECT id FROM ladders
        WHERE expires_at < CAST(:now AS timestamptz) - make_interval(days => retention_days(:purpose, station_id))
        ORDER BY id LIMIT :limit)
""")
_INBOUND = text("""
    DELETE FROM inbound_messages WHERE id IN (
        SELECT id FROM inbound_messages WHERE received_at < CAST(:now AS timestamptz) - interval '200 days'
        ORDER BY id LIMIT :limit)
""")
_CODES = text("DELETE FROM reply_codes WHERE free_at < :now")


def forget_old_reach(ctx: Ctx) -> None:
    """Drop old ladders, inbound texts and codes that are free again; a failed address stays until it is erased."""
    ctx.session.execute(_LADDERS, {"now": ctx.now, "purpose": MESSAGE_TEXT, "limit": BATCH})
    ctx.session.execute(_INBOUND, {"now": ctx.now, "limit": BATCH})
    ctx.session.execute(_CODES, {"now": ctx.now})
