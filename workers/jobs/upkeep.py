"""Periodic upkeep: seal the trail, drop rows that have served."""

from api.audit.service import seal_entries
from api.live.service.upkeep import prune_boards
from api.plumbing.changes import prune_changes
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer
from api.plumbing.upkeep import drop_served_rows
from api.sync.service import prune_sync


def seal_audit(ctx: Ctx, timer: Timer) -> None:
    """Extend the audit chain over what was committed since."""
    seal_entries(ctx)


def drop_old_rows(ctx: Ctx, timer: Timer) -> None:
    """Drop spent idempotency keys and fired timers."""
    drop_served_rows(ctx)


def prune_log(ctx: Ctx, timer: Timer) -> None:
    """Drop changes that no phone can ask for any more."""
    prune_changes(ctx)
    prune_sync(ctx)


def prune_board_log(ctx: Ctx, timer: Timer) -> None:
    """Drop changes that no board can ask for any more."""
    prune_boards(ctx)
