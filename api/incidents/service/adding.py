"""The dispatcher adds somebody to a running dispatch, whatever the ranking says.

The rules of waves and quorum hold on: somebody added beyond the need brings their own place with their yes, and takes
it along when they leave, so that nobody is counted twice and nobody else is asked in their stead.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import null, text
from sqlalchemy.dialects.postgresql import insert as upsert

from api.audit.service import record
from api.duty.queries import last_positions
from api.grids.queries import profiles_of
from api.grids.types import MemberProfile, MemberStatus
from api.incidents.errors import CannotBeAdded, NoSuchPlace
from api.incidents.models import Need, Offer
from api.incidents.queries.dispatches import dispatch_head, lock_needs
from api.incidents.queries.offers import any_offer, member_offer
from api.incidents.rules.policies import thaw_policy
from api.incidents.rules.ranking import mode_of, travel_s
from api.incidents.rules.states import ASKED, PAUSED
from api.incidents.service.answers import take_up
from api.incidents.service.asking import ask_more
from api.incidents.service.looking import offer_template
from api.incidents.service.steps import note_event
from api.incidents.service.telling import Word, call_member
from api.incidents.service.watching import fence_of
from api.incidents.types import (
    Answered,
    DispatchHead,
    EventKind,
    NeedState,
    OfferHead,
    OfferState,
    Policy,
)
from api.incidents.types.on_scene import HandAdd
from api.kernel.errors import NotFound
from api.kernel.geo import distance_m
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timer

ADDED_SILENT = "workers.jobs.on_scene.added_silent"
_FALL_SILENT = text("UPDATE offers SET state = 'silent' WHERE id = :offer AND state = 'offered' RETURNING dispatch_id")
# Whoever said no, or left, may be added as well: the dispatcher has spoken with them.
_ADDABLE = (*ASKED, *PAUSED, OfferState.DECLINED, OfferState.DROPPED_OUT)


def add_by_hand(ctx: Ctx, order: HandAdd) -> Answered:
    """Ask this member whatever the ranking says, or note that they have said yes already.

    Raises NotFound, NoSuchPlace, CannotBeAdded for somebody going, done or not active, EngagedElsewhere.
    """
    head = _running(ctx, order.dispatch_id)
    needs = lock_needs(ctx.session, head.id)
    need = _need_for(needs, order.need_id)
    profile = profiles_of(ctx.session, [order.member_id]).get(order.member_id)
    if profile is None or profile.station_id != ctx.actor.station:
        raise NotFound
    if profile.status != MemberStatus.ACTIVE:
        raise CannotBeAdded(state=profile.status)
    before = member_offer(ctx.session, head.incident_id, order.member_id)
    if before is not None and before.state not in _ADDABLE:
        raise CannotBeAdded(state=before.state)
    offer = _write_offer(ctx, head, need, profile)
    record(ctx, "offer.added", "incident", head.incident_id, offer_id=str(offer.id), agreed=order.agreed)
    note_event(
        ctx, head.incident_id, EventKind.ADDED, offer_id=str(offer.id), member_id=str(order.member_id),
        agreed=order.agreed, beyond=offer.beyond,
    )  # fmt: skip
    return _send(ctx, head, offer) if order.agreed else _ask(ctx, head, offer)


def _running(ctx: Ctx, dispatch_id: UUID) -> DispatchHead:
    head = dispatch_head(ctx.session, dispatch_id)
    if head is None or head.station_id != ctx.actor.station:
        raise NotFound
    return head


def _need_for(needs: list[Need], need_id: UUID | None) -> Need:
    """The need that was named, or else one with a free place, or else the first one that runs."""
    running = [need for need in needs if need.state != NeedState.ENDED and need_id in (None, need.id)]
    if not running:
        raise NoSuchPlace
    return min(running, key=lambda need: need.state != NeedState.OPEN)


def _write_offer(ctx: Ctx, head: DispatchHead, need: Need, profile: MemberProfile) -> OfferHead:
    policy = thaw_policy(head.policy)
    metres = _distance(ctx, head, profile.member_id)
    values: dict[str, Any] = {
        "id": ctx.new_id(),
        "station_id": head.station_id,
        "incident_id": head.incident_id,
        "dispatch_id": head.id,
        "need_id": need.id,
        "member_id": profile.member_id,
        "person_id": profile.person_id,
        "wave": head.wave,
        "state": OfferState.OFFERED,
        "force": profile.force,
        "distance_m": metres,
        "eta_s": policy.turn_out_s + travel_s(metres, mode_of(profile.force, policy)),
        "offered_at": ctx.now,
        "expires_at": ctx.now + timedelta(seconds=policy.expires_s),
        "added_by": ctx.actor.person_id,
        "beyond": need.state == NeedState.FILLED,
    }
    statement = upsert(Offer)
    kept = ("id", "station_id", "incident_id", "dispatch_id", "member_id", "person_id")
    fresh = {name: statement.excluded[name] for name in values if name not in kept}
    # When they first said yes stays: whoever ever went does not review.
    cleared = dict.fromkeys(("reason", "answered_at", "ended_at", "chance"), null())
    statement = statement.on_conflict_do_update(index_elements=["dispatch_id", "member_id"], set_={**fresh, **cleared})
    offer_id = ctx.session.scalars(statement.returning(Offer.id), [values]).one()
    offer = any_offer(ctx.session, offer_id)
    if offer is None:
        raise LookupError("the offer was written just now")
    return offer


def _distance(ctx: Ctx, head: DispatchHead, member_id: UUID) -> float:
    """Metres from the place; somebody without a position (off duty, say) counts as at the edge of the search."""
    seen = last_positions(ctx.session, [member_id])
    return distance_m(seen[0].position, head.place) if seen else float(thaw_policy(head.policy).radius_m)


def _send(ctx: Ctx, head: DispatchHead, offer: OfferHead) -> Answered:
    answer = take_up(ctx, offer)
    if answer.state is OfferState.ACCEPTED:
        step = f"given-{fence_of(ctx.now)}"
        call_member(ctx, Word(head.station_id, "task_given", step), offer.id, offer.person_id)
    return answer


def _ask(ctx: Ctx, head: DispatchHead, offer: OfferHead) -> Answered:
    policy: Policy = thaw_policy(head.policy)
    fence = fence_of(offer.offered_at)
    word = Word(head.station_id, offer_template(head), f"added-{fence}")
    call_member(ctx, word, offer.id, offer.person_id, policy.ladder)
    due_at = ctx.now + timedelta(seconds=policy.silence_s)
    set_timer(ctx, TimerOrder(ADDED_SILENT, offer.id, due_at, str(fence), fence))
    return Answered(offer.id, offer.state, None)


def hear_silence_of(ctx: Ctx, offer_id: UUID, *, fence: int) -> bool:
    """Somebody added by hand has not answered: others are asked, if a place is free. A late yes still counts."""
    offer = any_offer(ctx.session, offer_id)
    if offer is None or fence_of(offer.offered_at) != fence:
        return False
    lock_needs(ctx.session, offer.dispatch_id)
    if ctx.session.scalar(_FALL_SILENT, {"offer": offer_id}) is None:
        return False
    note_event(ctx, offer.incident_id, EventKind.SILENT, dispatch_id=str(offer.dispatch_id), count=1)
    ask_more(ctx, offer.dispatch_id, lost=[offer.need_id])
    return True
