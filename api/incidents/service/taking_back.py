"""The dispatcher takes one offer back, or stands one person down; the others are left alone."""

from uuid import UUID

from api.audit.service import record
from api.incidents.errors import LastPlace
from api.incidents.queries.dispatches import lock_needs
from api.incidents.rules.states import ASKED, GOING, OFFER, PAUSED
from api.incidents.service.adding import ADDED_SILENT
from api.incidents.service.asking import ask_more
from api.incidents.service.engaging import free_members
from api.incidents.service.holders import stand_now, stations_offer
from api.incidents.service.leading import pass_lead_on
from api.incidents.service.progress import locked, lose_person
from api.incidents.service.quorum import drop_place, give_back, lock_asked, put_off
from api.incidents.service.steps import note_event
from api.incidents.types import (
    Answered,
    EventKind,
    OfferHead,
    OfferState,
    OfferStep,
    StandDown,
)
from api.plumbing.context import Ctx
from api.plumbing.timers import cancel_timers


def take_back(ctx: Ctx, offer_id: UUID, *, dispatch_id: UUID) -> Answered:
    """Take back what somebody was asked, before they have said yes; others are asked if places are free.

    Raises IllegalTransition for somebody who is going: they are stood down. Taking back twice is once.
    """
    offer = stations_offer(ctx, offer_id, dispatch_id=dispatch_id)
    if offer.state in PAUSED:
        return Answered(offer.id, offer.state, offer.reason)
    OFFER.next(offer.state, OfferStep.WITHDRAW)
    return _put_one_off(ctx, offer, ASKED)


def stand_down(ctx: Ctx, offer_id: UUID, *, dispatch_id: UUID, replace: bool) -> Answered:
    """Tell one person that they are not needed, asked or going. `replace`: their place is asked for again.

    Else the place goes with them; raises LastPlace for the only one. Standing down twice is once.
    """
    offer = stations_offer(ctx, offer_id, dispatch_id=dispatch_id)
    if offer.state in PAUSED:
        return Answered(offer.id, offer.state, offer.reason)
    OFFER.next(offer.state, OfferStep.STAND_DOWN)
    if offer.state not in GOING:
        return _put_one_off(ctx, offer, ASKED)
    return _call_home(ctx, offer, replace=replace)


def _put_one_off(ctx: Ctx, offer: OfferHead, states: tuple[OfferState, ...]) -> Answered:
    lock_needs(ctx.session, offer.dispatch_id)
    asked = lock_asked(ctx, offer.id, states)
    if asked is not None:
        put_off(ctx, [asked], StandDown.DESK)
        cancel_timers(ctx, offer.id, job=ADDED_SILENT)
        _note_taken_back(ctx, offer)
        ask_more(ctx, offer.dispatch_id)
    return stand_now(ctx, offer)


def _call_home(ctx: Ctx, offer: OfferHead, *, replace: bool) -> Answered:
    incident = locked(ctx, offer.incident_id)
    lock_needs(ctx.session, offer.dispatch_id)
    asked = lock_asked(ctx, offer.id, GOING)
    if asked is None:
        return stand_now(ctx, offer)
    if replace:
        give_back(ctx, offer.need_id)
    elif not drop_place(ctx, offer.need_id):
        raise LastPlace
    put_off(ctx, [asked], StandDown.DESK)
    _note_taken_back(ctx, offer)
    lose_person(ctx, incident)
    ask_more(ctx, offer.dispatch_id)
    pass_lead_on(ctx, offer)
    free_members(ctx, offer.incident_id, [offer.member_id])
    return stand_now(ctx, offer)


def _note_taken_back(ctx: Ctx, offer: OfferHead) -> None:
    record(ctx, "offer.taken_back", "incident", offer.incident_id, offer_id=str(offer.id))
    note_event(
        ctx, offer.incident_id, EventKind.TAKEN_BACK, offer_id=str(offer.id), member_id=str(offer.member_id),
        was=offer.state,
    )  # fmt: skip
