"""S23: somebody of the station looks at people who are none of their business: what they see, and who hears of it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text

from api.audit.rules import what_is_unusual
from api.audit.types import Usual
from api.duty import service as duty
from api.duty.errors import NotOnDuty
from api.duty.types import Fix, FixBatch
from api.identity.types import Role
from api.kernel.geo import Datum, Point
from api.plumbing.context import Actor, open_ctx
from tests.attacks.arena import Arena, Route
from tests.attacks.ledger import LONG, count
from tests.builders.duty import OnDuty, make_on_duty
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session

LOOKS = 50 if LONG else 14
PLACE = Point(29.703127, 107.389731)
TRAILS = {Role.SUPERVISOR}
NUMBERS = {Role.SUPERVISOR, Role.STATION_ADMIN}


@pytest.fixture(scope="module")
def station(arena: Arena) -> UUID:
    return make_station(arena.ctx)


@pytest.fixture(scope="module")
def victim(arena: Arena, station: UUID) -> OnDuty:
    """Somebody on duty, who has walked."""
    member = make_on_duty(arena.ctx, station, PLACE, fix_age_s=600)
    own = Actor(kind="person", person_id=member.person.id, station_id=station)
    ctx = open_ctx(arena.ctx.session, own, request_id="walk")
    fixes = tuple(Fix(PLACE, 5, ctx.now - timedelta(seconds=90 - n)) for n in range(5))
    duty.record_positions(ctx, FixBatch(Datum.WGS84, fixes))
    return member


@pytest.fixture
def officer(arena: Arena, station: UUID):
    """A supervisor who works here, one for each test; and their headers."""
    person = enroll(arena.ctx, station_id=station, roles=[Role.SUPERVISOR])
    return person, bearer(open_session(arena.ctx, person))


def window(arena: Arena, **changes: Any) -> dict[str, Any]:
    now = arena.ctx.now
    query = {"from": (now - timedelta(hours=1)).isoformat(), "to": now.isoformat(), "reason": "complaint", **changes}
    return {name: value for name, value in query.items() if value is not None}


def told(arena: Arena, person_id: UUID) -> list[str]:
    """What the trail says of this person, oldest first."""
    rows = text("SELECT action FROM audit_entries WHERE actor_id = :id AND action !~ '^session' ORDER BY id")
    return list(arena.ctx.session.scalars(rows, {"id": person_id}))


def unusual(action: str, how: str) -> float:
    return REGISTRY.get_sample_value("gridloop_unusual_readings_total", {"action": action, "how": how}) or 0.0


def test_who_may_look_at_a_trail_or_a_number_at_all(arena: Arena, station, victim: OnDuty) -> None:
    wrong = []
    for role in Role:
        headers = arena.person(role, station_id=station)
        trail = arena.client.get(f"/v1/members/{victim.member_id}/trail", query_string=window(arena), headers=headers)
        number = arena.client.get(f"/v1/people/{victim.person.id}/contact", headers=headers)
        if (trail.status_code, number.status_code) != (200 if role in TRAILS else 403, 200 if role in NUMBERS else 403):
            wrong.append((role, trail.status_code, number.status_code))
    count("S23", "trail and number of a colleague, by role", 2 * len(Role), 2 * len(Role) - len(wrong))
    assert wrong == []


def test_without_a_reason_or_beyond_a_week_nothing_is_shown(arena: Arena, victim: OnDuty, officer) -> None:
    person, headers = officer
    tries = [
        {"reason": None}, {"reason": "curious"}, {"reason": ""}, {"from": None}, {"to": None},
        {"from": (arena.ctx.now - timedelta(days=8)).isoformat()},
    ]  # fmt: skip
    statuses = [
        arena.client.get(
            f"/v1/members/{victim.member_id}/trail", query_string=window(arena, **change), headers=headers
        ).status_code
        for change in tries
    ]
    count("S23", "readings without a reason or measure", len(tries), statuses.count(422))
    assert set(statuses) == {422}
    assert told(arena, person.id) == []


def test_off_duty_there_is_nothing_to_look_at(arena: Arena, station, officer) -> None:
    """Not hidden: never kept. Neither in the trail nor on the board."""
    member = make_on_duty(arena.ctx, station, PLACE, fix_age_s=600)
    own = Actor(kind="person", person_id=member.person.id, station_id=station)
    duty.go_off_duty(open_ctx(arena.ctx.session, own, request_id="off"))
    ctx = open_ctx(arena.ctx.session, own, request_id="walk")
    with pytest.raises(NotOnDuty):
        duty.record_positions(ctx, FixBatch(Datum.WGS84, (Fix(PLACE, 5, ctx.now),)))
    _, headers = officer
    trail = arena.client.get(f"/v1/members/{member.member_id}/trail", query_string=window(arena), headers=headers)
    board = arena.client.get("/v1/duty/live", headers=headers).json["items"]
    count("S23", "fixes of somebody off duty, on trail and board", 2)
    assert trail.json["items"] == []
    assert str(member.member_id) not in [row["member_id"] for row in board]


def test_every_route_that_shows_the_board_shows_it_coarsely(arena: Arena, routes: list[Route], station, victim) -> None:
    """Whoever waits is shown to about a hundred metres; no list of the API gives the place itself."""
    headers = arena.person(*Role, station_id=station)
    lists = [
        r for r in routes if r.method == "GET" and not r.ids and "/trail" not in r.path and "day-list" not in r.path
    ]
    exact = f"{PLACE.lat:.5f}"[:-1].encode()
    shown = [str(route) for route in lists if exact in arena.send(route, headers).data]
    count("S23", "lists looked through for an exact place", len(lists), len(lists) - len(shown))
    assert shown == []


def test_looking_again_and_again_is_told(arena: Arena, victim: OnDuty, officer) -> None:
    person, headers = officer
    before = unusual("trail.read", "unusually_often")
    for _ in range(LOOKS):
        answer = arena.client.get(f"/v1/members/{victim.member_id}/trail", query_string=window(arena), headers=headers)
        assert answer.status_code == 200
    lines = told(arena, person.id)
    alarms = lines.count("trail.read_unusually_often")
    count("S23", "looks at one trail in a day", LOOKS, lines.count("trail.read"), alarms=alarms)
    assert (lines.count("trail.read"), alarms) == (LOOKS, LOOKS - 10)
    assert unusual("trail.read", "unusually_often") == before + alarms


def test_looking_at_everybody_is_told(arena: Arena, station, officer) -> None:
    person, headers = officer
    everybody = [enroll(arena.ctx, station_id=station) for _ in range(52)]
    for somebody in everybody:
        assert arena.client.get(f"/v1/people/{somebody.id}/contact", headers=headers).status_code == 200
    lines = told(arena, person.id)
    alarms = lines.count("person.contact_read_of_unusually_many")
    count(
        "S23", "numbers of different people in a day", len(everybody), lines.count("person.contact_read"), alarms=alarms
    )
    assert (lines.count("person.contact_read"), alarms) == (52, 2)


def test_every_reading_is_in_the_trail_in_the_same_transaction(arena: Arena, victim: OnDuty, officer) -> None:
    """The entry is written with the answer: a reading that fails leaves none, one that succeeds always one."""
    person, headers = officer
    arena.client.get(f"/v1/members/{uuid4()}/trail", query_string=window(arena), headers=headers)
    assert told(arena, person.id) == []
    arena.client.get(f"/v1/people/{victim.person.id}/contact", headers=headers)
    count("S23", "a reading that fails, and one that does not", 2)
    assert told(arena, person.id) == ["person.contact_read"]


@pytest.mark.parametrize(
    ("earlier", "found"),
    [(9, []), (10, ["unusually_often"]), (11, ["unusually_often"])],
)
def test_what_is_unusual_of_one(earlier: int, found: list[str]) -> None:
    subject = uuid4()
    assert what_is_unusual([subject] * earlier, subject, Usual(10, 20)) == found


@pytest.mark.parametrize(
    ("earlier", "known", "found"),
    [(19, False, 0), (20, False, 1), (21, False, 0), (30, False, 1), (20, True, 0)],
)
def test_what_is_unusual_of_many(earlier: int, known: bool, found: int) -> None:
    others = [uuid4() for _ in range(earlier)]
    subject = others[0] if known else uuid4()
    assert what_is_unusual(others, subject, Usual(10, 20)).count("of_unusually_many") == found
