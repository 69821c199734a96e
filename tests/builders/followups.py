"""Stations with people, plans and visits, and a clock that can be moved."""

import itertools
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import select

from api.followups import service
from api.followups.queries import visits_of
from api.followups.types import (
    ContactReport,
    Fix,
    Mode,
    Outcome,
    Owner,
    OwnerKind,
    PlanOrder,
    RunReport,
    SubjectRef,
    Visit,
)
from api.grids.models import UnitOwner
from api.grids.types import STATION_ZONE
from api.identity.rules import permissions_of
from api.identity.types import Role
from api.kernel.geo import Datum, Point
from api.plumbing.context import Actor, Ctx, open_ctx
from api.plumbing.outbox import OutboxMessage
from tests.builders.grids import LONG_AGO, make_grid, make_member, make_station
from tests.builders.identity import enroll

# A Monday morning at the station, far from any holiday.
MONDAY = datetime(2026, 3, 9, 2, tzinfo=UTC)
HOME = Point(29.7031, 107.3897)
_numbers = itertools.count(1)


class _Acting:
    """The area's service, each call in the name of its Ctx's actor, as a request of its own would be."""

    def __getattr__(self, name: str):
        function = getattr(service, name)

        def call(ctx: Ctx, *args, **kwargs):
            open_ctx(ctx.session, ctx.actor, request_id=ctx.request_id)
            return function(ctx, *args, **kwargs)

        return call


acting = _Acting()


@dataclass(frozen=True)
class Town:
    """A station with one of each: a grid and its officer, a mediator, a supervisor, a chief."""

    station_id: UUID
    grid_id: UUID
    mediator: UUID
    officer: UUID
    supervisor: UUID
    chief: UUID


def make_town(ctx: Ctx) -> Town:
    """A station where every rung of the ladder has somebody."""
    station_id = make_station(ctx)
    grid_id = make_grid(ctx, station_id)
    roles = {"mediator": Role.MEDIATOR, "officer": Role.GRID_OFFICER, "supervisor": Role.SUPERVISOR}
    people = {name: enroll(ctx, station_id=station_id, roles=[role]).id for name, role in roles.items()}
    chief = enroll(ctx, station_id=station_id, roles=[Role.STATION_ADMIN]).id
    own_grid(ctx, station_id, grid_id, people["officer"])
    return Town(station_id, grid_id, chief=chief, **people)


def own_grid(ctx: Ctx, station_id: UUID, grid_id: UUID, person_id: UUID) -> None:
    """Make a person answer for a grid."""
    member_id = make_member(ctx, station_id, person_id, grid_id=grid_id)
    ctx.session.add(UnitOwner(id=ctx.new_id(), unit_id=grid_id, member_id=member_id, since=LONG_AGO))
    ctx.session.flush()


def order(town: Town, settled_at: datetime, **kw) -> PlanOrder:
    """A dispute of the town's grid, settled then; keywords override the order's fields."""
    owner = kw.pop("owner", Owner(OwnerKind.PERSON, town.mediator))
    kind = kw.pop("kind", "dispute")
    subject = SubjectRef(
        kind=kind,
        id=kw.pop("subject_id", None) or UUID(int=next(_numbers)),
        station_id=town.station_id,
        label=f"7K3-{next(_numbers):04d}",
        unit_id=kw.pop("unit_id", town.grid_id),
        place=kw.pop("place", HOME),
    )
    return PlanOrder(subject, settled_at, kw.pop("colour", "yellow"), owner=owner, **kw)


def open_plan(ctx: Ctx, town: Town, *, settled_at: datetime | None = None, **kw) -> UUID:
    """A plan for a dispute settled now, or then."""
    return acting.open_plan(ctx, order(town, settled_at or ctx.now, **kw))


def first_visit(ctx: Ctx, plan_id: UUID) -> Visit:
    """The plan's first visit."""
    return visits_of(ctx.session, plan_id)[0]


def report(at: datetime, **kw) -> ContactReport:
    """A report of a calm telephone call, made and sent at one moment by a phone whose clock is right."""
    values = {
        "client_ref": f"ref-{next(_numbers)}",
        "mode": Mode.TELEPHONE,
        "outcome": Outcome.CALM,
        "captured_at": at,
        "sent_at": at,
    }
    return ContactReport(**{**values, **kw})


def fix_at(point: Point = HOME, accuracy_m: float = 12.0) -> Fix:
    """A good fix."""
    return Fix(point, Datum.WGS84, accuracy_m)


def as_person(ctx: Ctx, town: Town, person_id: UUID, *roles: Role) -> Ctx:
    """The same unit of work as somebody of the town."""
    names = [role.value for role in roles]
    actor = Actor("person", person_id, town.station_id, roles=frozenset(names), permissions=permissions_of(names))
    return replace(ctx, actor=actor)


def at_time(ctx: Ctx, moment: datetime) -> Ctx:
    """The same unit of work with the clock moved."""
    return replace(ctx, now=moment)


def later(ctx: Ctx, **delta: float) -> Ctx:
    """The same unit of work a while later."""
    return at_time(ctx, ctx.now + timedelta(**delta))


def morning(day: int, month: int = 3) -> datetime:
    """08:00 at the station on a day of 2026."""
    return datetime.combine(date(2026, month, day), time(8), STATION_ZONE)


def messages(ctx: Ctx) -> list[tuple[UUID | None, str, dict[str, str]]]:
    """(person, template, variables) of every message queued, in order."""
    rows = ctx.session.scalars(select(OutboxMessage).order_by(OutboxMessage.created_at, OutboxMessage.id))
    return [(row.person_id, row.template, row.variables) for row in rows]


def run_at(ctx: Ctx, moment: datetime, label: str | None = None) -> RunReport:
    """A run of the clocks at a moment."""
    return acting.run_clocks(at_time(ctx, moment), service.Run(label or moment.strftime("%Y%m%dT%H%M%S")))
