"""The clocks of somebody who said yes: begun with the yes, ended when they are not going any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import null, text
from sqlalchemy.dialects.postgresql import insert

from api.incidents.models import Approach
from api.incidents.queries.on_scene import Terms
from api.incidents.types import OfferHead
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers_of, set_timer

CHECK_MOVING = "workers.jobs.on_scene.check_moving"
_END_WELFARE = text("""
    UPDATE welfare_watches SET state = 'ended', ended_at = :now WHERE offer_id = ANY(:ids) AND state <> 'ended'
""")
_FRESH = ("accepted_at", "eta_at")
_EMPTY = ("fix_at", "left_m", "moved_at", "gone_at", "asked_at", "confirmed_at")


def fence_of(accepted_at: datetime) -> int:
    """What the timers of a yes carry: another yes of the same person is another fence."""
    return int(accepted_at.timestamp() * 1_000)


def begin_approach(ctx: Ctx, offer: OfferHead, terms: Terms) -> None:
    """They said yes now: reckon when they come, and look after a while whether they move."""
    values = {
        "offer_id": offer.id,
        "station_id": terms.station_id,
        "accepted_at": ctx.now,
        "eta_at": ctx.now + timedelta(seconds=offer.eta_s),
    }
    statement = insert(Approach)
    fresh = {**{name: statement.excluded[name] for name in _FRESH}, **dict.fromkeys(_EMPTY, null())}
    ctx.session.execute(statement.on_conflict_do_update(index_elements=["offer_id"], set_=fresh), [values])
    look_later(ctx, offer.id, ctx.now, window=1, after_s=terms.policy.still_s)


def look_later(ctx: Ctx, offer_id: UUID, accepted_at: datetime, *, window: int, after_s: int) -> None:
    """Order the next look whether somebody moves."""
    fence = fence_of(accepted_at)
    due_at = ctx.now + timedelta(seconds=after_s)
    set_timer(ctx, TimerOrder(CHECK_MOVING, offer_id, due_at, f"{fence}.{window}", fence, {"window": window}))


def end_watches(ctx: Ctx, offer_ids: Sequence[UUID]) -> None:
    """They are not going, or not on scene, any more: nothing asks after them."""
    if offer_ids:
        cancel_timers_of(ctx, offer_ids)
        ctx.session.execute(_END_WELFARE, {"ids": list(offer_ids), "now": ctx.now})
