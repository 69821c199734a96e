"""Decisions without a database: refresh tokens, second factors, passwords, lives."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest

from api.identity.rules import MATRIX, permissions_of, roles_through
from api.identity.rules.lives import DEVICE, PERSON, SESSION
from api.identity.rules.proofs import draw_code, matching_step, password_fault
from api.identity.rules.refresh import (
    GRACE,
    Family,
    RefreshToken,
    Verdict,
    judge_refresh,
    next_secret,
    read_refresh,
    write_refresh,
)
from api.identity.types import DeviceState, PersonStatus, Role, SessionState
from tests.builders.identity import FACTOR

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
KEY = b"k" * 32
SESSION_ID = UUID(int=7)
CURRENT = RefreshToken(SESSION_ID, b"c" * 32, genuine=True)
PREVIOUS = RefreshToken(SESSION_ID, b"p" * 32, genuine=True)
OLDER = RefreshToken(SESSION_ID, b"o" * 32, genuine=True)
INVENTED = RefreshToken(SESSION_ID, b"x" * 32, genuine=False)


def family(*, alive: bool = True, age: timedelta = timedelta(seconds=5), key: bytes | None = b"request 1") -> Family:
    return Family(alive, CURRENT.digest, PREVIOUS.digest, NOW - age, key)


@pytest.mark.parametrize(
    ("token", "state", "request_key", "verdict"),
    [
        (CURRENT, family(), None, Verdict.ROTATE),
        (CURRENT, family(alive=False), None, Verdict.REFUSED),
        (PREVIOUS, family(), b"request 1", Verdict.REPEAT),
        (PREVIOUS, family(age=GRACE), b"request 1", Verdict.REPEAT),
        (PREVIOUS, family(age=GRACE + timedelta(seconds=1)), b"request 1", Verdict.REUSED),
        (PREVIOUS, family(), b"request 2", Verdict.REUSED),
        (PREVIOUS, family(), None, Verdict.REUSED),
        (PREVIOUS, family(key=None), None, Verdict.REUSED),
        (PREVIOUS, family(alive=False), b"request 1", Verdict.REFUSED),
        (OLDER, family(), b"request 1", Verdict.REUSED),
        (INVENTED, family(), b"request 1", Verdict.REFUSED),
    ],
)
def test_a_refresh_token_leads_to(
    token: RefreshToken, state: Family, request_key: bytes | None, verdict: Verdict
) -> None:
    assert judge_refresh(token, state, request_key=request_key, now=NOW) is verdict


def test_a_refresh_token_survives_the_wire() -> None:
    assert read_refresh(write_refresh(SESSION_ID, b"c" * 32, KEY), KEY) == CURRENT


def test_a_token_under_another_key_is_not_genuine() -> None:
    token = read_refresh(write_refresh(SESSION_ID, b"c" * 32, b"other"), KEY)
    assert token is not None
    assert not token.genuine


def test_a_token_has_one_spelling() -> None:
    text = write_refresh(SESSION_ID, b"c" * 32, KEY)
    other = text[:-1] + chr(ord(text[-1]) + 1)
    assert base64.urlsafe_b64decode(other[4:] + "==") == base64.urlsafe_b64decode(text[4:] + "==")
    assert read_refresh(other, KEY) is None


@pytest.mark.parametrize(
    "text", ["", "gr1_", "gr1_!!!!", "gr1_" + "A" * 85, "xx1_" + "A" * 86, "gr1_" + "é" * 86, "A" * 86]
)
def test_what_has_not_the_shape_of_a_token_is_none(text: str) -> None:
    assert read_refresh(text, KEY) is None


def test_the_next_secret_is_the_same_for_the_same_request_only() -> None:
    assert next_secret(CURRENT, "a", KEY) == next_secret(CURRENT, "a", KEY)
    others = {next_secret(CURRENT, "b", KEY), next_secret(PREVIOUS, "a", KEY), next_secret(CURRENT, "a", b"other")}
    assert len(others | {next_secret(CURRENT, "a", KEY)}) == 4


@pytest.mark.parametrize("drift", [-1, 0, 1])
def test_a_second_factor_may_be_one_step_off(drift: int) -> None:
    step = int(NOW.timestamp()) // 30
    assert matching_step(FACTOR, pyotp.TOTP(FACTOR).generate_otp(step + drift), NOW) == step + drift


@pytest.mark.parametrize("drift", [-2, 2])
def test_a_second_factor_may_not_be_two_steps_off(drift: int) -> None:
    step = int(NOW.timestamp()) // 30
    assert matching_step(FACTOR, pyotp.TOTP(FACTOR).generate_otp(step + drift), NOW) is None


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short", "too_short"),
        ("x" * 129, "too_long"),
        ("my Wang.Xm password", "contains_username"),
        ("abababababab", "too_simple"),
        ("对牛弹琴守株待兔亡羊补牢", None),
        ("correct horse battery", None),
    ],
)
def test_a_password_is_judged(password: str, fault: str | None) -> None:
    assert password_fault(password, "wang.xm") == fault


def test_a_code_is_six_digits() -> None:
    assert draw_code(bytes(8)) == "000000"
    assert draw_code((1_234_567).to_bytes(8, "big")) == "234567"


@pytest.mark.parametrize(
    ("machine", "states"), [(PERSON, PersonStatus), (SESSION, SessionState), (DEVICE, DeviceState)]
)
def test_every_state_is_in_its_table(machine, states) -> None:
    known = {state for state, _ in machine.table} | set(machine.table.values())
    assert known == set(states)
    assert machine.final == {state for state in states if not any(source is state for source, _ in machine.table)}


def test_every_role_has_its_row_and_an_unknown_one_allows_nothing() -> None:
    assert set(MATRIX) == set(Role)
    assert permissions_of(["emperor"]) == frozenset()


def test_an_officer_who_signed_in_by_code_can_answer_but_sees_no_more_than_a_volunteer() -> None:
    by_code = permissions_of(roles_through("code", ["patrol_officer"]))
    assert by_code == permissions_of(["volunteer"])
    assert permissions_of(roles_through("password", ["patrol_officer"])) > by_code
