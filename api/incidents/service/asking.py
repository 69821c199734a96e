"""One round of asking: find, pick, write the offers with their messages and timers, and say why everybody else not.

The same for a first wave, a refusal, a silence, a drop-out and a look around after everybody had been asked: the
places to ask follow from the needs as they stand (`rules.targeting.places_to_ask`), not from what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, null, text
from sqlalchemy.dialects.postgresql import insert as upsert

from api.duty.queries import candidates_near
from api.duty.types import Candidate, CandidateQuery
from api.incidents.models import Offer, Selection
from api.incidents.queries.dispatches import count_needs, dispatch_head, last_considered, lock_needs, past_offers
from api.incidents.rules.links import LINK_KEY, link_path
from api.incidents.rules.policies import thaw_policy
from api.incidents.rules.states import DISPATCH, PAUSED
from api.incidents.rules.targeting import is_exhausted, places_to_ask, plan_wave
from api.incidents.service.steps import NOBODY_FOUND, note_event, note_events, tell_desk
from api.incidents.types import (
    Ask,
    DispatchHead,
    DispatchState,
    DispatchStep,
    EventKind,
    NeedCount,
    OfferState,
    Pick,
    Policy,
    WavePlan,
)
from api.notifications.rules.templates import LINK
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.signing import signer
from api.plumbing.timers import TimerOrder, set_timers

OFFER_SILENT = "workers.jobs.dispatch.offer_silent"
ASK_AGAIN = "workers.jobs.dispatch.ask_again"

_SET_ROUND = text("UPDATE dispatches SET wave = :wave, state = :state WHERE id = :id")
_SILENCE = text("""
    UPDATE offers SET state = 'silent' WHERE dispatch_id = :dispatch AND wave = :wave AND state = 'offered'
    RETURNING id
""")
_IS_PAUSED = f"offers.state IN ({', '.join(repr(state.value) for state in PAUSED)})"


@dataclass(frozen=True)
class Round:
    """One wave as it is written: the dispatch with its new wave and state, and the plan."""

    dispatch: DispatchHead
    policy: Policy
    asks: Sequence[Ask]
    plan: WavePlan


def ask_more(ctx: Ctx, dispatch_id: UUID, *, fence: int | None = None) -> None:
    """Ask as many more people as the dispatch's needs call for; nothing, when they call for none or it has ended.

    `fence` is a timer's: one that was ordered before the dispatch ended does nothing.
    """
    needs = lock_needs(ctx.session, dispatch_id)
    head = dispatch_head(ctx.session, dispatch_id)
    if head is None or _is_stale(head, fence):
        return
    policy = thaw_policy(head.policy)
    counts = count_needs(ctx.session, needs)
    places = {count.need_id: places_to_ask(count, spare=policy.spare) for count in counts}
    asks = [Ask(need.id, places[need.id], need.force, frozenset(need.skills)) for need in needs if places[need.id]]
    if not asks:
        return
    plan = find_people(ctx, head, policy, asks)
    state = state_after(head.state, counts, plan)
    turn = Round(head._replace(wave=head.wave + 1, state=state), policy, asks, plan)
    ctx.session.execute(_SET_ROUND, {"id": head.id, "wave": turn.dispatch.wave, "state": state})
    _note_exhaustion(ctx, head.state, turn)
    write_round(ctx, turn)


def _is_stale(head: DispatchHead, fence: int | None) -> bool:
    return head.state is DispatchState.ENDED or fence not in (None, head.fence)


def find_people(ctx: Ctx, head: DispatchHead, policy: Policy, asks: Sequence[Ask]) -> WavePlan:
    """Look around the place, once per need, and plan the wave."""
    past = past_offers(ctx.session, head.incident_id)
    # Those asked before or left out are often the nearest ones, and must not crowd out the others.
    limit = policy.candidates + len(past) + len(policy.excluded)
    found = {ask.need_id: _candidates(ctx, head, policy, ask, limit) for ask in asks}
    return plan_wave(asks, found, past, excluded=frozenset(map(UUID, policy.excluded)))


def _candidates(ctx: Ctx, head: DispatchHead, policy: Policy, ask: Ask, limit: int) -> list[Candidate]:
    return candidates_near(
        ctx.session,
        CandidateQuery(
            station_id=head.station_id,
            point=head.place,
            radius_m=policy.radius_m,
            limit=limit,
            fresh_after=ctx.now - timedelta(seconds=policy.stale_s),
            force=ask.force,
            skills=ask.skills,
        ),
    )


def state_after(state: DispatchState, counts: Sequence[NeedCount], plan: WavePlan) -> DispatchState:
    """The dispatch's state after a wave; what is filled but asks was re-opened by a drop-out."""
    if state is DispatchState.FILLED:
        state = DISPATCH.next(state, DispatchStep.REOPEN)
    step = DispatchStep.EXHAUST if is_exhausted(counts, plan) else DispatchStep.ASK_AGAIN
    return DISPATCH.next(state, step) if DISPATCH.allows(state, step) else state


def _note_exhaustion(ctx: Ctx, before: DispatchState, turn: Round) -> None:
    if turn.dispatch.state is DispatchState.EXHAUSTED and before is not DispatchState.EXHAUSTED:
        tell_exhausted(ctx, turn.dispatch)


def tell_exhausted(ctx: Ctx, head: DispatchHead) -> None:
    """Tell the desk that everybody near was asked and places are still free."""
    note_event(ctx, head.incident_id, EventKind.EXHAUSTED, dispatch_id=str(head.id), wave=head.wave)
    tell_desk(ctx, head.station_id, head.incident_id, template=NOBODY_FOUND, step=f"exhausted-{head.id}-{head.wave}")


