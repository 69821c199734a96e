"""Who leads on scene: the first to arrive, whoever the desk names, whoever the lead hands it to; never nobody for long.

The lead is whom the desk speaks to, not a rank: nothing may be done only by the lead except handing it on.
"""

from uuid import UUID

from sqlalchemy import text

from api.audit.service import record
from api.incidents.errors import NotGoing, NotLeading
from api.incidents.queries.offers import any_offer
from api.incidents.queries.on_scene import Terms, dispatch_terms, lead_candidates
from api.incidents.rules.leading import next_lead
from api.incidents.rules.states import GOING
from api.incidents.service.holders import my_offer, stations_offer
from api.incidents.service.steps import note_event
from api.incidents.service.telling import Word, call_member
from api.incidents.types import EventKind, OfferHead
from api.incidents.types.on_scene import Lead
from api.plumbing.context import Ctx

_LOCK = text("SELECT lead_offer_id FROM dispatches WHERE id = :dispatch FOR NO KEY UPDATE")
_SET = text("UPDATE dispatches SET lead_offer_id = :lead WHERE id = :dispatch")


def lead_if_first(ctx: Ctx, offer: OfferHead) -> None:
    """Whoever arrives while nobody leads, leads."""
    if ctx.session.scalar(_LOCK, {"dispatch": offer.dispatch_id}) is None:
        _give(ctx, dispatch_terms(ctx.session, offer.dispatch_id), offer, Lead.FIRST)


def name_lead(ctx: Ctx, offer_id: UUID, *, dispatch_id: UUID) -> None:
    """The desk names the lead; raises NotGoing for somebody who is not going or there."""
    offer = stations_offer(ctx, offer_id, dispatch_id=dispatch_id)
    if offer.state not in GOING:
        raise NotGoing
    if ctx.session.scalar(_LOCK, {"dispatch": dispatch_id}) == offer_id:
        return
    record(ctx, "dispatch.lead_named", "incident", offer.incident_id, offer_id=str(offer_id))
    _give(ctx, dispatch_terms(ctx.session, dispatch_id), offer, Lead.NAMED)


def hand_over_lead(ctx: Ctx, offer_id: UUID, *, to_offer_id: UUID) -> None:
    """The lead hands it to somebody of the same dispatch; raises NotLeading, NotGoing. Handing it on twice is once."""
    mine = my_offer(ctx, offer_id)
    other = stations_offer(ctx, to_offer_id, dispatch_id=mine.dispatch_id)
    lead = ctx.session.scalar(_LOCK, {"dispatch": mine.dispatch_id})
    if lead == other.id:
        return
    if lead != mine.id:
        raise NotLeading
    if other.state not in GOING:
        raise NotGoing
    _give(ctx, dispatch_terms(ctx.session, mine.dispatch_id), other, Lead.PASSED)


def pass_lead_on(ctx: Ctx, offer: OfferHead) -> None:
    """Somebody is not going any more: if they led, the next one does, or nobody until somebody arrives."""
    if ctx.session.scalar(_LOCK, {"dispatch": offer.dispatch_id}) != offer.id:
        return
    chosen = next_lead(lead_candidates(ctx.session, offer.dispatch_id))
    heir = None if chosen is None else any_offer(ctx.session, chosen)
    if heir is None:
        ctx.session.execute(_SET, {"dispatch": offer.dispatch_id, "lead": None})
    else:
        _give(ctx, dispatch_terms(ctx.session, offer.dispatch_id), heir, Lead.TOOK_OVER)


def _give(ctx: Ctx, terms: Terms, offer: OfferHead, how: Lead) -> None:
    ctx.session.execute(_SET, {"dispatch": terms.dispatch_id, "lead": offer.id})
    note_event(
        ctx, offer.incident_id, EventKind.LEAD, dispatch_id=str(terms.dispatch_id), offer_id=str(offer.id),
        member_id=str(offer.member_id), how=how,
    )  # fmt: skip
    # The first one there knows it from the screen; somebody who is made lead from afar must be told.
    if how is not Lead.FIRST and offer.person_id != ctx.actor.person_id:
        step = f"lead-{int(ctx.now.timestamp() * 1_000)}"
        call_member(ctx, Word(terms.station_id, "lead_given", step), offer.id, offer.person_id)
