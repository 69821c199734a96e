"""Watching over people on scene: the question, its answer, and what happens when none comes.

The clock begins with the arrival and ends with the task. It is the policy's, frozen with the dispatch; most kinds have
none, red ones always do.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import null
from sqlalchemy.dialects.postgresql import insert

from api.audit.service import record
from api.incidents.errors import NotWatched
from api.incidents.models import WelfareWatch
from api.incidents.queries.offers import any_offer
from api.incidents.queries.on_scene import companions_on_scene, dispatch_terms, lock_watch
from api.incidents.rules.welfare import (
    WELFARE,
    answer_window_s,
    step_when_due,
    tells_companions,
    told_roles,
)
from api.incidents.service.holders import heard, my_offer
from api.incidents.service.steps import note_event
from api.incidents.service.telling import Word, call_desk, call_member, call_people
from api.incidents.types import EventKind, OfferHead, OfferState
from api.incidents.types.on_scene import WelfareState, WelfareStep
from api.notifications.service import withdraw
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers, set_timer

CHECK_WELFARE = "workers.jobs.on_scene.check_welfare"


def begin_welfare(ctx: Ctx, offer: OfferHead) -> None:
    """They are on scene: ask after them every so often, if the policy of their dispatch says so."""
    terms = dispatch_terms(ctx.session, offer.dispatch_id)
    every_s = terms.policy.welfare_s
    if not every_s:
        return
    values = {
        "offer_id": offer.id,
        "station_id": terms.station_id,
        "incident_id": offer.incident_id,
        "state": WELFARE.initial,
        "round": 1,
        "every_s": every_s,
    }
    # Somebody who came twice (left, was asked again) is watched anew, with fresh fences.
    again = {
        "state": WELFARE.initial, "round": WelfareWatch.round + 1, "missed": 0, "every_s": every_s, "ended_at": null(),
    }  # fmt: skip
    statement = insert(WelfareWatch).on_conflict_do_update(index_elements=["offer_id"], set_=again)
    turn = ctx.session.scalars(statement.returning(WelfareWatch.round), [values]).one()
    _set_clock(ctx, offer.id, turn, every_s)


def check_welfare(ctx: Ctx, offer_id: UUID, *, fence: int) -> WelfareState | None:
    """The clock struck: ask, or say that nobody answered. Returns the state after it; None when it asks nothing."""
    watch = lock_watch(ctx.session, offer_id)
    offer = any_offer(ctx.session, offer_id)
    if watch is None or offer is None or watch.round != fence or watch.state == WelfareState.ENDED:
        return None
    if offer.state is not OfferState.ARRIVED:
        watch.state, watch.ended_at = WELFARE.next(WelfareState(watch.state), WelfareStep.END), ctx.now
        return None
    step = step_when_due(WelfareState(watch.state))
    watch.state = WELFARE.next(WelfareState(watch.state), step)
    watch.round += 1
    if step is WelfareStep.MISS:
        watch.missed += 1
        _tell_missed(ctx, watch, offer)
    else:
        watch.asked_at = ctx.now
    call_member(ctx, Word(watch.station_id, "welfare_check", f"welfare-{watch.round}"), offer_id, offer.person_id)
    _set_clock(ctx, offer_id, watch.round, answer_window_s(watch.every_s))
    ctx.session.flush()
    return WelfareState(watch.state)


def _tell_missed(ctx: Ctx, watch: WelfareWatch, offer: OfferHead) -> None:
    word = Word(watch.station_id, "welfare_missed", f"welfare-{offer.id}-{watch.round}")
    note_event(ctx, offer.incident_id, EventKind.WELFARE_MISSED, offer_id=str(offer.id), missed=watch.missed)
    call_desk(ctx, word, offer.incident_id, told_roles(watch.missed))
    if tells_companions(watch.missed):
        look = Word(watch.station_id, "welfare_look", word.step)
        companions = companions_on_scene(ctx.session, offer.incident_id, but=offer.id)
        call_people(ctx, look, offer.incident_id, companions)


def answer_welfare(ctx: Ctx, offer_id: UUID, *, all_right: bool) -> WelfareState:
    """The actor's own word from the scene, asked for or not; not all right brings the desk at once.

    Raises NotWatched for somebody who is not on scene, or whom nobody asks after.
    """
    offer = my_offer(ctx, offer_id)
    watch = lock_watch(ctx.session, offer_id)
    if watch is None or watch.state == WelfareState.ENDED or offer.state is not OfferState.ARRIVED:
        raise NotWatched
    before = WelfareState(watch.state)
    watch.state = WELFARE.next(before, WelfareStep.ANSWER if all_right else WelfareStep.CALL_FOR_HELP)
    watch.answered_at = ctx.now
    watch.round += 1
    watch.missed = 0
    cancel_timers(ctx, offer_id, job=CHECK_WELFARE)
    withdraw(ctx, offer_id, person_ids=[offer.person_id])
    if all_right:
        _set_clock(ctx, offer_id, watch.round, watch.every_s)
    else:
        call_desk(ctx, Word(watch.station_id, "welfare_help", f"help-{offer_id}-{watch.round}"), offer.incident_id)
        _set_clock(ctx, offer_id, watch.round, answer_window_s(watch.every_s))
    if before is not WelfareState.CALM or not all_right:
        note_event(ctx, offer.incident_id, EventKind.WELFARE_ANSWERED, offer_id=str(offer_id), all_right=all_right)
        record(ctx, "welfare.answered", "incident", offer.incident_id, offer_id=str(offer_id), all_right=all_right)
    ctx.session.flush()
    heard(ctx, offer)
    return WelfareState(watch.state)


def _set_clock(ctx: Ctx, offer_id: UUID, turn: int, seconds: int) -> None:
    due_at = ctx.now + timedelta(seconds=seconds)
    set_timer(ctx, TimerOrder(CHECK_WELFARE, offer_id, due_at, f"welfare-{turn}", fence=turn))
