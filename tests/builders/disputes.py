"""A station's dispute people, and cases of theirs."""

import itertools
from dataclasses import dataclass, replace
from uuid import UUID

from api.disputes.service.filing import file_case
from api.disputes.types import NewCase, NewParty, PartyRole
from api.identity.rules import permissions_of
from api.identity.types import Role
from api.plumbing.context import SYSTEM, Actor, Ctx, open_ctx
from tests.builders.followups import own_grid
from tests.builders.grids import make_grid, make_station
from tests.builders.identity import Enrolled, enroll

_numbers = itertools.count(1)
_FACTORS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Worker:
    """Somebody of the station; `ctx` makes the test's transaction act as them, as a request of theirs would."""

    base: Ctx
    person: Enrolled
    roles: tuple[Role, ...]

    @property
    def id(self) -> UUID:
        return self.person.id

    @property
    def ctx(self) -> Ctx:
        names = frozenset(role.value for role in self.roles)
        actor = Actor("person", self.person.id, self.person.station_id, None, names, permissions_of(names))
        return replace(open_ctx(self.base.session, actor, request_id="test"), now=self.base.now)


@dataclass(frozen=True)
class Office:
    """A station with one of each; nobody is in any team yet."""

    base: Ctx
    station_id: UUID
    grid_id: UUID
    mediator: Worker
    officer: Worker
    other: Worker
    desk: Worker
    supervisor: Worker
    chief: Worker

    @property
    def system(self) -> Ctx:
        """The system acting, at the office's time."""
        return replace(open_ctx(self.base.session, SYSTEM, request_id="test"), now=self.base.now)


def make_office(ctx: Ctx) -> Office:
    """A station where every rung of the ladder has somebody; `other` is a mediator of no team."""
    station_id = make_station(ctx)
    grid_id = make_grid(ctx, station_id)
    roles = {
        "mediator": Role.MEDIATOR, "officer": Role.GRID_OFFICER, "other": Role.MEDIATOR, "desk": Role.DISPATCHER,
        "supervisor": Role.SUPERVISOR, "chief": Role.STATION_ADMIN,
    }  # fmt: skip
    people = {
        name: Worker(ctx, enroll(ctx, station_id=station_id, roles=[role]), (role,)) for name, role in roles.items()
    }
    own_grid(ctx, station_id, grid_id, people["officer"].id)
    return Office(ctx, station_id, grid_id, **people)


def invented_card(born: str = "19800101") -> str:
    """A card's number with a right check digit, another one each time."""
    body = f"500102{born}{next(_numbers) % 1000:03d}"
    return body + "10X98765432"[sum(int(d) * f for d, f in zip(body, _FACTORS, strict=True)) % 11]


def party(name: str = "王小明", **kw) -> NewParty:
    """A person; keywords override."""
    return NewParty(**{"name": name, "role": PartyRole.APPLICANT, **kw})


def couple(husband: str = "王小明", wife: str = "李小红", **kw) -> tuple[NewParty, NewParty]:
    """Two people against each other, with the same number and card each time they are named so."""
    return (
        party(husband, phone=kw.get("his_phone"), document="111" if kw.get("his_card") else None,
              document_number=kw.get("his_card")),
        party(wife, role=PartyRole.RESPONDENT, phone=kw.get("her_phone")),
    )  # fmt: skip


def new_case(**kw) -> NewCase:
    """A quarrel between neighbours; keywords override."""
    values = {"category": "0203", "summary": "楼上半夜噪声，双方争吵", "parties": couple()}
    return NewCase(**{**values, **kw})


def make_case(ctx: Ctx, **kw) -> UUID:
    """A case filed by the Ctx's actor, who must belong to a station."""
    return file_case(ctx, new_case(**kw))
