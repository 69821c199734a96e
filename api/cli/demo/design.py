"""The demo station on paper: everything that will be loaded, drawn from one seed and a day, touching nothing."""

import json
import math
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from api.cli.demo.ground import Shape, divide, draw_oval, outline, pick_spot, place
from api.grids.types import Area, UnitKind
from api.identity.types import Role
from api.kernel.geo import Point
from api.kernel.phones import demo_number

DATA = Path(__file__).parents[1] / "data"
SEED = 202306  # the month the station's network began
ENTERPRISES = 160
MEMBERS = 359
FIRST_STAFF_NUMBER = 900
PHONES = 40
GRIDS_IN_COMMUNITY, GRIDS_IN_VILLAGE = 5, 3
VILLAGE_WEIGHT = 5.0  # a village has five times a community's ground

# After one grid officer per grid, the rest belong to these, in proportion.
FORCES = {
    "volunteer": 90, "security_guard": 42, "patrol": 40, "firefighter": 20, "medic": 18, "courier": 12,
    "building_head": 12, "taxi_driver": 6, "militia": 5, "rescue_team": 5,
}  # fmt: skip
SKILLS = {
    "grid_officer": ("mediation", "first_aid"), "volunteer": ("first_aid", "sign_language", "swimming"),
    "security_guard": ("first_aid", "aed", "firefighting"), "patrol": ("driving", "first_aid"),
    "firefighter": ("firefighting", "first_aid", "driving"), "medic": ("first_aid", "aed", "counselling"),
    "courier": ("driving",), "building_head": ("mediation",), "taxi_driver": ("driving",),
    "militia": ("mountain_search", "swimming"), "rescue_team": ("water_rescue", "mountain_search", "drone"),
}  # fmt: skip
CERTIFIED = frozenset({"first_aid", "aed", "water_rescue", "drone"})
BEHAVIOURS = ("model", "model", "willing", "model", "model", "willing", "model", "refusing", "willing", "silent")
NUMERALS = "一二三四五"
STAFF = {
    "dispatcher": Role.DISPATCHER, "supervisor": Role.SUPERVISOR, "admin": Role.STATION_ADMIN, "auditor": Role.AUDITOR,
    "mediator": Role.MEDIATOR,
}  # fmt: skip


@dataclass(frozen=True)
class DemoUnit:
    """A community, village or grid on paper."""

    kind: UnitKind
    code: str
    name: str
    parent_code: str
    shape: Shape
    area: Area


@dataclass(frozen=True)
class DemoMember:
    """A row of the demo roster, and where the member's phone lies when nothing happens."""

    name: str
    phone: str
    force: str
    grid_code: str
    skills: tuple[tuple[str, date | None], ...]
    status: str
    home: Point


@dataclass(frozen=True)
class DemoStaff:
    """Somebody with a username."""

    username: str
    name: str
    phone: str
    role: Role


@dataclass(frozen=True)
class DemoEnterprise:
    """A shop or company on paper."""

    name: str
    kind: str
    unit_code: str
    point: Point


@dataclass(frozen=True)
class Design:
    """The whole station on paper."""

    district: dict[str, str]
    station: dict[str, str]
    area: Area
    centre: Point
    communities: tuple[DemoUnit, ...]
    grids: tuple[DemoUnit, ...]
    members: tuple[DemoMember, ...]
    staff: tuple[DemoStaff, ...]
    enterprises: tuple[DemoEnterprise, ...]


def read_data(name: str) -> dict[str, Any]:
    """One of the files in `data`."""
    data: dict[str, Any] = json.loads((DATA / name).read_text("utf-8"))
    return data


def design_station(today: date) -> Design:
    """Draw the station. Certificates run from `today`; everything else depends on the seed alone."""
    source, names, rng = read_data("lizhi.json"), read_data("names.json"), Random(SEED)
    centre = Point(source["centre"]["lat"], source["centre"]["lon"])
    communities = _communities(source["communities"], centre, rng)
    grids = tuple(grid for unit in communities for grid in _grids(unit, centre, rng))
    return Design(
        district=source["district"],
        station=source["station"],
        area=outline(draw_oval(), centre),
        centre=centre,
        communities=communities,
        grids=grids,
        members=_members(grids, names, centre, today, rng),
        staff=_staff(names, rng),
        enterprises=_enterprises(grids, names, centre, rng),
    )


def _communities(listed: list[dict[str, str]], centre: Point, rng: Random) -> tuple[DemoUnit, ...]:
    town = [unit for unit in listed if not _is_village(unit)]
    country = [unit for unit in listed if _is_village(unit)]
    half = len(country) // 2
    # The town stays together in the middle, with villages on both sides of it.
    ordered = country[:half] + town + country[half:]
    strips = divide_strips(ordered, rng)
    return tuple(
        DemoUnit(
            kind=UnitKind.VILLAGE if _is_village(unit) else UnitKind.COMMUNITY,
            code=unit["code"],
            name=unit["name"],
            parent_code="",
            shape=shape,
            area=outline(shape, centre),
        )
        for unit, shape in zip(ordered, strips, strict=True)
    )


