"""Who is told when nobody is left to ask: patrol officers, neighbouring stations, the command centre; each once.

The clocks are timers of the dispatch and count from the moment the candidates first ran out. They need no owner of the
incident, and no edit touches them.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text

from api.grids.queries import district_of, stations_near
from api.identity.queries import people_with_role
from api.identity.types import Role
from api.incidents.queries.dispatches import dispatch_head, lock_needs
from api.incidents.service.steps import note_event
from api.incidents.types import DispatchHead, DispatchState, EventKind, Policy, Rung
from api.notifications.service import queue_notices
from api.notifications.types import Notice, Urgency
from api.plumbing.context import Ctx
from api.plumbing.timers import TimerOrder, set_timers

NEXT_RUNG = "workers.jobs.dispatch.next_rung"
TEMPLATES = {
    Rung.PATROL_OFFICERS: "officers_needed",
    Rung.NEIGHBOUR_STATIONS: "neighbour_asks",
    Rung.COMMAND_CENTRE: "station_overwhelmed",
}
# Farther than this nobody comes in time, and more than three desks at once only ask each other who goes.
NEIGHBOUR_M, MOST_NEIGHBOURS = 20_000.0, 3
_DESK = (Role.SUPERVISOR, Role.DISPATCHER)
_LIVES = timedelta(hours=1)
_CLOCKS = text("SELECT ran_out_at, rungs_told FROM dispatches WHERE id = :id")
_TELL = text("""
    UPDATE dispatches SET rungs_told = rungs_told || CAST(:rung AS text)
    WHERE id = :id AND state = 'exhausted' AND NOT CAST(:rung AS text) = ANY(rungs_told) RETURNING id
""")


def set_rung_clocks(ctx: Ctx, head: DispatchHead, policy: Policy) -> None:
    """Order the clocks of the rungs that were not told yet; the dispatch was just written as exhausted."""
    row = ctx.session.execute(_CLOCKS, {"id": head.id}).one()
    since = row.ran_out_at or ctx.now
    set_timers(
        ctx,
        [
            TimerOrder(
                NEXT_RUNG, head.id, max(ctx.now, since + timedelta(seconds=step.after_s)),
                # A clock that fired while somebody was asked after all stays fired; the next one is another wave's.
                f"{step.rung}-{head.wave}", fence=head.fence, args={"rung": step.rung},
            )
            for step in policy.next_rungs
            if step.rung not in row.rungs_told
        ],
    )  # fmt: skip


def tell_rung(ctx: Ctx, dispatch_id: UUID, *, rung: Rung, fence: int) -> int:
    """Tell a rung that people are missing, if they still are and it was not told before; returns how many were told."""
    lock_needs(ctx.session, dispatch_id)
    head = dispatch_head(ctx.session, dispatch_id)
    if head is None or head.state is not DispatchState.EXHAUSTED or head.fence != fence:
        return 0
    if ctx.session.scalar(_TELL, {"id": dispatch_id, "rung": rung}) is None:
        return 0
    people = _PEOPLE[rung](ctx, head)
    tell_people(ctx, head.incident_id, people, template=TEMPLATES[rung], step=f"rung-{dispatch_id}")
    note_event(
        ctx, head.incident_id, EventKind.RUNG_TOLD, dispatch_id=str(dispatch_id), rung=rung, told=len(people)
    )  # fmt: skip
    return len(people)


def tell_people(ctx: Ctx, incident_id: UUID, people: Iterable[tuple[UUID, UUID]], *, template: str, step: str) -> None:
    """Alert these (station, person) pairs about an incident."""
    expires_at = ctx.now + _LIVES
    queue_notices(
        ctx,
        [
            Notice(person, "incident", incident_id, template, Urgency.ALERT, step, expires_at, station_id=station)
            for station, person in people
        ],
    )


def command_centre(ctx: Ctx, station_id: UUID) -> list[tuple[UUID, UUID]]:
    """The (station, person) pairs of the command centre: whoever has a desk role at the station's district."""
    district = district_of(ctx.session, station_id)
    return [] if district is None else _desk_of(ctx, [district])


def _officers(ctx: Ctx, head: DispatchHead) -> list[tuple[UUID, UUID]]:
    officers = people_with_role(ctx.session, head.station_id, (Role.PATROL_OFFICER,))
    return [(head.station_id, person) for person in officers]


def _neighbours(ctx: Ctx, head: DispatchHead) -> list[tuple[UUID, UUID]]:
    near = stations_near(ctx.session, head.station_id, head.place, metres=NEIGHBOUR_M, most=MOST_NEIGHBOURS)
    return _desk_of(ctx, near)


def _centre(ctx: Ctx, head: DispatchHead) -> list[tuple[UUID, UUID]]:
    return command_centre(ctx, head.station_id)


def _desk_of(ctx: Ctx, stations: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    return [(station, person) for station in stations for person in people_with_role(ctx.session, station, _DESK)]


_PEOPLE: dict[Rung, Callable[[Ctx, DispatchHead], list[tuple[UUID, UUID]]]] = {
    Rung.PATROL_OFFICERS: _officers,
    Rung.NEIGHBOUR_STATIONS: _neighbours,
    Rung.COMMAND_CENTRE: _centre,
}
