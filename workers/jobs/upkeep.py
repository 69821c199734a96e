"""Periodic upkeep: seal the trail, drop rows that have served."""

from api.audit.service import seal_entries
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from api.plumbing.upkeep import drop_served_rows


def seal_audit(ctx: Ctx, timer: Timer) -> None:
    """Extend the audit chain over what was committed since."""
    seal_entries(ctx)


def drop_old_rows(ctx: Ctx, timer: Timer) -> None:
    """Drop spent idempotency keys and fired timers."""
    drop_served_rows(ctx)
