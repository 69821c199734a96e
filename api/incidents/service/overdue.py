"""A step that was not taken in time: the desk is reminded, and when that does not help, somebody above it."""

from uuid import UUID

from api.incidents.queries.incidents import lock_incident
from api.incidents.rules.states import ENDED_INCIDENT
from api.incidents.service.rungs import TEMPLATES, command_centre, tell_people
from api.incidents.service.steps import OVERDUE, note_event, remind, tell_desk
from api.incidents.types import EventKind, IncidentHead, Rung
from api.plumbing.context import Ctx

# The third reminder of one step: whoever is at the desk had three times the step's patience.
PASSED_OVER = 2


def report_overdue(ctx: Ctx, incident_id: UUID, *, fence: int, nag: int) -> bool:
    """Tell the desk that a step is overdue, and order the next reminder; False if the step was taken.

    The command centre is told once the desk has let it pass three times, and at once where nobody has a desk.
    """
    head = lock_incident(ctx.session, incident_id, station_id=None)
    if head is None or head.step_no != fence or head.state in ENDED_INCIDENT:
        return False
    waited_s = int((ctx.now - head.step_since).total_seconds())
    note_event(ctx, head.id, EventKind.OVERDUE, state=head.state, nag=nag, waited_s=waited_s)
    step = f"overdue-{fence}.{nag}"
    desk = tell_desk(ctx, head.station_id, head.id, template=OVERDUE, step=step)
    if (not desk or nag == PASSED_OVER) and not head.drill:
        _tell_above(ctx, head, step)
    remind(ctx, head, nag=nag + 1)
    return True


def _tell_above(ctx: Ctx, head: IncidentHead, step: str) -> None:
    people = command_centre(ctx, head.station_id)
    tell_people(ctx, head.id, people, template=TEMPLATES[Rung.COMMAND_CENTRE], step=step)
    note_event(ctx, head.id, EventKind.RUNG_TOLD, rung=Rung.COMMAND_CENTRE, told=len(people))
