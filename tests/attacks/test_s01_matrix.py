"""S01: every route for everybody who may not, and for every role, out of the URL map."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from api.identity.rules.permissions import MATRIX
from api.identity.types import Permission, Role
from api.plumbing.signing import signer
from tests.attacks.arena import NO_SIGN_IN, guarded, routes_of
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session

STRANGERS = ("no token", "garbage", "expired", "wrong signature", "revoked", "another scheme")
# Everything that answers without a sign-in. A new one is a decision, and is written here.
PUBLIC = {
    "DELETE /cockpit/session",
    "GET /",
    "GET /cockpit/",
    "GET /cockpit/<name>",
    "GET /cockpit/sign-in",
    "GET /cockpit/static/<version>/<path:name>",
    "GET /healthz/deep",
    "GET /healthz/live",
    "GET /healthz/ready",
    "GET /metrics",
    "GET /r/<token>",
    "GET /t/<token>",
    "GET /trackers/osmand",
    "GET /v1/apps",
    "GET /v1/docs",
    "GET /v1/docs/<area>",
    "GET /v1/enums",
    "GET /v1/file-links/<token>",
    "GET /v1/live",
    "GET /v1/me/visits.ics",
    "GET /v1/problems",
    "GET /v1/problems/<code>",
    "POST /cockpit/session",
    "POST /cockpit/session/refresh",
    "POST /r/<token>",
    "POST /t/<token>",
    "POST /trackers/osmand",
    "POST /trackers/owntracks",
    "POST /v1/sign-in/code",
    "POST /v1/sign-in/code/verify",
    "POST /v1/sign-in/password",
    "POST /v1/sign-in/refresh",
    "POST /webhooks/aliyun/reports",
    "POST /webhooks/twilio/call",
    "POST /webhooks/twilio/key",
    "POST /webhooks/twilio/status",
    "POST /webhooks/twilio/text",
    "POST /webhooks/twilio/voice",
}


@pytest.fixture(scope="module")
def strangers(arena) -> dict[str, dict[str, str]]:
    """The headers of everybody who is nobody; each would be let in, if the one thing were not wrong."""
    ctx = arena.ctx
    person = enroll(ctx, station_id=make_station(ctx), roles=list(Role))
    signed_in = open_session(ctx, person)
    token = signed_in.access_token
    claims = jwt.decode(token, options={"verify_signature": False})
    late = {**claims, "exp": int((datetime.now(UTC) - timedelta(hours=1)).timestamp())}
    revoked = open_session(ctx, person)
    out = next(route for route in guarded(arena.app) if str(route) == "POST /v1/sign-out")
    assert arena.send_for_good(out, bearer(revoked)).status_code == 204
    made = {
        "no token": {},
        "garbage": {"Authorization": "Bearer a.b.c"},
        "expired": {"Authorization": f"Bearer {jwt.encode(late, signer.key('access'), algorithm='HS256')}"},
        "wrong signature": {"Authorization": f"Bearer {jwt.encode(claims, b'k' * 32, algorithm='HS256')}"},
        "revoked": bearer(revoked),
        "another scheme": {"Authorization": f"Basic {token}"},
    }
    assert tuple(made) == STRANGERS
    return made


@pytest.fixture(scope="module")
def people(arena) -> dict[Role, dict[str, str]]:
    """One signed-in person per role, with all the rights the role gives."""
    station_id = make_station(arena.ctx)
    return {role: arena.person(role, station_id=station_id) for role in Role}


def test_every_guard_is_a_permission_somebody_has(routes) -> None:
    assert [str(route) for route in routes if route.guard not in set(Permission)] == []
    assert [str(route) for route in routes if not any(route.guard in held for held in MATRIX.values())] == []


def test_nothing_else_answers_without_a_sign_in(shared_app) -> None:
    assert {str(route) for route in routes_of(shared_app) if (route.guard or "").startswith(NO_SIGN_IN)} == PUBLIC


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_stranger_is_let_in_nowhere(arena, routes, strangers, stranger, record_property) -> None:
    let_in = []
    for route in routes:
        answer = arena.send(route, strangers[stranger])
        if (answer.status_code, answer.mimetype) != (401, "application/problem+json"):
            let_in.append(f"{route}: {answer.status_code}")
    assert not let_in, "\n".join(let_in)
    record_property("cells", len(routes))


@pytest.mark.parametrize("role", list(Role))
def test_a_role_is_let_in_exactly_where_it_may(arena, routes, people, role, record_property) -> None:
    wrong = []
    for route in routes:
        status = arena.send(route, people[role]).status_code
        may = route.guard in MATRIX[role]
        if (status == 403) == may or status == 401 or status >= 500:
            wrong.append(f"{route} ({'may' if may else 'may not'}): {status}")
    assert not wrong, "\n".join(wrong)
    record_property("cells", len(routes))


def test_the_matrix_is_as_large_as_the_map(routes, people, strangers, record_property) -> None:
    cells = len(routes) * (len(people) + len(strangers))
    print(f"\nS01: {len(routes)} routes x ({len(people)} roles + {len(strangers)} strangers) = {cells} cells")
    record_property("cells", cells)
    assert len(people) == len(Role) == 8
    assert len(routes) > 80
    assert cells >= len(routes) * len(Role)
