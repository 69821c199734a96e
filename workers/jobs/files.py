"""Jobs of files: letting go of what nobody claimed, went on with, or recorded."""

from api.files.service import drop_orphans, drop_removed_bytes, drop_unclaimed, expire_uploads
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer


def expire_open_uploads(ctx: Ctx, timer: Timer) -> None:
    """End uploads that nobody went on with."""
    expire_uploads(ctx)


def drop_unwanted(ctx: Ctx, timer: Timer) -> None:
    """Remove what nothing claimed, and the bytes of what was removed."""
    drop_unclaimed(ctx)
    drop_removed_bytes(ctx)


def sweep_orphans(ctx: Ctx, timer: Timer) -> None:
    """Remove bytes that a crash left without a row."""
    drop_orphans(ctx)
