"""One click: the incident's needs become a dispatch, its offers, messages and timers, in one transaction."""

from uuid import UUID

from sqlalchemy import insert

from api.audit.service import record
from api.grids.queries import forces_of, skills_of
from api.incidents.errors import DispatchedMeanwhile, NothingNeeded, UnknownForce, UnknownSkill
from api.incidents.models import Dispatch, Need
from api.incidents.queries.dispatches import count_dispatches, dispatch_row
from api.incidents.rules.policies import freeze_policy, order_policy
from api.incidents.rules.states import DISPATCH, NEED
from api.incidents.rules.targeting import Bounds, ask_for
from api.incidents.service.asking import Round, state_after, tell_exhausted, write_round
from api.incidents.service.looking import look_around
from api.incidents.service.progress import judge_progress
from api.incidents.service.quorum import end_asking
from api.incidents.service.reporting import needs_from_json
from api.incidents.service.steps import incident_policy, move_incident, note_event, own_incident
from api.incidents.service.targets import aim_at
from api.incidents.types import (
    DispatchHead,
    DispatchOrder,
    DispatchState,
    EventKind,
    IncidentHead,
    IncidentStep,
    NeedCount,
    NeedOrder,
    NeedState,
    Policy,
    StandDown,
)
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx


def dispatch_incident(ctx: Ctx, order: DispatchOrder) -> UUID:
    """Ask the nearest fitting people; returns the dispatch's id.

    When nobody fits the dispatch exists all the same: exhausted, the desk told, and looking again by timer.
    """
    incident = own_incident(ctx, order.incident_id)
    _check_seen(ctx, order)
    needs = needs_wanted(ctx, incident, order)
    policy = incident_policy(ctx, incident)
    move_incident(ctx, incident, IncidentStep.DISPATCH, policy=policy)
    turn = plan_first_wave(ctx, incident, order, needs, policy)
    _write_dispatch(ctx, turn, needs)
    write_round(ctx, turn)
    if turn.dispatch.state is DispatchState.EXHAUSTED:
        tell_exhausted(ctx, turn.dispatch, turn.policy)
    asked = len(turn.plan.picks)
    record(ctx, "incident.dispatched", "incident", incident.id, dispatch_id=str(turn.dispatch.id), asked=asked)
    return turn.dispatch.id


def _check_seen(ctx: Ctx, order: DispatchOrder) -> None:
    """Raise DispatchedMeanwhile when there are other dispatches than the caller knows of; the incident is locked."""
    if order.seen is None:
        return
    found = count_dispatches(ctx.session, order.incident_id)
    if found != order.seen:
        raise DispatchedMeanwhile(dispatches=found)


def end_dispatch(ctx: Ctx, dispatch_id: UUID) -> None:
    """Stop asking: those who go still go and report, the others are told that it is enough. Ending twice is once."""
    row = dispatch_row(ctx.session, dispatch_id, station_id=ctx.actor.station)
    if row is None:
        raise NotFound
    incident = own_incident(ctx, row.incident_id)
    end_asking(ctx, incident.id, StandDown.ENDED, dispatch_id=dispatch_id)
    record(ctx, "dispatch.ended", "incident", incident.id, dispatch_id=str(dispatch_id))
    judge_progress(ctx, incident)


def needs_wanted(ctx: Ctx, incident: IncidentHead, order: DispatchOrder) -> tuple[NeedOrder, ...]:
    """The needs of an order, or else of the report; raises NothingNeeded, UnknownForce or UnknownSkill."""
    needs = order.needs or needs_from_json(incident.wanted)
    if not needs:
        raise NothingNeeded
    check_words(ctx, needs)
    return needs


def check_words(ctx: Ctx, needs: tuple[NeedOrder, ...]) -> None:
    """Raise UnknownForce or UnknownSkill for a word the station does not have: it would silently fit nobody."""
    if any(need.force for need in needs):
        known = {word.code for word in forces_of(ctx.session, ctx.actor.station)}
        if unknown := {need.force for need in needs if need.force} - known:
            raise UnknownForce(words=sorted(unknown))
    if any(need.skills for need in needs):
        known = {word.code for word in skills_of(ctx.session, ctx.actor.station)}
        if unknown_skills := frozenset().union(*(need.skills for need in needs)) - known:
            raise UnknownSkill(words=sorted(unknown_skills))


def plan_first_wave(
    ctx: Ctx, incident: IncidentHead, order: DispatchOrder, needs: tuple[NeedOrder, ...], policy: Policy
) -> Round:
    """The dispatch as it begins, with its first wave; writes nothing, so that it also serves as a preview.

    `policy`: the one in force for the incident, which becomes this dispatch's own.
    """
    policy = order_policy(policy, radius_m=order.radius_m, excluded=order.exclude)
    aim = aim_at(ctx, incident, order, policy)
    head = DispatchHead(
        ctx.new_id(), incident.id, incident.station_id, DISPATCH.initial, 1, 1, freeze_policy(policy), incident.place,
        aim.radius_m, aim.area, aim.kept, order.drill or incident.drill,
    )  # fmt: skip
    counts = [NeedCount(ctx.new_id(), NeedState.OPEN, need.wanted, 0, 0) for need in needs]
    bounds = Bounds(policy.spare, policy.hope)
    asks = [
        ask_for(count, bounds, force=need.force, skills=need.skills) for count, need in zip(counts, needs, strict=True)
    ]
    search = look_around(ctx, head, policy, asks, first=True)
    state = state_after(head.state, counts, search.plan)
    return Round(head._replace(state=state, radius_m=search.radius_m), policy, asks, search.plan)


def _write_dispatch(ctx: Ctx, turn: Round, needs: tuple[NeedOrder, ...]) -> None:
    head = turn.dispatch
    values = {
        "id": head.id,
        "station_id": head.station_id,
        "incident_id": head.incident_id,
        "state": head.state,
        "policy": dict(head.policy),
        "radius_m": head.radius_m,
        "area": head.area,
        "target": dict(head.target),
        "drill": head.drill,
        "ran_out_at": ctx.now if head.state is DispatchState.EXHAUSTED else None,
        "ordered_by": ctx.actor.person_id,
        "created_at": ctx.now,
    }
    ctx.session.execute(insert(Dispatch), [values])
    ctx.session.execute(
        insert(Need),
        [
            {"id": ask.need_id, "dispatch_id": head.id, "incident_id": head.incident_id, "force": need.force,
             "skills": sorted(need.skills), "wanted": need.wanted, "state": NEED.initial}
            for ask, need in zip(turn.asks, needs, strict=True)
        ],
    )  # fmt: skip
    note_event(
        ctx, head.incident_id, EventKind.DISPATCHED, dispatch_id=str(head.id),
        wanted=sum(need.wanted for need in needs), **({"drill": True} if head.drill else {}),
    )  # fmt: skip
