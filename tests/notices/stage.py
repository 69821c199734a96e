"""A station with two communities, a few people who can be reached in different ways, and desks with words to say."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.duty.service import refresh_profiles
from api.identity.types import Role
from api.notices import service as plain
from api.notices.types import Category, Draft, NoticeView, Severity, Target, Words
from api.plumbing.context import Actor, Ctx, open_ctx
from tests.builders.grids import box, make_community, make_grid, make_member, make_station
from tests.builders.identity import at, enroll
from tests.builders.notifications import Reachable, make_reachable


class _Service:
    """The service; each call acts as the actor of its context, since tests take turns in one transaction."""

    def __getattr__(self, name: str) -> Any:
        def call(ctx: Ctx, *args: Any, **kwargs: Any) -> Any:
            open_ctx(ctx.session, ctx.actor, request_id=ctx.request_id)
            return getattr(plain, name)(ctx, *args, **kwargs)

        return call


service = _Service()
ZH = Words("河水上涨", "低洼处的居民请转移到学校。")


@dataclass
class Stage:
    """Ids of the ground and the people on it."""

    ctx: Ctx
    station_id: UUID
    east: UUID
    west: UUID
    grids: dict[str, UUID]
    people: dict[str, Reachable] = field(default_factory=dict)

    def add(self, name: str, grid: str | None, *, phones: int = 1, force: str = "volunteer") -> Reachable:
        """Enrol somebody in a grid."""
        person = make_reachable(self.ctx, self.station_id, phones=phones)
        at(self.ctx, self.station_id)
        member = make_member(
            self.ctx, self.station_id, person.id, force=force, grid_id=self.grids[grid] if grid else None
        )
        refresh_profiles(self.ctx, [member])
        self.people[name] = person
        return person

    def desk(self, *roles: Role) -> Ctx:
        """The context of a new person with these roles."""
        person = enroll(self.ctx, station_id=self.station_id, roles=roles or (Role.DISPATCHER,))
        return acting(self.ctx, person.id, self.station_id)

    def told(self) -> dict[str, list[str]]:
        """Who has messages in the outbox, over which channels."""
        names = {person.id: name for name, person in self.people.items()}
        found: dict[str, list[str]] = {}
        for row in rows(
            self.ctx, "SELECT person_id, channel FROM outbox WHERE subject_kind = 'notice' ORDER BY channel"
        ):
            found.setdefault(names.get(row.person_id, "?"), []).append(row.channel)
        return found


def acting(ctx: Ctx, person_id: UUID, station_id: UUID) -> Ctx:
    """The same moment, seen by this person."""
    actor = Actor("person", person_id=person_id, station_id=station_id)
    return replace(open_ctx(ctx.session, actor, request_id="test"), entropy=ctx.entropy)


def make_stage(ctx: Ctx) -> Stage:
    """East has the grids e1 and e2, west has w1."""
    station = make_station(ctx)
    east, west = make_community(ctx, station), make_community(ctx, station)
    grids = {
        "e1": make_grid(ctx, station, box(29.70, 107.38), parent_id=east),
        "e2": make_grid(ctx, station, box(29.70, 107.39), parent_id=east),
        "w1": make_grid(ctx, station, box(29.70, 107.30), parent_id=west),
    }
    return Stage(at(ctx, station), station, east, west, grids)


def draft(ctx: Ctx, target: Target, **changes: Any) -> Draft:
    """A yellow flood notice, good for six hours."""
    whole = Draft(Category.FLOOD, Severity.YELLOW, ZH, target, ctx.now + timedelta(hours=6))
    return replace(whole, **changes)


def send(desk: Ctx, target: Target, **changes: Any) -> NoticeView:
    """Write, submit and, where nobody else has to agree, expand to the last slice."""
    written = service.write_notice(desk, draft=draft(desk, target, **changes))
    notice = service.submit_notice(desk, notice_id=written.id, version=written.version)
    expand(desk, notice.id)
    return notice


def expand(ctx: Ctx, notice_id: UUID) -> int:
    """Write all slices; returns how many there were."""
    slices = 1
    while service.expand_notice(ctx, notice_id):
        slices += 1
    return slices


def rows(ctx: Ctx, statement: str, **values: Any) -> list[Any]:
    """Rows of the test's transaction."""
    ctx.session.flush()
    return list(ctx.session.execute(text(statement), values).all())
