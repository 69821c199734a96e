"""S04: every field every role is shown, against a list that is written down; and whose secrets show where.

`fields.txt` is that list. After a change that is meant: `FIELDS=write pytest tests/attacks/test_s04_fields.py -n0`, and
read the difference: each new line is something more that somebody sees.
"""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from api.grids.rules.sheets import read_sheet
from api.identity.rules.permissions import MATRIX
from api.identity.types import Role
from tests.attacks.arena import Arena, Route
from tests.attacks.dispute_world import HER_PHONE, HIS_CARD, HIS_PHONE, HUSBAND, WIFE
from tests.attacks.ledger import count
from tests.attacks.test_s02_other_station import QUERIES
from tests.attacks.world import World, make_world
from tests.builders.incidents import PHONE

# Pages for the printer: they have no fields, and take long to lay out.
PRINTED = ("/papers/", "/day-list")
GOLDEN = Path(__file__).parent / "fields.txt"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Keys that are data: an id, a day, a colour with its count. Named once, they would only repeat the seed.
_DATA_KEY = re.compile(rf"{_UUID.pattern}|[0-9-]+|[^a-z_].*")


@pytest.fixture(scope="module")
def world(arena: Arena) -> World:
    return make_world(arena)


@pytest.fixture(scope="module")
def readers(arena: Arena, world: World) -> dict[str, list[dict[str, str]]]:
    """By role a colleague at each of the two stations; and those whom it concerns."""
    stations = [
        arena.connection.scalar(text(f"SELECT station_id FROM {table} WHERE id = :id"), {"id": world.ids[name]})
        for table, name in (("incidents", "incident_id"), ("disputes", "dispute_id"))
    ]
    found = {role.value: [arena.person(role, station_id=station) for station in stations] for role in Role}
    return found | {f"own {name}": [world.insiders[name]] for name in ("volunteer", "mediator")}


@pytest.fixture(scope="module")
def shown(arena: Arena, routes: list[Route], readers, world: World) -> dict[tuple[str, str], list[TestResponse]]:
    """What each reader got from each GET route."""
    got: dict[tuple[str, str], list[TestResponse]] = defaultdict(list)
    for route in routes:
        if route.method != "GET" or any(word in route.path for word in PRINTED):
            continue
        for name, people in readers.items():
            if not name.startswith("own ") and route.guard not in MATRIX[Role(name)]:
                continue
            for headers in people:
                url = route.url(**world.ids)
                answer = arena.send(route, headers, url=url, query_string=QUERIES.get(str(route), {}))
                if answer.status_code == 200:
                    got[name, str(route)].append(answer)
                    if route.ids:
                        break  # it belongs to one station only
    return got


def fields_of(value: Any, path: str = "") -> Iterator[str]:
    """The paths of everything a body says, without what it leaves empty."""
    if isinstance(value, dict):
        for key, inner in value.items():
            name = "*" if _DATA_KEY.fullmatch(key) or path.endswith("details") else key
            yield from fields_of(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for inner in value:
            yield from fields_of(inner, f"{path}[]")
    elif value is not None and path:
        yield path


def written(shown: dict[tuple[str, str], list[TestResponse]], routes: list[Route]) -> str:
    """The list: below each route the roles that see the same fields, and these."""
    lines = []
    for route in sorted({name for _, name in shown}, key=lambda name: name.split(" ", 1)[1]):
        by_fields: dict[str, list[str]] = defaultdict(list)
        for (reader, name), answers in shown.items():
            if name == route:
                fields = {field for answer in answers for field in fields_of(answer.get_json(silent=True))}
                by_fields[" ".join(sorted(fields)) or "(no fields)"].append(reader)
        lines.append(route)
        lines += [f"  {', '.join(roles)}: {fields}" for fields, roles in by_fields.items()]
    return "\n".join(lines) + "\n"


def test_every_role_is_shown_the_fields_that_are_written_down(shown, routes) -> None:
    now = written(shown, routes)
    if os.environ.get("FIELDS") == "write":
        GOLDEN.write_text(now)
    before = GOLDEN.read_text().splitlines()
    more = sorted(set(now.splitlines()) - set(before))
    less = sorted(set(before) - set(now.splitlines()))
    count("S04", "fields by route and role", len(shown), routes=len({name for _, name in shown}))
    assert (more, less) == ([], []), f"see the head of {Path(__file__).name}"


def body_of(answer: TestResponse) -> str:
    if answer.data.startswith(b"PK"):
        return str(read_sheet("answer.xlsx", answer.data).rows)
    return answer.data.decode(errors="replace")


def secrets_of(arena: Arena, world: World) -> dict[str, str]:
    """What is nobody's business but of a few; each as it would be written in an answer."""
    place = arena.connection.execute(
        text("SELECT ST_Y(position::geometry) FROM duty_live WHERE member_id = :id"), {"id": world.ids["member_id"]}
    ).scalar_one()
    return {
        "a party's name": HUSBAND, "the other party's name": WIFE, "a party's number": HIS_PHONE,
        "the other party's number": HER_PHONE, "a party's identity card": HIS_CARD,
        "the requester's number": PHONE.removeprefix("+86"), "a volunteer's exact place": str(place),
    }  # fmt: skip


# Who may see which of them, and where.
_PARTIES = {(role, "GET /v1/disputes/<uuid:dispute_id>/parties") for role in ("supervisor", "station_admin")}
WHERE = {
    "a party's name": _PARTIES,
    "the other party's name": _PARTIES,
    "a party's number": _PARTIES,
    "the other party's number": _PARTIES,
    "a party's identity card": _PARTIES,
    "the requester's number": {
        (role, "GET /v1/incidents/<uuid:incident_id>") for role in ("dispatcher", "supervisor", "patrol_officer")
    },
    "a volunteer's exact place": set(),
}


def test_a_secret_shows_only_where_it_is_written_down(arena: Arena, world: World, shown) -> None:
    secrets = secrets_of(arena, world)
    seen = {
        name: {where for where, answers in shown.items() if any(secret in body_of(answer) for answer in answers)}
        for name, secret in secrets.items()
    }
    count(
        "S04",
        "secrets looked for in every answer",
        len(secrets) * len(shown),
        shown={k: len(v) for k, v in seen.items()},
    )
    assert seen == WHERE
