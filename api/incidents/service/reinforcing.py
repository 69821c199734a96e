"""More people, asked for from the scene.

Granting is a dispatch like any other: the same policy and preview rules, whoever is on scene already is not asked
again, and the account of who was picked stands with it. Whether it takes a click is `rules.reinforcing`.
"""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from api.audit.service import record
from api.incidents.errors import NotGoing, ReinforcementDecided
from api.incidents.models import Reinforcement
from api.incidents.queries.on_scene import lock_reinforcement
from api.incidents.rules.reinforcing import REINFORCEMENT, goes_at_once
from api.incidents.rules.states import GOING
from api.incidents.service.dispatching import check_words, dispatch_incident
from api.incidents.service.holders import heard, my_offer
from api.incidents.service.progress import locked
from api.incidents.service.reporting import needs_from_json
from api.incidents.service.steps import note_event
from api.incidents.service.telling import Word, call_desk, call_member
from api.incidents.types import DispatchOrder, EventKind, IncidentHead, NeedOrder
from api.incidents.types.on_scene import NewReinforcement, ReinforcementState, ReinforcementStep
from api.kernel.errors import NotFound
from api.plumbing.context import Ctx


def ask_for_more(ctx: Ctx, new: NewReinforcement) -> tuple[UUID, str]:
    """Ask for more people; returns the request's id and state. The desk is told in any case, and clicks unless red.

    Raises NotGoing for somebody who is not on the task, UnknownForce, UnknownSkill.
    """
    offer = my_offer(ctx, new.offer_id)
    if offer.state not in GOING:
        raise NotGoing
    check_words(ctx, new.needs)
    incident = locked(ctx, offer.incident_id)
    row = _write(ctx, new, incident)
    note_event(
        ctx, incident.id, EventKind.REINFORCEMENT_ASKED, reinforcement_id=str(row.id), offer_id=str(offer.id),
        wanted=sum(need.wanted for need in new.needs), reason=new.reason,
    )  # fmt: skip
    call_desk(ctx, Word(incident.station_id, "reinforcement_asked", f"more-{row.id}"), incident.id)
    if goes_at_once(incident.colour, new.needs):
        _grant(ctx, row, incident)
    heard(ctx, offer)
    return row.id, row.state


def _write(ctx: Ctx, new: NewReinforcement, incident: IncidentHead) -> Reinforcement:
    values = {
        "id": ctx.new_id(),
        "station_id": incident.station_id,
        "incident_id": incident.id,
        "offer_id": new.offer_id,
        "person_id": ctx.actor.person,
        "needs": [_plain(need) for need in new.needs],
        "reason": new.reason,
        "note": new.note,
        "state": REINFORCEMENT.initial,
        "asked_at": ctx.now,
    }
    return ctx.session.scalars(insert(Reinforcement).returning(Reinforcement), [values]).one()


def _plain(need: NeedOrder) -> dict[str, Any]:
    return {**asdict(need), "skills": sorted(need.skills)}


def decide_reinforcement(ctx: Ctx, reinforcement_id: UUID, *, grant: bool) -> Reinforcement:
    """The desk sends more, or does not; the same decision twice is once. Raises ReinforcementDecided for the other."""
    row = lock_reinforcement(ctx.session, reinforcement_id, station_id=ctx.actor.station)
    if row is None:
        raise NotFound
    wanted = ReinforcementState.GRANTED if grant else ReinforcementState.REFUSED
    if row.state == wanted:
        return row
    if row.state != ReinforcementState.ASKED:
        raise ReinforcementDecided
    incident = locked(ctx, row.incident_id)
    if grant:
        _grant(ctx, row, incident)
    else:
        _decide(ctx, row, ReinforcementStep.REFUSE)
    step = f"more-{row.id}"
    call_member(ctx, Word(row.station_id, "reinforcement_decided", step), row.offer_id, row.person_id)
    return row


def _grant(ctx: Ctx, row: Reinforcement, incident: IncidentHead) -> None:
    row.dispatch_id = dispatch_incident(ctx, DispatchOrder(incident.id, needs_from_json(row.needs)))
    _decide(ctx, row, ReinforcementStep.GRANT)


def _decide(ctx: Ctx, row: Reinforcement, step: ReinforcementStep) -> None:
    row.state = REINFORCEMENT.next(ReinforcementState(row.state), step)
    row.decided_by, row.decided_at = ctx.actor.person_id, ctx.now
    ctx.session.flush()
    note_event(
        ctx, row.incident_id, EventKind.REINFORCEMENT_DECIDED, reinforcement_id=str(row.id), state=row.state,
        dispatch_id=None if row.dispatch_id is None else str(row.dispatch_id),
    )  # fmt: skip
    record(ctx, "reinforcement.decided", "incident", row.incident_id, reinforcement_id=str(row.id), state=row.state)
