"""Staff sign-in: password and second factor."""

import pyotp
import pytest
from sqlalchemy import select, text

from api.audit.models import AuditEntry
from api.identity.models import Person
from api.identity.service import change_status, hashing
from api.identity.types import PersonEvent, Role
from tests.builders.identity import FACTOR, PASSWORD, at, bearer, enroll, enroll_staff, open_session
from tests.identity.conftest import address


def factor(ctx, drift: int = 0) -> str:
    return pyotp.TOTP(FACTOR).generate_otp(int(ctx.now.timestamp()) // 30 + drift)


def sign_in(client, username: str, password: str, totp: str):
    return client.post("/v1/sign-in/password", json={"username": username, "password": password, "totp": totp})


@pytest.fixture
def chief(ctx, station):
    return enroll_staff(ctx, station_id=station, username="chief.wang", roles=(Role.SUPERVISOR,))


def test_password_and_factor_sign_in(client, ctx, chief) -> None:
    answer = sign_in(client, "Chief.Wang", PASSWORD, factor(ctx))
    assert answer.status_code == 200
    assert answer.json["person"]["id"] == str(chief.id)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_factor_s_code_works_once(client, ctx, chief) -> None:
    code = factor(ctx)
    assert sign_in(client, "chief.wang", PASSWORD, code).status_code == 200
    again = sign_in(client, "chief.wang", PASSWORD, code)
    assert (again.status_code, again.json["code"]) == (401, "sign_in_refused")


def test_an_older_code_than_the_last_is_refused(client, ctx, chief) -> None:
    assert sign_in(client, "chief.wang", PASSWORD, factor(ctx, 1)).status_code == 200
    assert sign_in(client, "chief.wang", PASSWORD, factor(ctx)).status_code == 401


def test_what_is_wrong_is_not_said(client, ctx, chief) -> None:
    enrolled_without = enroll(ctx, station_id=chief.station_id)
    assert enrolled_without
    answers = [
        sign_in(client, "chief.wang", "wrong" + PASSWORD, factor(ctx)),
        sign_in(client, "chief.wang", PASSWORD, "000000" if factor(ctx) != "000000" else "000001"),
        sign_in(client, "nobody.here", PASSWORD, factor(ctx)),
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({str({**answer.json, "request_id": ""}) for answer in answers}) == 1


def test_an_unknown_username_costs_a_hash_too(client, ctx, monkeypatch) -> None:
    checked = []
    monkeypatch.setattr(hashing.PasswordHasher, "verify", lambda self, stored, _: bool(checked.append(stored)))
    sign_in(client, "nobody.here", PASSWORD, "123456")
    assert checked == [hashing._NOBODY]


def test_the_stand_in_hash_is_as_dear_as_a_real_one() -> None:
    assert not hashing._HASHER.check_needs_rehash(hashing._NOBODY)
    assert hashing.verify_password(None, PASSWORD) is False


def test_the_same_letters_composed_otherwise_are_the_same_password() -> None:
    assert hashing.verify_password(hashing.hash_password("caf\u00e9 caf\u00e9"), "cafe\u0301 cafe\u0301")


def test_failures_are_counted_though_they_are_refused(client, ctx, chief, monkeypatch) -> None:
    monkeypatch.setattr("api.identity.service.passwords.verify_password", lambda *_: False)
    statuses = [sign_in(client, "chief.wang", "x", "123456").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]


def test_another_address_has_its_own_five_until_the_account_s_thirty(client, ctx, chief, monkeypatch) -> None:
    monkeypatch.setattr("api.identity.service.passwords.verify_password", lambda *_: False)
    statuses = []
    for _ in range(7):
        client.environ_base["REMOTE_ADDR"] = address()
        statuses += [sign_in(client, "chief.wang", "x", "123456").status_code for _ in range(5)]
    assert statuses == [401] * 30 + [429] * 5


def test_signing_in_takes_the_failures_before_it_as_they_are(client, ctx, chief) -> None:
    assert sign_in(client, "chief.wang", PASSWORD, factor(ctx)).status_code == 200
    counts = ctx.session.execute(text("SELECT max(count) FROM attempt_counters")).scalar_one()
    assert counts == 0


def test_ten_wrong_factors_a_day_shut_the_door_without_a_word(client, ctx, chief, monkeypatch) -> None:
    monkeypatch.setattr("api.identity.service.passwords.verify_password", lambda *_: True)
    wrong = "000000" if factor(ctx) != "000000" else "000001"
    for _ in range(10):
        client.environ_base["REMOTE_ADDR"] = address()
        sign_in(client, "chief.wang", PASSWORD, wrong)
    client.environ_base["REMOTE_ADDR"] = address()
    answer = sign_in(client, "chief.wang", PASSWORD, factor(ctx))
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_refused")
    refused = select(AuditEntry.subject_id).where(AuditEntry.action == "sign_in.second_factor_refused")
    assert ctx.session.scalars(refused).all() == [chief.id] * 11


def test_a_suspended_officer_is_refused(client, ctx, chief) -> None:
    change_status(at(ctx, chief.station_id), person_id=chief.id, event=PersonEvent.SUSPEND)
    assert sign_in(client, "chief.wang", PASSWORD, factor(ctx)).status_code == 401


def test_a_username_without_a_second_factor_does_not_sign_in(client, ctx, chief) -> None:
    ctx.session.execute(text("UPDATE people SET totp_secret = NULL"))
    assert sign_in(client, "chief.wang", PASSWORD, factor(ctx)).status_code == 401


@pytest.mark.parametrize(
    "change", [{"username": "a\u0000b"}, {"username": "x" * 65}, {"totp": "12345"}, {"password": ""}, {"role": "admin"}]
)
def test_a_bad_body_is_a_problem(client, change) -> None:
    body = {"username": "chief.wang", "password": PASSWORD, "totp": "123456", **change}
    assert client.post("/v1/sign-in/password", json=body).status_code in {400, 422}


def test_one_changes_one_s_own_password_with_the_present_one(client, ctx, chief) -> None:
    here, elsewhere = bearer(open_session(ctx, chief)), bearer(open_session(ctx, chief))
    body = {"current_password": PASSWORD, "new_password": "a new and longer password"}
    assert client.put("/v1/me/password", json=body, headers=here).status_code == 204
    assert client.get("/v1/me", headers=here).status_code == 200
    assert client.get("/v1/me", headers=elsewhere).status_code == 401
    assert sign_in(client, "chief.wang", "a new and longer password", factor(ctx)).status_code == 200


def test_a_wrong_present_password_is_counted(client, ctx, chief) -> None:
    here = bearer(open_session(ctx, chief))
    body = {"current_password": "wrong", "new_password": "a new and longer password"}
    answer = client.put("/v1/me/password", json=body, headers=here)
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_refused")
    assert ctx.session.execute(text("SELECT sum(count) FROM attempt_counters")).scalar_one() == 1


def test_nothing_of_it_is_kept_in_clear(ctx, chief) -> None:
    row = ctx.session.execute(text("SELECT * FROM people")).mappings().one()
    kept = b" ".join(bytes(value) for value in row.values() if isinstance(value, bytes | memoryview))
    for secret in (FACTOR, PASSWORD, chief.phone, chief.name):
        assert secret.encode() not in kept
        assert secret not in str(dict(row))
    assert ctx.session.get_one(Person, chief.id).totp_secret == FACTOR


def test_a_flood_is_kept_off_by_address_whatever_header_it_carries(client, monkeypatch) -> None:
    monkeypatch.setattr("api.identity.service.passwords.spend_attempts", lambda *_: None)
    monkeypatch.setattr("api.identity.service.passwords.verify_password", lambda *_: False)
    body = {"username": "chief.wang", "password": "x", "totp": "123456"}
    statuses = [
        client.post("/v1/sign-in/password", json=body, headers={"Authorization": f"Bearer {number}"}).status_code
        for number in range(61)
    ]
    # The window is the clock's minute, so it may have turned once meanwhile.
    assert set(statuses) == {401, 429}
    assert statuses.count(401) in {30, 60}
