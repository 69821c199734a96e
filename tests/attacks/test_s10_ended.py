"""S10: what a token is still good for once its sign-in, its person's roles or standing, or the phone is gone."""

from collections.abc import Callable
from uuid import UUID

import pytest

from api.duty.service import refresh_profiles
from api.identity import service
from api.identity.queries import live_registrations
from api.identity.rules.permissions import MATRIX
from api.identity.types import Role, SignedIn
from tests.attacks.arena import Arena, Route
from tests.attacks.ledger import count
from tests.builders.grids import make_member, make_station
from tests.builders.identity import Enrolled, bearer, enroll, enroll_staff, open_session, register_phone

Ending = Callable[[Arena, Enrolled, dict[str, str], dict[str, str]], None]


def at(arena: Arena, method: str, path: str, headers: dict[str, str], **how) -> int:
    """The status of one request that must succeed."""
    answer = arena.client.open(path, method=method, headers=headers, environ_base={"REMOTE_ADDR": arena.address}, **how)
    assert answer.status_code < 300, (path, answer.json)
    return answer.status_code


def version(arena: Arena, person: Enrolled, chief: dict[str, str]) -> dict[str, str]:
    answer = arena.client.get(f"/v1/people/{person.id}", headers=chief)
    return {**chief, "If-Match": answer.headers["ETag"]}


def signed_out(arena: Arena, person: Enrolled, own, chief) -> None:
    at(arena, "POST", "/v1/sign-out", own)


def revoked_from_elsewhere(arena: Arena, person: Enrolled, own, chief) -> None:
    elsewhere = bearer(open_session(arena.ctx, person))
    at(arena, "DELETE", "/v1/sessions", elsewhere)


def revoked_by_the_station(arena: Arena, person: Enrolled, own, chief) -> None:
    at(arena, "DELETE", f"/v1/people/{person.id}/sessions", chief)


def new_credentials(arena: Arena, person: Enrolled, own, chief) -> None:
    body = {"username": f"u{person.id.hex[:20]}", "password": "correct horse battery 2"}
    at(arena, "PUT", f"/v1/people/{person.id}/credentials", chief, json=body)


def suspended(arena: Arena, person: Enrolled, own, chief) -> None:
    at(arena, "POST", f"/v1/people/{person.id}/suspend", chief)


def left(arena: Arena, person: Enrolled, own, chief) -> None:
    at(arena, "POST", f"/v1/people/{person.id}/leave", chief)


ENDINGS = (signed_out, revoked_from_elsewhere, revoked_by_the_station, new_credentials, suspended, left)


@pytest.fixture(scope="module")
def station(arena: Arena) -> UUID:
    return make_station(arena.ctx)


@pytest.fixture(scope="module")
def chief(arena: Arena, station: UUID) -> dict[str, str]:
    return bearer(open_session(arena.ctx, enroll(arena.ctx, station_id=station, roles=[Role.STATION_ADMIN])))


@pytest.fixture
def person(arena: Arena, station: UUID) -> Enrolled:
    return join(arena, enroll(arena.ctx, station_id=station, roles=list(Role)))


def join(arena: Arena, person: Enrolled) -> Enrolled:
    """Somebody who goes on duty, so that no route refuses them for what they are not."""
    refresh_profiles(arena.ctx, [make_member(arena.ctx, person.station_id, person.id)])
    return person


def let_in(arena: Arena, routes: list[Route], headers: dict[str, str]) -> list[str]:
    """The routes that take the token still."""
    statuses = {str(route): arena.send_for_good(route, headers).status_code for route in routes}
    return [name for name, status in statuses.items() if status != 401]


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.__name__)
def test_the_next_request_is_refused_everywhere(arena: Arena, routes, person, chief, ending: Ending) -> None:
    signed_in: SignedIn = open_session(arena.ctx, person)
    own = bearer(signed_in)
    phone = register_phone(arena.ctx, person)
    at(arena, "GET", "/v1/me", own)
    ending(arena, person, own, chief)
    open_still = let_in(arena, routes, own)
    refreshed = arena.client.post("/v1/sign-in/refresh", json={"refresh_token": signed_in.refresh_token})
    count("S10", ending.__name__.replace("_", " "), len(routes) + 1, len(routes) - len(open_still) + 1)
    assert open_still == []
    assert refreshed.status_code == 401
    if ending not in (signed_out, revoked_from_elsewhere):
        ringing = live_registrations(arena.ctx.session, [person.id])
        assert phone not in [found.device_id for found in ringing]


def test_a_phone_whose_session_is_ended_rings_no_more(arena: Arena, person) -> None:
    lost, here = bearer(open_session(arena.ctx, person)), bearer(open_session(arena.ctx, person))
    device = {
        "install_id": f"install-{person.id.hex[:8]}",
        "provider": "fcm",
        "token": person.id.hex,
        "platform": "ios",
    }
    at(arena, "POST", "/v1/devices", lost, json=device)
    assert len(live_registrations(arena.ctx.session, [person.id])) == 1
    items = arena.client.get("/v1/sessions", headers=here).json["items"]
    for item in items:
        if not item["current"]:
            at(arena, "DELETE", f"/v1/sessions/{item['id']}", here)
    count("S10", "the push address of a lost phone", 1)
    assert live_registrations(arena.ctx.session, [person.id]) == []


def test_lost_roles_are_lost_at_the_next_request(arena: Arena, routes, person, chief) -> None:
    own = bearer(open_session(arena.ctx, person))
    body = {"roles": ["volunteer"]}
    at(arena, "PUT", f"/v1/people/{person.id}/roles", version(arena, person, chief), json=body)
    wrong = []
    for route in routes:
        status = arena.send(route, own).status_code
        if (status == 403) == (route.guard in MATRIX[Role.VOLUNTEER]):
            wrong.append(f"{route}: {status}")
    count("S10", "roles taken away under an open session", len(routes), len(routes) - len(wrong))
    assert wrong == []


def test_a_session_by_code_has_never_had_the_desk_s_rights(arena: Arena, routes, station) -> None:
    """Whoever holds an officer's number, and not the second factor, has what a volunteer has."""
    officer = enroll_staff(
        arena.ctx, station_id=station, username="s10.officer", roles=[Role.SUPERVISOR, Role.PATROL_OFFICER]
    )
    join(arena, officer)
    own = bearer(service.open_session(arena.ctx, person_id=officer.id, method="code"))
    wrong = []
    for route in routes:
        status = arena.send(route, own).status_code
        if (status == 403) == (route.guard in MATRIX[Role.VOLUNTEER]):
            wrong.append(f"{route}: {status}")
    count("S10", "an officer's session opened by an SMS code", len(routes), len(routes) - len(wrong))
    assert wrong == []
