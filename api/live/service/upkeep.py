"""Keeping the boards' log short."""

from datetime import timedelta

from sqlalchemy import text

from api.plumbing.context import Ctx

# Three times as long as an id of a board lives.
KEPT = timedelta(hours=3)
_PRUNE = text("""
    DELETE FROM board_changes WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM board_changes WHERE at < CAST(:now AS timestamptz) - CAST(:kept AS interval) LIMIT :limit))
""")


def prune_boards(ctx: Ctx, *, limit: int = 200_000) -> int:
    """Drop lines that no board can ask for any more; returns how many."""
    result = ctx.session.execute(_PRUNE, {"now": ctx.now, "kept": KEPT, "limit": limit})
    return int(result.rowcount)  # type: ignore[attr-defined]
