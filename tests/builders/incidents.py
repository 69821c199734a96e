"""A station with a desk, people on duty around a place, and incidents in every state."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import text

from api.duty.service import refresh_profiles
from api.grids.models import Member
from api.identity.rules import permissions_of
from api.identity.service import enroll_people
from api.identity.types import NewPerson, Role
from api.incidents import service
from api.incidents.types import (
    Category,
    Colour,
    DispatchOrder,
    IncidentKind,
    Move,
    NeedOrder,
    NewFeedback,
    NewIncident,
    Outcome,
    Requester,
    Source,
)
from api.kernel.geo import Datum, Point
from api.plumbing.context import SYSTEM, Actor, Ctx, open_ctx
from tests.builders.duty import put_on_duty
from tests.builders.grids import LONG_AGO, make_member, make_station
from tests.builders.identity import Enrolled, at, enroll, invented_phone

PLACE = Point(29.7031, 107.3897)
PHONE = "+8613812345678"
METRES_PER_DEGREE = 111_195
_ON_DUTY = text("""
    WITH periods AS (
        INSERT INTO duty_periods (id, station_id, member_id, started_at, start_cause)
        SELECT gen_random_uuid(), station_id, member_id, CAST(:now AS timestamptz) - interval '1 hour', 'self'
        FROM duty_live WHERE member_id = ANY(:ids) RETURNING id, member_id, started_at
    )
    UPDATE duty_live SET on_duty = true, on_duty_since = periods.started_at, period_id = periods.id,
        position = ST_MakePoint(
            :lon, :lat + :step * array_position(CAST(:ids AS uuid[]), periods.member_id)
        )::geography,
        fix_at = :now, received_at = :now, accuracy_m = 8, fix_datum = 'wgs84'
    FROM periods WHERE duty_live.member_id = periods.member_id
""")


@dataclass(frozen=True)
class Somebody:
    """A person of the station. `ctx` makes the test's transaction act as them, as a request of theirs would."""

    base: Ctx
    person: Enrolled
    roles: tuple[Role, ...]
    member_id: UUID | None = None

    @property
    def actor(self) -> Actor:
        """As a token would say it."""
        names = frozenset(role.value for role in self.roles)
        return Actor("person", self.person.id, self.person.station_id, None, names, permissions_of(names))

    @property
    def ctx(self) -> Ctx:
        """A context in which this person acts from now on."""
        return replace(open_ctx(self.base.session, self.actor, request_id="test"), entropy=self.base.entropy)


@dataclass
class Scene:
    """A station's desk and its people, nearest to PLACE first."""

    base: Ctx
    station_id: UUID
    desk: dict[Role, Somebody]
    people: list[Somebody] = field(default_factory=list)

    @property
    def ctx(self) -> Ctx:
        """The system acting, as in a job."""
        return replace(open_ctx(self.base.session, SYSTEM, request_id="test"), entropy=self.base.entropy)

    @property
    def dispatcher(self) -> Ctx:
        """The dispatcher acting."""
        return self.desk[Role.DISPATCHER].ctx

    @property
    def supervisor(self) -> Ctx:
        """The supervisor acting."""
        return self.desk[Role.SUPERVISOR].ctx

    @property
    def desk_ids(self) -> set[UUID]:
        """The person ids of the desk."""
        return {somebody.person.id for somebody in self.desk.values()}

    def of(self, person_id: UUID) -> Somebody:
        """The member with this person id."""
        return next(somebody for somebody in self.people if somebody.person.id == person_id)

    def of_text(self, person_id: str) -> Somebody:
        """The same, for an id out of a JSON answer."""
        return self.of(UUID(person_id))


def make_scene(ctx: Ctx, volunteers: int = 6) -> Scene:
    """A station with a dispatcher, a supervisor and volunteers on duty, 100 m, 200 m ... north of PLACE."""
    station_id = make_station(ctx)
    roles = [Role.DISPATCHER, Role.SUPERVISOR] + [Role.VOLUNTEER] * volunteers
    everybody = [Somebody(ctx, person, (role,)) for person, role in _enroll_all(ctx, station_id, roles)]
    members = _members(ctx, everybody[2:])
    return Scene(ctx, station_id, {somebody.roles[0]: somebody for somebody in everybody[:2]}, members)


