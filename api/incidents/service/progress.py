"""Whether an incident's step is taken: somebody set off, everybody reported, nobody is left going."""

from uuid import UUID

from api.incidents.queries.incidents import lock_incident, read_incident
from api.incidents.queries.offers import going_members, parts_by_dispatch
from api.incidents.rules.progress import all_reported, dispatch_is_through
from api.incidents.rules.states import INCIDENT
from api.incidents.service.quorum import end_asking
from api.incidents.service.steps import move_incident
from api.incidents.types import IncidentHead, IncidentState, IncidentStep, StandDown
from api.kernel.errors import NotFound
from api.plumbing.context import SYSTEM, Ctx


def set_off(ctx: Ctx, incident_id: UUID) -> IncidentHead:
    """Somebody is on the way: the first one moves the incident. Only then is its row locked."""
    head = read_incident(ctx.session, incident_id, station_id=_scope(ctx))
    if head is None:
        raise NotFound
    if head.state is not IncidentState.DISPATCHING:
        return head
    return advance(ctx, locked(ctx, incident_id), IncidentStep.SET_OFF)


def locked(ctx: Ctx, incident_id: UUID) -> IncidentHead:
    """The incident as it is now, locked."""
    head = lock_incident(ctx.session, incident_id, station_id=_scope(ctx))
    if head is None:
        raise NotFound
    return head


def _scope(ctx: Ctx) -> UUID | None:
    # Jobs act for the system, which belongs to no station; their subjects come out of rows of ours.
    return None if ctx.actor == SYSTEM else ctx.actor.station


def advance(ctx: Ctx, head: IncidentHead, step: IncidentStep) -> IncidentHead:
    """Take the step if the incident's state knows it; what came too late for it changes nothing."""
    return move_incident(ctx, head, step) if INCIDENT.allows(head.state, step) else head


def judge_progress(ctx: Ctx, head: IncidentHead) -> IncidentHead:
    """Begin the review if everybody who went is done and has reported; `head` is locked."""
    if not INCIDENT.allows(head.state, IncidentStep.ALL_REPORTED):
        return head
    dispatches = parts_by_dispatch(ctx.session, head.id)
    through = [dispatch_is_through(parts, ended=ended, filled=filled) for ended, filled, parts in dispatches]
    reports = sum(part.outcome is not None for _, _, parts in dispatches for part in parts)
    if not all_reported(through, feedbacks=reports):
        return head
    end_asking(ctx, head.id, StandDown.ENDED)
    return move_incident(ctx, head, IncidentStep.ALL_REPORTED)


def lose_person(ctx: Ctx, head: IncidentHead) -> IncidentHead:
    """Somebody left the task: the others may be through with it, or nobody may be left."""
    after = judge_progress(ctx, head)
    if after.state is IncidentState.UNDERWAY and going_members(ctx.session, head.id) == 0:
        return move_incident(ctx, after, IncidentStep.ALL_DROPPED)
    return after
