"""Somebody said yes and does not move: they are asked, the desk is told, and then the place is somebody else's.

A phone that sends no positions proves nothing about its owner, who may be running: they are asked all the same, and
after that only the desk decides.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import update

from api.incidents.errors import NotGoing
from api.incidents.models import Approach
from api.incidents.queries.offers import any_offer
from api.incidents.queries.on_scene import Terms, approach_of, dispatch_terms, going_tasks
from api.incidents.rules.approach import judge_still, still_step
from api.incidents.service.answers import leave_task
from api.incidents.service.following import course_of, fence_of_policy
from api.incidents.service.holders import heard, my_offer
from api.incidents.service.steps import note_event
from api.incidents.service.telling import Word, call_desk, call_member
from api.incidents.service.watching import fence_of, look_later
from api.incidents.types import Answered, EventKind, OfferHead, OfferState, OfferStep, StandDown
from api.incidents.types.on_scene import Still, StillStep
from api.notifications.service import withdraw
from api.plumbing.context import Ctx

# On the way by their own word counts as setting off only when the positions say so too, or say nothing.
_LOOKED_AT = (OfferState.ACCEPTED, OfferState.ON_THE_WAY)


def check_moving(ctx: Ctx, offer_id: UUID, *, fence: int, window: int) -> StillStep:
    """A window after the yes is over; a timer of an earlier yes, or of one who is there or gone, does nothing."""
    offer = any_offer(ctx.session, offer_id)
    approach = approach_of(ctx.session, offer_id)
    if offer is None or approach is None or offer.state not in _LOOKED_AT or fence_of(approach.accepted_at) != fence:
        return StillStep.NOTHING
    terms = dispatch_terms(ctx.session, offer.dispatch_id)
    task = next(task for task in going_tasks(ctx.session, offer.member_id) if task.offer_id == offer_id)
    course = course_of(ctx, task, terms.policy)
    still = judge_still(course, fence_of_policy(terms.policy, task.place))
    if still is Still.BLIND and offer.state is OfferState.ON_THE_WAY:
        return StillStep.NOTHING  # they have said that they are coming, and nothing speaks against it
    step = still_step(still, asked=approach.asked_at is not None, confirmed=not _waits_for_answer(approach))
    _CARRY_OUT[step](ctx, offer, terms, _Look(still, approach.accepted_at, window))
    return step


def _waits_for_answer(approach: Approach) -> bool:
    asked, confirmed = approach.asked_at, approach.confirmed_at
    return asked is not None and (confirmed is None or confirmed < asked)


class _Look(NamedTuple):
    """What a look found, and its number."""

    still: Still
    accepted_at: datetime
    window: int

    @property
    def step(self) -> str:
        """The step of a message that this look sends."""
        return f"still-{fence_of(self.accepted_at)}.{self.window}"


def _ask(ctx: Ctx, offer: OfferHead, terms: Terms, look: _Look) -> None:
    _tell_desk(ctx, offer, terms, look)
    call_member(ctx, Word(terms.station_id, "still_coming", look.step), offer.id, offer.person_id)
    ctx.session.execute(update(Approach).where(Approach.offer_id == offer.id).values(asked_at=ctx.now))
    look_later(ctx, offer.id, look.accepted_at, window=look.window + 1, after_s=terms.policy.reopen_s)


def _tell_desk(ctx: Ctx, offer: OfferHead, terms: Terms, look: _Look) -> None:
    note_event(
        ctx, offer.incident_id, EventKind.STILL, offer_id=str(offer.id), member_id=str(offer.member_id),
        seen=look.still, window=look.window,
    )  # fmt: skip
    call_desk(ctx, Word(terms.station_id, "member_still", f"{look.step}-{offer.id}"), offer.incident_id)


def _reopen(ctx: Ctx, offer: OfferHead, terms: Terms, look: _Look) -> None:
    withdraw(ctx, offer.id)
    answer = leave_task(ctx, offer, OfferStep.STAND_DOWN, StandDown.STILL)
    if answer.state is OfferState.STOOD_DOWN:
        call_member(ctx, Word(terms.station_id, "place_passed_on", look.step), offer.id, offer.person_id)


_CARRY_OUT = {
    StillStep.NOTHING: lambda *_: None,
    StillStep.ASK: _ask,
    StillStep.TELL_DESK: _tell_desk,
    StillStep.REOPEN: _reopen,
}


def confirm_coming(ctx: Ctx, offer_id: UUID) -> Answered:
    """Yes, still coming: the question is answered, and asked anew only if nothing moves for another window.

    Raises NotGoing for somebody whose place is somebody else's by now.
    """
    offer = my_offer(ctx, offer_id)
    approach = approach_of(ctx.session, offer_id)
    if offer.state not in _LOOKED_AT and offer.state is not OfferState.ARRIVED:
        raise NotGoing
    if approach is not None and _waits_for_answer(approach):
        approach.confirmed_at = ctx.now
        ctx.session.flush()
        note_event(ctx, offer.incident_id, EventKind.STILL_COMING, offer_id=str(offer_id))
    heard(ctx, offer)
    return Answered(offer.id, offer.state, offer.reason)