def write_round(ctx: Ctx, turn: Round) -> None:
    """Write a planned wave: offers, messages, the account of who was looked at, timers, timeline."""
    offers = _write_offers(ctx, turn) if turn.plan.picks else []
    _write_selection(ctx, turn)
    expires_at = ctx.now + timedelta(seconds=turn.policy.expires_s)
    key = signer.key(LINK_KEY)
    queue_notices(
        ctx,
        [
            Notice(
                person_id, "offer", offer_id, "offer", Urgency.ALERT, f"wave-{turn.dispatch.wave}", expires_at,
                {LINK: link_path(offer_id, key)}, turn.dispatch.station_id,
            )
            for offer_id, person_id in offers
        ],
    )  # fmt: skip
    set_timers(ctx, _timers(ctx, turn))
    if offers:
        head = turn.dispatch
        data = {"dispatch_id": str(head.id), "wave": head.wave, "asked": len(offers), "short": len(turn.plan.short)}
        note_events(ctx, head.incident_id, [(EventKind.ASKED, data)])


def _write_offers(ctx: Ctx, turn: Round) -> list[tuple[UUID, UUID]]:
    """One row per pick; a row of somebody who was not needed before is opened again instead of a second one made.

    No parameter but the values': with one, SQLAlchemy sends a statement per row.
    """
    statement = upsert(Offer)
    new = statement.excluded
    fields = ("need_id", "wave", "state", "distance_m", "eta_s", "offered_at", "expires_at")
    statement = statement.on_conflict_do_update(
        index_elements=["dispatch_id", "member_id"],
        set_={**{name: new[name] for name in fields}, "reason": null(), "answered_at": null(), "ended_at": null()},
        where=text(_IS_PAUSED),
    )
    rows = [_offer_values(ctx, turn, pick) for pick in turn.plan.picks]
    written = ctx.session.execute(statement.returning(Offer.id, Offer.person_id), rows)
    return [(offer_id, person_id) for offer_id, person_id in written]


def _offer_values(ctx: Ctx, turn: Round, pick: Pick) -> dict[str, Any]:
    head = turn.dispatch
    return {
        "id": ctx.new_id(),
        "station_id": head.station_id,
        "incident_id": head.incident_id,
        "dispatch_id": head.id,
        "need_id": pick.need_id,
        "member_id": pick.member_id,
        "person_id": pick.person_id,
        "wave": head.wave,
        "state": OfferState.OFFERED,
        "distance_m": pick.distance_m,
        "eta_s": pick.eta_s,
        "offered_at": ctx.now,
        "expires_at": ctx.now + timedelta(seconds=turn.policy.expires_s),
    }


def _write_selection(ctx: Ctx, turn: Round) -> None:
    considered = [
        {"member_id": str(c.member_id), "need_id": str(c.need_id), "picked": c.picked, "reason": c.reason,
         "distance_m": c.distance_m}
        for c in turn.plan.considered
    ]  # fmt: skip
    # A look around every minute that finds what the last one found is no new account.
    if not turn.plan.picks and _same_people(last_considered(ctx.session, turn.dispatch.id), considered):
        return
    values = {
        "dispatch_id": turn.dispatch.id,
        "wave": turn.dispatch.wave,
        "at": ctx.now,
        "scope": _scope(turn),
        "considered": considered,
    }
    ctx.session.execute(insert(Selection), [values])


def _same_people(before: list[Any] | None, now: list[dict[str, Any]]) -> bool:
    def reasons(rows: list[Any]) -> list[tuple[str, str, str]]:
        return sorted((row["member_id"], row["need_id"], str(row["reason"])) for row in rows)

    return before is not None and reasons(before) == reasons(now)


def _scope(turn: Round) -> dict[str, Any]:
    """The rule by which members were looked at; whoever is in no list failed one of these."""
    counts = {ask.need_id: 0 for ask in turn.asks}
    for entry in turn.plan.considered:
        counts[entry.need_id] += 1
    return {
        "radius_m": turn.policy.radius_m,
        "stale_s": turn.policy.stale_s,
        "on_duty_only": True,
        "needs": [
            {"need_id": str(ask.need_id), "force": ask.force, "skills": sorted(ask.skills), "places": ask.places,
             "looked_at": counts[ask.need_id], "limit": turn.policy.candidates}
            for ask in turn.asks
        ],
    }  # fmt: skip


def _timers(ctx: Ctx, turn: Round) -> list[TimerOrder]:
    head, orders = turn.dispatch, []
    due = {OFFER_SILENT: turn.policy.silence_s if turn.plan.picks else 0,
           ASK_AGAIN: turn.policy.retry_s if turn.plan.short else 0}  # fmt: skip
    for job, seconds in due.items():
        if seconds:
            due_at = ctx.now + timedelta(seconds=seconds)
            orders.append(
                TimerOrder(job, head.id, due_at, f"wave-{head.wave}", fence=head.fence, args={"wave": head.wave})
            )
    return orders


def hear_silence(ctx: Ctx, dispatch_id: UUID, *, wave: int, fence: int) -> int:
    """Note who of a wave has not answered within the window and ask others; returns how many were silent.

    A late yes still counts while a place is free.
    """
    lock_needs(ctx.session, dispatch_id)
    head = dispatch_head(ctx.session, dispatch_id)
    if head is None or _is_stale(head, fence):
        return 0
    silent = list(ctx.session.scalars(_SILENCE, {"dispatch": dispatch_id, "wave": wave}))
    if silent:
        note_event(ctx, head.incident_id, EventKind.SILENT, dispatch_id=str(dispatch_id), wave=wave, count=len(silent))
        ask_more(ctx, dispatch_id)
    return len(silent)
