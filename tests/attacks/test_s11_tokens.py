"""S11: access tokens that somebody made up, each from a good one."""

import base64
import json
from uuid import uuid4

import jwt
import pytest

from api.identity.types import Role
from api.plumbing.signing import signer
from tests.attacks.arena import Route

ME = Route("/v1/me", "GET", "self.use", ())
STORED = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def claims(arena) -> dict:
    token = arena.person(Role.STATION_ADMIN)["Authorization"].removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False})


@pytest.fixture(scope="module")
def victim(arena) -> dict:
    """Somebody else's claims."""
    token = arena.person(Role.AUDITOR)["Authorization"].removeprefix("Bearer ")
    return jwt.decode(token, options={"verify_signature": False})


def ask(arena, token: str) -> tuple[int, str | None]:
    answer = arena.send(ME, {"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json.get("code")


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(claims: dict, **header: object) -> str:
    return f"{part({'typ': 'JWT', **header})}.{part(claims)}."


def sign(claims: dict, *, key: bytes | None = None, algorithm: str = "HS256", **header: object) -> str:
    return jwt.encode(claims, key or signer.key("access"), algorithm=algorithm, headers=header or None)


def test_a_good_token_is_let_in(arena, claims) -> None:
    assert ask(arena, sign(claims)) == (200, None)


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE", "", None, 0, [], "HS256", "RS256", "ES256", "HS384"])
def test_an_unsigned_token_is_refused_whatever_it_calls_itself(arena, claims, name) -> None:
    assert ask(arena, unsigned(claims, alg=name)) == (401, "token_invalid")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_is_refused_even_with_our_key(arena, claims, algorithm) -> None:
    key = signer.key("access").ljust(64, b"0")
    assert ask(arena, sign(claims, key=key, algorithm=algorithm)) == (401, "token_invalid")


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "../../../../dev/null"},
        {"kid": "x' UNION SELECT 'key"},
        {"jku": "http://127.0.0.1:9/keys.json"},
        {"x5u": "http://127.0.0.1:9/cert.pem"},
        {"jwk": {"kty": "oct", "k": part("known")}},
    ],
)
@pytest.mark.parametrize("key", [b"\0" * 32, b"known" * 8, b"key".ljust(32, b"0")])
def test_a_key_named_by_the_token_is_never_used(arena, claims, header, key) -> None:
    assert ask(arena, sign(claims, key=key, **header)) == (401, "token_invalid")


@pytest.mark.parametrize("purpose", ["refresh", "cursor", "feed", "anything"])
def test_a_key_of_another_purpose_signs_no_sign_in(arena, claims, purpose) -> None:
    assert ask(arena, sign(claims, key=signer.key(purpose))) == (401, "token_invalid")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody"}, {"aud": []}, {"iss": "somebody"}, {"typ": "refresh"}, {"typ": None},
        {"sub": 7}, {"sub": STORED}, {"sub": ["a"]}, {"sid": STORED}, {"sid": {"$ne": None}}, {"sid": "' OR '1'='1"},
        {"exp": None}, {"exp": "never"}, {"exp": -1}, {"exp": []},
    ],
)  # fmt: skip
def test_a_changed_claim_is_refused(arena, claims, changes) -> None:
    status, code = ask(arena, sign({**claims, **changes}))
    assert (status, code) in {(401, "token_invalid"), (401, "token_expired")}


@pytest.mark.parametrize("name", ["exp", "iss", "aud", "sub", "sid", "typ"])
def test_a_missing_claim_is_refused(arena, claims, name) -> None:
    assert ask(arena, sign({key: value for key, value in claims.items() if key != name})) == (401, "token_invalid")


def test_one_s_own_session_does_not_speak_for_another(arena, claims, victim) -> None:
    assert ask(arena, sign({**claims, "sub": victim["sub"]}))[0] == 401
    assert ask(arena, sign({**claims, "sid": victim["sid"]}))[0] == 401
    assert ask(arena, sign({**claims, "sub": str(uuid4())}))[0] == 401


def test_rights_written_into_the_token_are_not_read(arena, claims, victim) -> None:
    token = sign({**victim, "roles": list(Role), "permissions": ["people.manage"], "station_id": STORED})
    answer = arena.send(ME, {"Authorization": f"Bearer {token}"})
    assert answer.json["permissions"] == ["audit.read", "self.use"]


def test_every_changed_byte_of_the_signature_counts(arena, claims) -> None:
    head, body, signature = sign(claims).split(".")
    for place in range(0, len(signature) - 1, 7):
        other = "A" if signature[place] != "A" else "B"
        forged = f"{head}.{body}.{signature[:place]}{other}{signature[place + 1 :]}"
        assert ask(arena, forged) == (401, "token_invalid")
