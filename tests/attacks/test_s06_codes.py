"""S06: a sign-in code that was used, replaced, sent to somebody else, or is too old; and how codes are kept."""

import hashlib

import pytest
from sqlalchemy import text

from tests.attacks.arena import Arena
from tests.attacks.crowd import ask, codes_of, verify
from tests.attacks.ledger import count
from tests.builders.grids import make_station
from tests.builders.identity import enroll

REFUSED = (401, "sign_in_code_refused")


@pytest.fixture
def caller(arena: Arena):
    client = arena.app.test_client()
    client.environ_base["REMOTE_ADDR"] = arena.address
    return client


def with_code(arena: Arena, caller):
    """Somebody new who has just been sent a code."""
    person = enroll(arena.ctx, station_id=make_station(arena.ctx))
    ask(caller, person.phone)
    return person, codes_of(arena.ctx, person)[-1]


def told(answer) -> tuple[int, str | None]:
    return answer.status_code, answer.json.get("code")


def used(arena: Arena, caller) -> tuple[str, str]:
    person, code = with_code(arena, caller)
    assert verify(caller, person.phone, code).status_code == 200
    return person.phone, code


def replaced(arena: Arena, caller) -> tuple[str, str]:
    person, code = with_code(arena, caller)
    fresh = code
    while fresh == code:  # one time in a million the new code is the old one
        arena.ctx.session.execute(text("DELETE FROM attempt_counters WHERE name LIKE 'code.phone%'"))
        ask(caller, person.phone)
        fresh = codes_of(arena.ctx, person)[-1]
    return person.phone, code


def somebody_elses(arena: Arena, caller) -> tuple[str, str]:
    (person, own), (_, code) = with_code(arena, caller), with_code(arena, caller)
    return person.phone, code if code != own else f"{(int(code) + 1) % 1_000_000:06d}"


def eleven_minutes_old(arena: Arena, caller) -> tuple[str, str]:
    person, code = with_code(arena, caller)
    old = (
        "UPDATE sign_in_codes SET created_at = now() - interval '11 minutes', expires_at = now() - interval '6 minutes'"
    )
    arena.ctx.session.execute(text(old))
    return person.phone, code


def of_a_number_nobody_has(arena: Arena, caller) -> tuple[str, str]:
    ask(caller, "+8613900000001")
    return "+8613900000001", "123456"


WAYS = (used, replaced, somebody_elses, eleven_minutes_old, of_a_number_nobody_has)


def test_a_code_that_is_not_the_present_one_of_this_number_is_refused(arena: Arena, caller) -> None:
    answers = {way.__name__: told(verify(caller, *way(arena, caller))) for way in WAYS}
    count("S06", "codes that are used, replaced, foreign or old", len(WAYS), list(answers.values()).count(REFUSED))
    assert answers == dict.fromkeys(answers, REFUSED)


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "12 456", "１２３４５６", "0x1234", "-12345", "12345\n", "null"]
)
def test_what_is_no_six_digits_is_no_guess(arena: Arena, caller, code: str) -> None:
    assert verify(caller, "+8613900000001", code).status_code == 422


def test_a_code_is_kept_only_as_a_keyed_digest(arena: Arena, caller) -> None:
    _, code = with_code(arena, caller)
    rows = arena.ctx.session.execute(text("SELECT code_hash, salt FROM sign_in_codes")).all()
    plain = {code.encode(), hashlib.sha256(code.encode()).digest()}
    salted = {
        hashlib.sha256(mixed.encode()).digest() for row in rows for mixed in (f"{row.salt}:{code}", f"{code}{row.salt}")
    }
    kept = {bytes(row.code_hash) for row in rows}
    count("S06", "rows of codes compared with plain and unkeyed digests", len(rows))
    assert kept
    assert not kept & (plain | salted)
    assert {len(one) for one in kept} == {32}
    waiting = arena.ctx.session.scalars(text("SELECT variables FROM outbox WHERE template = 'sign_in_code'")).all()
    assert not [one for one in waiting if b'"code"' in bytes(one)]
