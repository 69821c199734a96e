"""Jobs of grids: duty's copies of profiles follow what a roster changed."""

from uuid import UUID

from api.duty.service import refresh_profiles
from api.plumbing.context import Ctx
from api.plumbing.timers import Timer


def refresh_members(ctx: Ctx, timer: Timer) -> None:
    """Refresh the members a roster import changed, a batch per job."""
    refresh_profiles(ctx, [UUID(member_id) for member_id in timer.args["member_ids"]])
