"""Whose offer it is, and where it stands: what every answer begins with."""

from uuid import UUID

from api.incidents.queries.offers import any_offer, own_offer, station_offer
from api.incidents.types import Answered, OfferHead
from api.kernel.errors import NotFound
from api.notifications.service import note_reading
from api.notifications.types.reaching import Proof
from api.plumbing.context import Ctx


def my_offer(ctx: Ctx, offer_id: UUID) -> OfferHead:
    """The actor's own offer; raises NotFound for anybody else's."""
    offer = own_offer(ctx.session, ctx.actor.person, offer_id)
    if offer is None:
        raise NotFound
    return offer


def stations_offer(ctx: Ctx, offer_id: UUID, *, dispatch_id: UUID) -> OfferHead:
    """An offer of a dispatch of the actor's station; raises NotFound."""
    offer = station_offer(ctx.session, ctx.actor.station, offer_id)
    if offer is None or offer.dispatch_id != dispatch_id:
        raise NotFound
    return offer


def stand_now(ctx: Ctx, offer: OfferHead) -> Answered:
    """Where an offer the caller was let at stands by now."""
    fresh = any_offer(ctx.session, offer.id) or offer
    return Answered(fresh.id, fresh.state, fresh.reason)


def heard(ctx: Ctx, offer: OfferHead) -> None:
    """Who answers in the app has read what they were sent; it need not be sent over another channel.

    Last of all in an answer: whoever stands others down locks their offers before what was sent to them. Links, replies
    and calls say so themselves, since they are another proof.
    """
    if ctx.actor.session_id is not None and ctx.actor.person_id == offer.person_id:
        note_reading(ctx, offer.id, offer.person_id, Proof.APP)
