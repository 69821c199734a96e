"""Putting the demo station into the database: through the services, in one unit of work, once."""

import base64
import hashlib
import hmac
from dataclasses import replace
from uuid import UUID

from api.cli.demo.design import DemoMember, DemoStaff, DemoUnit, Design
from api.cli.demo.past import live_past
from api.grids.queries import members_of
from api.grids.rules.roster import header_line
from api.grids.rules.sheets import write_csv
from api.grids.service import (
    add_enterprises,
    add_units,
    found_station,
    import_roster,
    name_owners,
    require_district,
)
from api.grids.types import Column, MemberQuery, NewEnterprise, NewStation, NewUnit, RosterFile, UnitSource
from api.identity.service import enroll_people, give_credentials, reset_second_factor
from api.identity.types import NewPerson, Role
from api.plumbing.context import Actor, Ctx, open_ctx

# Published with the code, so it opens nothing by itself: the second factor is this installation's own.
PASSWORD = "lychee-shared-demo-0823"  # noqa: S105
COLUMNS = (
    Column.NAME, Column.PHONE, Column.FORCE, Column.GRID_CODE, Column.SKILLS, Column.EXPIRES, Column.ROLES,
    Column.STATUS,
)  # fmt: skip


def load_design(ctx: Ctx, design: Design, secret: bytes) -> UUID:
    """Found the station and everything on it; returns its id. Raises CodeTaken when it is there already."""
    district = require_district(ctx, code=design.district["code"], name=design.district["name"])
    founded = NewStation(
        code=design.station["code"],
        name=design.station["name"],
        district_id=district,
        outline=design.area.ewkt,
        source=UnitSource.SYNTHETIC,
    )
    station_id = found_station(ctx, station=founded)
    inside = replace(ctx, actor=Actor(kind="system", station_id=station_id))
    grids = _lay_out(inside, design, station_id)
    _enrol(inside, design)
    add_enterprises(
        inside,
        enterprises=[
            NewEnterprise(grids[made.unit_code], made.name, made.kind, made.point, synthetic=True)
            for made in design.enterprises
        ],
    )
    live_past(inside, {staff.role: _appoint(inside, staff, secret) for staff in design.staff})
    # The trail believes who the transaction says is acting: from here on nobody of the staff again.
    open_ctx(ctx.session, ctx.actor, request_id=ctx.request_id)
    return station_id


def factor_secret(secret: bytes, username: str) -> str:
    """The second factor of a demo account: derived from the installation's key, so that it need not be kept."""
    digest = hmac.new(secret, f"demo second factor {username}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:20]).decode()


def _lay_out(ctx: Ctx, design: Design, station_id: UUID) -> dict[str, UUID]:
    parents = {"": station_id}
    parents |= add_units(ctx, units=[_unit(unit, parents) for unit in design.communities])
    return add_units(ctx, units=[_unit(unit, parents) for unit in design.grids])


def _unit(unit: DemoUnit, parents: dict[str, UUID]) -> NewUnit:
    return NewUnit(
        kind=unit.kind,
        parent_id=parents[unit.parent_code],
        code=unit.code,
        name=unit.name,
        area=unit.area,
        source=UnitSource.SYNTHETIC,
    )


def _enrol(ctx: Ctx, design: Design) -> None:
    """The members come in by a roster file, as a station's own would; each grid's officer owns it."""
    rows = [header_line(COLUMNS), *map(_row, design.members)]
    report = import_roster(ctx, file=RosterFile("demo.csv", write_csv(rows), dry_run=False))
    if not report.applied:
        raise RuntimeError(f"the demo roster has faults: {report.faults[:3]}")
    officers = members_of(
        ctx.session, ctx.actor.station, MemberQuery(force="grid_officer"), after=None, limit=len(design.members)
    )
    first = {member.grid.id: member.id for member in reversed(officers) if member.grid is not None}
    name_owners(ctx, owners=list(first.items()))


def _row(member: DemoMember) -> list[str]:
    return [
        member.name,
        member.phone,
        member.force,
        member.grid_code,
        "、".join(skill for skill, _ in member.skills),
        "、".join(f"{skill}={day.isoformat()}" for skill, day in member.skills if day),
        Role.GRID_OFFICER if member.force == "grid_officer" else Role.VOLUNTEER,
        member.status,
    ]


def _appoint(ctx: Ctx, staff: DemoStaff, secret: bytes) -> UUID:
    person_id = enroll_people(ctx, [NewPerson(staff.name, staff.phone, (staff.role,))])[staff.phone]
    give_credentials(ctx, person_id=person_id, username=staff.username, password=PASSWORD)
    reset_second_factor(ctx, person_id=person_id, secret=factor_secret(secret, staff.username))
    return person_id