def divide_strips(ordered: list[dict[str, str]], rng: Random) -> list[Shape]:
    """West villages, town, east villages: three strips first, then each into its units."""
    groups: list[list[float]] = [[]]
    for before, unit in zip([ordered[0], *ordered], ordered, strict=False):
        if _is_village(before) != _is_village(unit):
            groups.append([])
        groups[-1].append(VILLAGE_WEIGHT if _is_village(unit) else 1.0)
    strips = divide(draw_oval(), [sum(group) for group in groups], rng, upright=True)
    return [piece for strip, group in zip(strips, groups, strict=True) for piece in divide(strip, group, rng)]


def _is_village(unit: dict[str, str]) -> bool:
    # The last three digits: residents' committees from 001, villages from 200.
    return int(unit["code"][-3:]) >= 200


def _grids(unit: DemoUnit, centre: Point, rng: Random) -> list[DemoUnit]:
    many = GRIDS_IN_VILLAGE if unit.kind is UnitKind.VILLAGE else GRIDS_IN_COMMUNITY
    short = unit.name.removesuffix("居民委员会").removesuffix("村民委员会")
    return [
        DemoUnit(
            kind=UnitKind.GRID,
            code=f"{unit.code}{number:03d}",
            name=f"{short}第{NUMERALS[number - 1]}网格",
            parent_code=unit.code,
            shape=shape,
            area=outline(shape, centre),
        )
        for number, shape in enumerate(divide(unit.shape, [1.0] * many, rng), 1)
    ]


def _members(
    grids: tuple[DemoUnit, ...], names: dict[str, Any], centre: Point, today: date, rng: Random
) -> tuple[DemoMember, ...]:
    rest = [force for force, count in FORCES.items() for _ in range(count)]
    rng.shuffle(rest)
    forces = ["grid_officer"] * len(grids) + rest
    members = []
    for index in range(MEMBERS):
        grid, force = grids[index % len(grids)], forces[index % len(forces)]
        members.append(
            DemoMember(
                name=_name(names, rng),
                phone=demo_number(index),
                force=force,
                grid_code=grid.code,
                skills=_skills(force, today, rng),
                status="pending" if force != "grid_officer" and rng.random() < 0.03 else "active",
                home=place(pick_spot(grid.shape, rng), centre),
            )
        )
    return tuple(members)


def _name(names: dict[str, Any], rng: Random) -> str:
    return rng.choice(names["surnames"]) + "".join(rng.choice(names["given"]) for _ in range(rng.choice((1, 2, 2))))


def _skills(force: str, today: date, rng: Random) -> tuple[tuple[str, date | None], ...]:
    held = [skill for skill in SKILLS[force] if rng.random() < 0.6]
    # One certificate in twenty has lapsed, as in life.
    days = {skill: today + timedelta(days=rng.randint(-45, 860)) for skill in held if skill in CERTIFIED}
    return tuple((skill, days.get(skill)) for skill in held)


def _staff(names: dict[str, Any], rng: Random) -> tuple[DemoStaff, ...]:
    return tuple(
        DemoStaff(username, _name(names, rng), demo_number(FIRST_STAFF_NUMBER + index), role)
        for index, (username, role) in enumerate(STAFF.items())
    )


def _enterprises(
    grids: tuple[DemoUnit, ...], names: dict[str, Any], centre: Point, rng: Random
) -> tuple[DemoEnterprise, ...]:
    made = []
    for index in range(ENTERPRISES):
        grid, (kind, noun) = rng.choice(grids), rng.choice(names["shops"])
        sign = "".join(rng.choice(names["signs"]) for _ in range(2))
        # "示例" means example: nobody shall take it for a real shop.
        spot = place(pick_spot(grid.shape, rng), centre)
        made.append(DemoEnterprise(f"示例{sign}{noun}{index + 1}", kind, grid.code, spot))
    return tuple(made)


def phones_of(design: Design) -> list[dict[str, Any]]:
    """The simulated phones: of the active members who live nearest to the middle, in the order of distance."""
    active = [member for member in design.members if member.status == "active"]
    near = sorted(active, key=lambda member: _from_middle(member.home, design.centre))[:PHONES]
    return [
        {
            "phone": member.phone,
            "lat": member.home.lat,
            "lon": member.home.lon,
            "behaviour": BEHAVIOURS[index % len(BEHAVIOURS)],
            # Every fourth one has a phone without Google's services.
            "push": "webpush" if index % 4 == 3 else "fcm",
            # Every ninth one has no app at all: texts with a link, and calls.
            "app": index % 9 != 6,
        }
        for index, member in enumerate(near)
    ]


def _from_middle(home: Point, centre: Point) -> float:
    return math.hypot(home.lat - centre.lat, (home.lon - centre.lon) * math.cos(math.radians(centre.lat)))
