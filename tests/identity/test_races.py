"""What many callers at once must not be able to do, on real commits."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import text

from api.identity.service import codes
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from api.plumbing.outbox import OutboxMessage
from tests.builders.grids import make_station
from tests.builders.identity import Enrolled, bearer, enroll, open_session
from tests.identity.conftest import address


@pytest.fixture
def person(committed_app: Flask) -> Enrolled:
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        return enroll(ctx, station_id=make_station(ctx))


@contextmanager
def reading(app: Flask) -> Iterator[Ctx]:
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        yield ctx


def at_once(app: Flask, count: int, request: Callable[[object, int], object]) -> list:
    """Every answer of `count` requests, sixteen in flight, each from an address of its own."""

    def one(number: int):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address()
        return request(client, number)

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(one, range(count)))


def code_of(app: Flask, person: Enrolled) -> str:
    with reading(app) as ctx:
        return ctx.session.query(OutboxMessage).filter_by(person_id=person.id).one().variables["code"]


def ask(client, person: Enrolled):
    return client.post("/v1/sign-in/code", json={"phone": person.phone})


def verify(client, person: Enrolled, code: str):
    return client.post("/v1/sign-in/code/verify", json={"phone": person.phone, "code": code})


def test_of_two_hundred_parallel_guesses_five_are_looked_at(committed_app, person, monkeypatch) -> None:
    at_once(committed_app, 1, lambda client, _: ask(client, person))
    code, looked = code_of(committed_app, person), []
    original = codes._code_hash
    monkeypatch.setattr(codes, "_code_hash", lambda *args: looked.append(args) or original(*args))
    # Without the count per number and day, so that the count per code stands alone.
    monkeypatch.setattr(codes, "spend_attempts", lambda *_: None)
    wrong = [f"{(int(code) + 1 + number) % 1_000_000:06d}" for number in range(200)]
    answers = at_once(committed_app, 200, lambda client, number: verify(client, person, wrong[number]))
    assert Counter(answer.status_code for answer in answers) == {401: 200}
    assert len(looked) == 5
    assert at_once(committed_app, 1, lambda client, _: verify(client, person, code))[0].status_code == 401


def test_of_two_hundred_parallel_guesses_ten_are_counted_a_day(committed_app, person) -> None:
    answers = at_once(committed_app, 200, lambda client, number: verify(client, person, f"{number:06d}"))
    assert Counter(answer.status_code for answer in answers) == {401: 10, 429: 190}


def test_one_right_code_opens_one_session(committed_app, person) -> None:
    at_once(committed_app, 1, lambda client, _: ask(client, person))
    code = code_of(committed_app, person)
    answers = at_once(committed_app, 16, lambda client, _: verify(client, person, code))
    assert Counter(answer.status_code for answer in answers)[200] == 1
    with reading(committed_app) as ctx:
        assert ctx.session.execute(text("SELECT count(*) FROM sessions")).scalar_one() == 1


def test_a_hundred_parallel_wishes_for_a_code_send_one(committed_app, person) -> None:
    answers = at_once(committed_app, 100, lambda client, _: ask(client, person))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 429: 99}
    with reading(committed_app) as ctx:
        assert ctx.session.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 1


def test_a_thief_and_the_owner_refreshing_at_once_end_the_family(committed_app, person) -> None:
    with reading(committed_app) as ctx:
        token = open_session(ctx, person).refresh_token

    def refresh(client, number: int):
        headers = {"Idempotency-Key": f"client-{number}"}
        return client.post("/v1/sign-in/refresh", json={"refresh_token": token}, headers=headers)

    answers = at_once(committed_app, 8, refresh)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 7}
    with reading(committed_app) as ctx:
        state = ctx.session.execute(text("SELECT state, end_reason FROM sessions")).one()
    assert tuple(state) == ("revoked", "refresh_token_reused")


def test_one_phone_repeating_one_refresh_at_once_keeps_its_session(committed_app, person) -> None:
    with reading(committed_app) as ctx:
        token = open_session(ctx, person).refresh_token

    def refresh(client, number: int):
        headers = {"Idempotency-Key": "one-attempt"}
        return client.post("/v1/sign-in/refresh", json={"refresh_token": token}, headers=headers)

    answers = at_once(committed_app, 8, refresh)
    assert Counter(answer.status_code for answer in answers) == {200: 8}
    assert len({answer.json["refresh_token"] for answer in answers}) == 1


def test_many_accounts_claiming_one_token_leave_one_ringing(committed_app, person) -> None:
    with reading(committed_app) as ctx:
        people = [enroll(ctx, station_id=person.station_id) for _ in range(8)]
        headers = [bearer(open_session(ctx, somebody)) for somebody in people]

    def register(client, number: int):
        device = {"install_id": f"install-{number % 3}", "provider": "fcm", "token": "one-token", "platform": "ios"}
        return client.post("/v1/devices", json=device, headers=headers[number % 8])

    answers = at_once(committed_app, 48, register)
    assert Counter(answer.status_code for answer in answers) == {200: 48}
    with reading(committed_app) as ctx:
        assert ctx.session.execute(text("SELECT count(*) FROM devices WHERE state = 'active'")).scalar_one() == 1


def test_a_refusal_s_count_is_committed(committed_app, person) -> None:
    at_once(committed_app, 1, lambda client, _: verify(client, person, "123456"))
    with reading(committed_app) as ctx:
        counted = "SELECT count FROM attempt_counters WHERE name = 'guess.phone.day'"
        assert ctx.session.execute(text(counted)).scalar_one() == 1


def test_the_random_source_is_the_system_s() -> None:
    with_default = Ctx.__dataclass_fields__["entropy"].default
    assert with_default is os.urandom
