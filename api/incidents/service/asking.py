"""One round of asking: find, pick, write the offers with their messages and timers, and say why everybody else not.

The same for a first wave, a refusal, a silence, a drop-out and a look around after everybody had been asked: the
places to ask follow from the needs as they stand (`rules.targeting.places_to_ask`), not from what happened.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, null, text
from sqlalchemy.dialects.postgresql import insert as upsert

from api.incidents.models import Offer, Selection
from api.incidents.queries.dispatches import count_needs, dispatch_head, last_considered, lock_needs
from api.incidents.rules.links import LINK_KEY, link_path
from api.incidents.rules.policies import thaw_policy
from api.incidents.rules.states import DISPATCH, PAUSED
from api.incidents.rules.targeting import Bounds, ask_for, is_exhausted
from api.incidents.service.looking import look_around, offer_template
from api.incidents.service.reminding import remind_silent
from api.incidents.service.rungs import set_rung_clocks
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

# How long nobody was left to ask counts from the first time since a place was free: a look around that finds one
# person who says no must not set the clock of the next rung anew.
_SET_ROUND = text("""
    UPDATE dispatches SET wave = :wave, state = :state, radius_m = :radius,
        ran_out_at = CASE WHEN :state = 'exhausted' AND (:reopened OR ran_out_at IS NULL) THEN CAST(:now AS timestamptz)
                          WHEN NOT :reopened THEN ran_out_at END
    WHERE id = :id
""")
_SILENCE = text("""
    UPDATE offers SET state = 'silent' WHERE dispatch_id = :dispatch AND wave = :wave AND state = 'offered'
    RETURNING id, need_id
""")
_IS_PAUSED = f"offers.state IN ({', '.join(repr(state.value) for state in PAUSED)})"


@dataclass(frozen=True)
class Round:
    """One wave as it is written: the dispatch with its new wave, state and radius, and the plan."""

    dispatch: DispatchHead
    policy: Policy
    asks: Sequence[Ask]
    plan: WavePlan


def ask_more(ctx: Ctx, dispatch_id: UUID, *, fence: int | None = None, lost: Sequence[UUID] = ()) -> None:
    """Ask as many more people as the dispatch's needs call for; nothing, when they call for none or it has ended.

    `fence` is a timer's: one that was ordered before the dispatch ended does nothing. `lost`: the need of each refusal
    and silence just now; they are replaced also where those who still wait would do.
    """
    needs = lock_needs(ctx.session, dispatch_id)
    head = dispatch_head(ctx.session, dispatch_id)
    if head is None or _is_stale(head, fence):
        return
    policy = thaw_policy(head.policy)
    counts = count_needs(ctx.session, needs)
    bounds, losses = Bounds(policy.spare, policy.hope), Counter(lost)
    asks = [
        ask_for(count, bounds, force=need.force, skills=frozenset(need.skills), lost=losses[need.id])
        for count, need in zip(counts, needs, strict=True)
    ]
    _carry_on(ctx, head, policy, counts, [ask for ask in asks if ask.places])


def _carry_on(ctx: Ctx, head: DispatchHead, policy: Policy, counts: Sequence[NeedCount], asks: Sequence[Ask]) -> None:
    if not asks:
        return
    search = look_around(ctx, head, policy, asks, first=False)
    state = state_after(head.state, counts, search.plan)
    turn = Round(
        head._replace(wave=head.wave + 1, state=state, radius_m=search.radius_m), policy, asks, search.plan
    )  # fmt: skip
    _set_round(ctx, head, turn)
    write_round(ctx, turn)


def _set_round(ctx: Ctx, before: DispatchHead, turn: Round) -> None:
    head = turn.dispatch
    ctx.session.execute(
        _SET_ROUND,
        {
            "id": head.id,
            "wave": head.wave,
            "state": head.state,
            "radius": head.radius_m,
            "now": ctx.now,
            "reopened": before.state is DispatchState.FILLED,
        },
    )
    if before.radius_m is not None and head.radius_m != before.radius_m:
        note_event(ctx, head.incident_id, EventKind.WIDENED, dispatch_id=str(head.id), radius_m=head.radius_m)
    if head.state is DispatchState.EXHAUSTED and before.state is not DispatchState.EXHAUSTED:
        tell_exhausted(ctx, head, turn.policy)


def _is_stale(head: DispatchHead, fence: int | None) -> bool:
    return head.state is DispatchState.ENDED or fence not in (None, head.fence)


def state_after(state: DispatchState, counts: Sequence[NeedCount], plan: WavePlan) -> DispatchState:
    """The dispatch's state after a wave; what is filled but asks was re-opened by a drop-out."""
    if state is DispatchState.FILLED:
        state = DISPATCH.next(state, DispatchStep.REOPEN)
    step = DispatchStep.EXHAUST if is_exhausted(counts, plan) else DispatchStep.ASK_AGAIN
    return DISPATCH.next(state, step) if DISPATCH.allows(state, step) else state


def tell_exhausted(ctx: Ctx, head: DispatchHead, policy: Policy) -> None:
    """Tell the desk that everybody near was asked and places are still free, ask those again who did not answer, and
    set the clocks of the next rungs.

    A drill that finds nobody is a finding, and no reason to call anybody out.
    """
    note_event(ctx, head.incident_id, EventKind.EXHAUSTED, dispatch_id=str(head.id), wave=head.wave)
    if head.drill:
        return
    remind_silent(ctx, head, policy)
    tell_desk(ctx, head.station_id, head.incident_id, template=NOBODY_FOUND, step=f"exhausted-{head.id}-{head.wave}")
    set_rung_clocks(ctx, head, policy)


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
                person_id, "offer", offer_id, offer_template(turn.dispatch), Urgency.ALERT,
                f"wave-{turn.dispatch.wave}", expires_at, {LINK: link_path(offer_id, key)}, turn.dispatch.station_id,
                turn.policy.ladder,
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
    fields = ("need_id", "wave", "state", "distance_m", "eta_s", "force", "chance", "offered_at", "expires_at")
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
        "force": pick.force,
        "chance": pick.chance,
        "offered_at": ctx.now,
        "expires_at": ctx.now + timedelta(seconds=turn.policy.expires_s),
    }


def _write_selection(ctx: Ctx, turn: Round) -> None:
    considered = [
        {"member_id": str(c.member_id), "need_id": str(c.need_id), "picked": c.picked, "reason": c.reason,
         "distance_m": c.distance_m, "eta_s": c.eta_s, "ring": c.ring, "owner": c.owner, "cost_s": c.cost_s,
         "chance": c.estimate and round(c.estimate.mean, 3)}
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
    """The rule by which members were looked at; whoever is in no list failed one of these. `rings`: how many of those
    looked at belong to the incident's own grid, to one beside it, or to neither."""
    counts = {ask.need_id: 0 for ask in turn.asks}
    for entry in turn.plan.considered:
        counts[entry.need_id] += 1
    return {
        "radius_m": turn.dispatch.radius_m,
        "target": {"kind": "radius", **turn.dispatch.target},
        "rings": dict(Counter(entry.ring for entry in turn.plan.considered)),
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
    silent = ctx.session.execute(_SILENCE, {"dispatch": dispatch_id, "wave": wave}).all()
    if silent:
        note_event(ctx, head.incident_id, EventKind.SILENT, dispatch_id=str(dispatch_id), wave=wave, count=len(silent))
        ask_more(ctx, dispatch_id, lost=[row.need_id for row in silent])
    return len(silent)
