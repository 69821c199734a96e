"""Access tokens: what is refused, and with which code."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest
from sqlalchemy import event, text

from api.identity import service
from api.identity.service import tokens
from api.identity.types import PersonEvent, Role
from api.plumbing.signing import signer
from tests.builders.identity import at, bearer, enroll, open_session


@pytest.fixture
def claims(ctx, station):
    token = open_session(ctx, enroll(ctx, station_id=station)).access_token
    return jwt.decode(token, options={"verify_signature": False})


def signed(claims, key=None, algorithm="HS256", headers=None, **changes) -> str:
    body = {name: value for name, value in {**claims, **changes}.items() if value is not ...}
    return jwt.encode(body, signer.key("access") if key is None else key, algorithm=algorithm, headers=headers)


def me(client, token: str):
    answer = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json.get("code")


def test_a_token_of_ours_is_let_in(client, claims) -> None:
    assert me(client, signed(claims)) == (200, None)


@pytest.mark.parametrize("name", ["exp", "iat", "iss", "aud", "jti", "sub", "sid", "typ"])
def test_a_token_without_a_claim_is_refused(client, claims, name: str) -> None:
    assert me(client, signed(claims, **{name: ...})) == (401, "token_invalid")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"iss": "another"},
        {"typ": "refresh"},
        {"sub": 7},
        {"sub": "7"},
        {"sid": "' OR 1=1"},
        {"sid": 7},
        {"exp": "soon"},
        {"exp": None},
        {"exp": 1e400},
        {"sub": "00000000-0000-0000-0000-000000000007"},
        {"sid": "00000000-0000-0000-0000-000000000007"},
    ],
)
def test_a_token_with_a_forged_claim_is_refused(client, claims, changes) -> None:
    assert me(client, signed(claims, **changes)) == (401, "token_invalid")


def test_a_token_of_another_key_or_algorithm_is_refused(client, claims) -> None:
    none = jwt.encode(claims, None, algorithm="none")
    forged = [
        none,
        signed(claims, key=b"k" * 32),
        signed(claims, key=signer.key("refresh")),
        signed(claims, key=signer.key("access") * 2, algorithm="HS512"),
        signed(claims, headers={"kid": "../../dev/null", "jku": "http://127.0.0.1/keys"})[:-2] + "xx",
        none.rsplit(".", 1)[0] + "." + signed(claims).rsplit(".", 1)[1],
    ]
    assert {me(client, token) for token in forged} == {(401, "token_invalid")}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "Token x"])
def test_no_bearer_token_is_no_sign_in(client, header: str) -> None:
    answer = client.get("/v1/me", headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")
    assert "Bearer" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("token", ["x", "a.b.c", "é" * 10, "." * 3, "A" * 5000])
def test_rubbish_is_refused(client, token: str) -> None:
    assert me(client, token) == (401, "token_invalid")


def test_an_expired_token_says_so(client, claims) -> None:
    assert me(client, signed(claims, exp=int(datetime.now(UTC).timestamp()) - 1)) == (401, "token_expired")


def test_the_database_s_clock_decides_not_ours(client, claims, monkeypatch) -> None:
    monkeypatch.setattr("jwt.api_jwt.datetime", Tomorrow)
    assert me(client, signed(claims)) == (200, None)


class Tomorrow(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=1)


def test_a_refresh_token_is_no_access_token(client, ctx, station) -> None:
    assert me(client, open_session(ctx, enroll(ctx, station_id=station)).refresh_token) == (401, "token_invalid")


def test_one_query_tells_who_is_asking(ctx, station) -> None:
    token = open_session(ctx, enroll(ctx, station_id=station)).access_token
    asked = []
    connection = ctx.session.connection()
    event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
    service.authenticate_token(ctx.session, token)
    assert len(asked) == 1


def test_new_roles_hold_from_the_next_request(client, ctx, station) -> None:
    person = enroll(ctx, station_id=station)
    token = open_session(ctx, person).access_token
    before = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).json
    service.set_roles(at(ctx, station), person_id=person.id, version=before["version"], roles=[Role.AUDITOR])
    after = client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).json
    assert after["permissions"] == ["audit.read", "self.use"]


def test_a_suspended_person_is_out_at_once(client, ctx, station) -> None:
    person = enroll(ctx, station_id=station)
    headers = bearer(open_session(ctx, person))
    assert client.get("/v1/me", headers=headers).status_code == 200
    service.change_status(at(ctx, station), person_id=person.id, event=PersonEvent.SUSPEND)
    answer = client.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")


def test_the_person_s_standing_is_asked_with_every_request(client, ctx, station) -> None:
    headers = bearer(open_session(ctx, enroll(ctx, station_id=station)))
    ctx.session.execute(text("UPDATE people SET status = 'suspended'"))
    assert client.get("/v1/me", headers=headers).json["code"] == "session_ended"


def test_a_session_whose_time_is_over_is_out_before_the_job_comes(client, ctx, station) -> None:
    headers = bearer(open_session(ctx, enroll(ctx, station_id=station)))
    ctx.session.execute(text("UPDATE sessions SET expires_at = now() - interval '1 second'"))
    assert client.get("/v1/me", headers=headers).json["code"] == "session_ended"


def test_a_token_lives_fifteen_minutes(claims) -> None:
    assert claims["exp"] - claims["iat"] == tokens.LIFE.total_seconds() == 900
