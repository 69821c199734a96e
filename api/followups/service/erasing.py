"""Erasing where visits were reported from, once the evidence has served: its verdict and reasons stay."""

from sqlalchemy import text

from api.plumbing.context import Ctx

VISIT_POSITION = "visit_position"

_ERASE = text("""
    WITH ripe AS (
        SELECT id FROM visit_contacts
        WHERE lat IS NOT NULL AND received_at < CAST(:now AS timestamptz) - interval '180 days'
          AND received_at < CAST(:now AS timestamptz) - make_interval(days => retention_days(:purpose, station_id))
        ORDER BY received_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE visit_contacts SET lat = NULL, lon = NULL, datum = NULL, accuracy_m = NULL FROM ripe
    WHERE visit_contacts.id = ripe.id RETURNING 1
""")


def erase_expired_positions(ctx: Ctx, *, limit: int) -> int:
    """Erase the positions of reports that came in long enough ago; returns how many."""
    return len(ctx.session.execute(_ERASE, {"now": ctx.now, "purpose": VISIT_POSITION, "limit": limit}).all())
