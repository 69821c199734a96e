"""Identity's upkeep: sessions whose time is over, counters nobody needs any more."""

from api.identity import service
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer


def expire_sessions(ctx: Ctx, timer: Timer) -> None:
    """Mark sessions whose time is over and retire their phones; the session list and the trail then say so too."""
    service.expire_sessions(ctx)


def drop_old_attempts(ctx: Ctx, timer: Timer) -> None:
    """Forget counters and codes whose time is over."""
    service.drop_old_attempts(ctx)


def watch_codes(ctx: Ctx, timer: Timer) -> None:
    """Say so where codes are sent and hardly any are used: somebody may be pumping them."""
    service.watch_codes(ctx)
