"""An incident's steps: its state, the line in its timeline, and the reminder that makes sure of the next step."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from api.identity.queries import people_with_role
from api.identity.types import Role
from api.incidents.models import IncidentEvent
from api.incidents.queries.incidents import lock_incident
from api.incidents.queries.policies import policy_in_force
from api.incidents.rules.policies import preset_for
from api.incidents.rules.states import ENDED_INCIDENT, INCIDENT
from api.incidents.types import Colour, EventKind, IncidentHead, IncidentStep, Policy
from api.kernel.errors import NotFound
from api.notifications.service import queue_notices, withdraw
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, cancel_timers, set_timer

STEP_OVERDUE = "workers.jobs.dispatch.step_overdue"
OVERDUE, NOBODY_FOUND = "step_overdue", "nobody_found"  # templates
# A reminder not read within the day is followed by the next one.
_REMINDER_LIVES = timedelta(days=1)

_MOVE = text("""
    UPDATE incidents SET state = :state, step_no = step_no + 1, step_since = :now, patience_s = :patience,
        ended_at = CASE WHEN :final THEN CAST(:now AS timestamptz) END, end_reason = :reason
    WHERE id = :id
""")


def note_event(ctx: Ctx, incident_id: UUID, kind: EventKind, /, **data: Any) -> None:
    """Append one line to the timeline; `data` holds ids, codes and numbers, nothing personal."""
    note_events(ctx, incident_id, [(kind, data)])


def note_events(ctx: Ctx, incident_id: UUID, events: Sequence[tuple[EventKind, dict[str, Any]]]) -> None:
    """Append lines to the timeline, in this order."""
    shared = {"incident_id": incident_id, "at": ctx.now, "actor_id": ctx.actor.person_id}
    ctx.session.execute(insert(IncidentEvent), [{**shared, "kind": kind, "data": data} for kind, data in events])


def own_incident(ctx: Ctx, incident_id: UUID) -> IncidentHead:
    """The actor's station's incident, locked; raises NotFound."""
    head = lock_incident(ctx.session, incident_id, station_id=ctx.actor.station)
    if head is None:
        raise NotFound
    return head


def move_incident(
    ctx: Ctx, head: IncidentHead, step: IncidentStep, *, reason: str | None = None, policy: Policy | None = None
) -> IncidentHead:
    """Take one step of a locked incident; raises IllegalTransition. `policy`: the one in force, if it is at hand.

    A step that leads to the same state changes nothing, so that it cannot restart the state's clock.
    """
    state = INCIDENT.next(head.state, step)
    if state is head.state:
        return head
    final = state in ENDED_INCIDENT
    patience_s = None if final else (policy or incident_policy(ctx, head)).overdue_s[state]
    values = {"id": head.id, "state": state, "now": ctx.now, "final": final, "reason": reason if final else None}
    ctx.session.execute(_MOVE, {**values, "patience": patience_s})
    moved = head._replace(state=state, step_no=head.step_no + 1, step_since=ctx.now, patience_s=patience_s)
    cancel_timers(ctx, head.id, job=STEP_OVERDUE)
    if not final:
        remind(ctx, moved)
    if final or _was_overdue(ctx, head):
        withdraw(ctx, head.id)  # whoever has not read yet that the step is overdue need not any more
    note_event(ctx, head.id, EventKind.STATE, state=state, step=step)
    return moved


def _was_overdue(ctx: Ctx, head: IncidentHead) -> bool:
    return head.state not in ENDED_INCIDENT and ctx.now >= head.step_since + timedelta(seconds=_patience_of(head))


def incident_policy(ctx: Ctx, head: IncidentHead) -> Policy:
    """The policy in force for an incident."""
    return policy_in_force(ctx.session, head.station_id, head.kind, Colour(head.colour))


def _patience_of(head: IncidentHead) -> int:
    """As it was when the state was entered: neither an edit nor a new policy sets a clock that runs anew."""
    if head.patience_s is not None:
        return head.patience_s
    return preset_for(head.kind, Colour(head.colour)).overdue_s[head.state]  # entered before it was kept


def remind(ctx: Ctx, head: IncidentHead, *, nag: int = 0) -> None:
    """Order the reminder of the state the incident is in; `nag` counts those it already had there."""
    set_timer(ctx, reminder(ctx, head.id, _patience_of(head), head.step_no, nag))


def reminder(ctx: Ctx, incident_id: UUID, patience_s: int, step_no: int, nag: int) -> TimerOrder:
    """The timer of one reminder. Its step is new each time, since a timer that fired stays fired."""
    due_at = ctx.now + timedelta(seconds=patience_s)
    return TimerOrder(STEP_OVERDUE, incident_id, due_at, step=f"{step_no}.{nag}", fence=step_no, args={"nag": nag})


def tell_desk(ctx: Ctx, station_id: UUID, incident_id: UUID, *, template: str, step: str) -> int:
    """Notify the station's supervisors and dispatchers about an incident; returns how many there are."""
    people = people_with_role(ctx.session, station_id, (Role.SUPERVISOR, Role.DISPATCHER))
    urgency = Urgency.ALERT if template == NOBODY_FOUND else Urgency.NORMAL
    expires_at = ctx.now + _REMINDER_LIVES
    queue_notices(
        ctx,
        [
            Notice(person, "incident", incident_id, template, urgency, step, expires_at, station_id=station_id)
            for person in people
        ],
    )
    return len(people)
