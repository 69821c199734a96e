"""Stations, grids and members, without the road there."""

import itertools
from datetime import date
from uuid import UUID

from api.grids.models import Member, MemberSkill, Unit
from api.plumbing.context import Ctx

_numbers = itertools.count(1)
LONG_AGO = date(2020, 1, 1)


def box(lat: float = 29.70, lon: float = 107.38, size: float = 0.01) -> str:
    """A square outline as EWKT: its south-west corner and its side, in degrees."""
    corners = [(lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size), (lon, lat)]
    return f"SRID=4326;MULTIPOLYGON((({','.join(f'{x} {y}' for x, y in corners)})))"


def make_station(
    ctx: Ctx,
    *,
    name: str = "测试派出所",
    code: str | None = None,
    area: str | None = None,
    valid_to: date | None = None,
) -> UUID:
    """A station below no district; returns its unit id. `area` is EWKT of a MultiPolygon."""
    station_id = ctx.new_id()
    return _add_unit(
        ctx,
        Unit(
            id=station_id,
            kind="station",
            station_id=station_id,
            code=code or f"5001{next(_numbers):08d}",
            name=name,
            area=area,
            source="synthetic",
            valid_to=valid_to,
        ),
    )


def make_community(
    ctx: Ctx, station_id: UUID, *, name: str = "测试社区", code: str | None = None, area: str | None = None, **kw
) -> UUID:
    """A community of the station."""
    unit = Unit(
        id=ctx.new_id(),
        kind=kw.pop("kind", "community"),
        parent_id=station_id,
        station_id=station_id,
        code=code or f"5002{next(_numbers):08d}",
        name=name,
        area=area,
        source="synthetic",
        **kw,
    )
    return _add_unit(ctx, unit)


def make_grid(
    ctx: Ctx,
    station_id: UUID,
    polygon: str | None = None,
    *,
    parent_id: UUID | None = None,
    code: str | None = None,
    name: str = "测试网格",
    **kw,
) -> UUID:
    """A grid of the station, below `parent_id` or a community made for it. `polygon` is EWKT (see `box`)."""
    parent_id = parent_id or make_community(ctx, station_id)
    unit = Unit(
        id=ctx.new_id(),
        kind="grid",
        parent_id=parent_id,
        station_id=station_id,
        code=code or f"5003{next(_numbers):011d}",
        name=name,
        area=polygon,
        source="synthetic",
        **kw,
    )
    return _add_unit(ctx, unit)


def _add_unit(ctx: Ctx, unit: Unit) -> UUID:
    unit.valid_from = unit.valid_from or LONG_AGO
    unit.created_at = ctx.now
    ctx.session.add(unit)
    ctx.session.flush()
    return unit.id


def make_member(
    ctx: Ctx,
    station_id: UUID,
    person_id: UUID,
    *,
    force: str = "volunteer",
    skills: tuple[str, ...] = (),
    grid_id: UUID | None = None,
    status: str = "active",
    expires_on: date | None = None,
) -> UUID:
    """An enrolment of a person that exists (tests/builders/identity.py makes one); returns the member id."""
    member = Member(
        id=ctx.new_id(),
        person_id=person_id,
        station_id=station_id,
        grid_id=grid_id,
        force=force,
        status=status,
        joined_on=LONG_AGO,
        left_on=LONG_AGO if status == "left" else None,
        created_at=ctx.now,
    )
    ctx.session.add(member)
    ctx.session.flush()
    ctx.session.add_all(MemberSkill(member_id=member.id, skill=skill, expires_on=expires_on) for skill in skills)
    ctx.session.flush()
    return member.id
