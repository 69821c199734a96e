"""Positions from tracking apps: let in by a token of the tracker's own, kept by the same rules as any."""

from collections.abc import Sequence

from api.duty.errors import NotOnDuty
from api.duty.service.positions import record_positions
from api.duty.types import Fix, FixBatch, Verdict
from api.identity.service import act_as_tracker
from api.kernel.geo import Datum
from api.plumbing.context import Ctx


def keep_tracked(ctx: Ctx, token: str, fixes: Sequence[Fix]) -> list[Verdict]:
    """Keep what a tracker sends for its owner; nothing off duty. Raises TrackerUnknown.

    Off duty is no refusal here: the app does not know when its owner is on duty, and would keep what is refused and
    send it first, for ever.
    """
    owner = act_as_tracker(ctx, token)
    if not fixes:
        return []
    try:
        return record_positions(owner, FixBatch(Datum.WGS84, tuple(fixes)))
    except NotOnDuty:
        return []
