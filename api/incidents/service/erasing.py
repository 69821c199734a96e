"""Erasing who asked for help, once the incident has been over long enough."""

from sqlalchemy import text

from api.plumbing.context import Ctx

INCIDENT_REQUESTER = "incident_requester"

_ERASE = text("""
    WITH ripe AS (
        SELECT id FROM incidents
        WHERE (requester_name IS NOT NULL OR requester_phone IS NOT NULL)
          AND ended_at < CAST(:now AS timestamptz) - interval '180 days'
          AND ended_at < CAST(:now AS timestamptz) - make_interval(days => retention_days(:purpose, station_id))
        ORDER BY ended_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE incidents SET requester_name = NULL, requester_phone = NULL, requester_index = NULL FROM ripe
    WHERE incidents.id = ripe.id RETURNING 1
""")


def erase_expired_requesters(ctx: Ctx, *, limit: int) -> int:
    """Erase name and number of those who asked for help long enough ago; returns of how many incidents."""
    return len(ctx.session.execute(_ERASE, {"now": ctx.now, "purpose": INCIDENT_REQUESTER, "limit": limit}).all())