def _enroll_all(ctx: Ctx, station_id: UUID, roles: list[Role]) -> list[tuple[Enrolled, Role]]:
    new = [NewPerson("王小明", invented_phone(), (role,)) for role in roles]
    ids = enroll_people(at(ctx, station_id), new)
    return [
        (Enrolled(ids[person.phone], station_id, person.phone, person.name), role)
        for person, role in zip(new, roles, strict=True)
    ]


def _members(ctx: Ctx, people: list[Somebody]) -> list[Somebody]:
    """All at once, what `add_volunteer` does one by one: nearly every test needs half a dozen."""
    members = [replace(somebody, member_id=ctx.new_id()) for somebody in people]
    rows = [
        Member(
            id=somebody.member_id, person_id=somebody.person.id, station_id=somebody.person.station_id,
            force="volunteer", status="active", joined_on=LONG_AGO, created_at=ctx.now,
        )
        for somebody in members
    ]  # fmt: skip
    ctx.session.add_all(rows)
    ctx.session.flush()
    refresh_profiles(ctx, [row.id for row in rows])
    ctx.session.execute(_ON_DUTY, {"ids": [row.id for row in rows], "lat": PLACE.lat, "lon": PLACE.lon,
                                   "step": 100 / METRES_PER_DEGREE, "now": ctx.now})  # fmt: skip
    return members


def add_volunteer(
    scene: Scene,
    *,
    metres: float,
    role: Role = Role.VOLUNTEER,
    force: str = "volunteer",
    skills: tuple[str, ...] = (),
    grid_id: UUID | None = None,
    **duty,
) -> Somebody:
    """Another member on duty north of PLACE; `duty` goes to `put_on_duty` (fix_age_s, engaged_with)."""
    person = enroll(scene.ctx, station_id=scene.station_id, roles=(role,))
    member_id = make_member(scene.ctx, scene.station_id, person.id, force=force, skills=skills, grid_id=grid_id)
    put_on_duty(scene.ctx, member_id, Point(PLACE.lat + metres / METRES_PER_DEGREE, PLACE.lon), **duty)
    somebody = Somebody(scene.base, person, (role,), member_id)
    scene.people.append(somebody)
    return somebody


def new_incident(**changes) -> NewIncident:
    """A report of an elder who fell, checked for duplicates."""
    report = NewIncident(
        kind=IncidentKind.OTHER,
        category=Category.URGENT_HELP,
        colour=Colour.YELLOW,
        source=Source.CALL,
        place=PLACE,
        datum=Datum.WGS84,
        description="老人在楼道跌倒，需要搀扶",
        address="测试路 1 号",
        requester=Requester("李四", PHONE),
        duplicate_checked=True,
    )
    return replace(report, **changes)


def report(scene: Scene, **changes) -> UUID:
    """A filed incident."""
    return service.report_incident(scene.dispatcher, new_incident(**changes))


def dispatch(scene: Scene, incident_id: UUID, *needs: NeedOrder, **order) -> UUID:
    """A dispatch of the incident; one person, if nothing is said."""
    return service.dispatch_incident(scene.dispatcher, DispatchOrder(incident_id, needs or (NeedOrder(1),), **order))


def offers(scene: Scene, dispatch_id: UUID, state: str | None = None) -> list[dict]:
    """A dispatch's offers, in the order they were asked."""
    rows = service.show_dispatch(scene.dispatcher, dispatch_id).offers
    return [row for row in rows if state in (None, row["state"])]


def accept(scene: Scene, offer: dict) -> str:
    """The member says yes; the state that came of it."""
    return service.accept_offer(scene.of(offer["person_id"]).ctx, offer["id"]).state


def go_and_report(scene: Scene, offer: dict, outcome: Outcome = Outcome.RESOLVED, words: str = "已妥善处置") -> None:
    """Somebody who accepted goes, finishes and reports."""
    ctx = scene.of(offer["person_id"]).ctx
    service.depart(ctx, Move(offer["id"]))
    service.arrive(ctx, Move(offer["id"], place=PLACE))
    service.finish(ctx, Move(offer["id"]))
    service.give_feedback(ctx, NewFeedback(offer["id"], outcome, words))


def in_review(scene: Scene, **changes) -> tuple[UUID, dict]:
    """An incident whose one goer has reported; with the offer."""
    incident_id = report(scene, **changes)
    offer = offers(scene, dispatch(scene, incident_id))[0]
    accept(scene, offer)
    go_and_report(scene, offer)
    return incident_id, offer
