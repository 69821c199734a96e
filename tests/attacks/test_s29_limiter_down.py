"""S29: the limiter's store is away: what must hold exactly holds, and nobody is kept from calling for help."""

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from api.app import create_app
from api.identity.rules.limits import GUESSES_PER_PHONE, PASSWORDS_PER_ACCOUNT_AND_ADDRESS
from api.identity.types import Role
from api.plumbing.db import db
from config import Settings
from tests.attacks.crowd import Crowd, ask, some_address, verify
from tests.attacks.ledger import count
from tests.builders.identity import PASSWORD, bearer, enroll, enroll_staff, open_session

NOWHERE = "redis://127.0.0.1:1"
PLACE = {"lat": 29.7031, "lon": 107.3897, "datum": "wgs84"}
REPORT = {
    "kind": "other", "category": "urgent_help", "colour": "red", "source": "call", "place": PLACE,
    "description": "老人跌倒", "duplicate_checked": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def alone(clone_database: Callable[[], str], make_settings: Callable[..., Settings]) -> Iterator[Crowd]:
    """An app whose Redis has never answered."""
    app = create_app(make_settings(clone_database(), redis_url=NOWHERE, pool_size=20))
    app.testing = True
    yield Crowd(app)
    with app.app_context():
        db.engine.dispose()


def test_guesses_at_a_code_are_counted_all_the_same(alone: Crowd) -> None:
    [person] = alone.people(1)
    ask(alone.caller(), person.phone)
    statuses = Counter(alone.at_once(60, lambda client, n: verify(client, person.phone, f"{n:06d}").status_code))
    count("S29", "parallel guesses at one code, without Redis", 60, statuses=dict(statuses))
    assert statuses[429] == 60 - GUESSES_PER_PHONE.most


def test_passwords_are_counted_all_the_same(alone: Crowd) -> None:
    station_id, address = alone.station(), some_address()
    with alone.inside() as ctx:
        enroll_staff(ctx, station_id=station_id, username="s29.chief", roles=(Role.SUPERVISOR,))
    body = {"username": "s29.chief", "password": f"{PASSWORD}x", "totp": "123456"}
    tries = PASSWORDS_PER_ACCOUNT_AND_ADDRESS.most + 2
    statuses = [alone.caller(address).post("/v1/sign-in/password", json=body).status_code for _ in range(tries)]
    count("S29", "wrong passwords from one address, without Redis", tries, statuses=dict(Counter(statuses)))
    assert statuses == [401] * PASSWORDS_PER_ACCOUNT_AND_ADDRESS.most + [429] * 2


def test_a_flood_is_still_kept_off(alone: Crowd) -> None:
    """Each process counts for itself: made-up tokens end at the narrow limit of the address."""
    address = some_address()
    body = {"username": "nobody", "password": PASSWORD, "totp": "1"}  # refused before anything is hashed
    statuses = Counter(
        alone.caller(address)
        .post("/v1/sign-in/password", json=body, headers={"Authorization": f"Bearer {n}"})
        .status_code
        for n in range(70)
    )
    count("S29", "requests of one address at a narrow route, without Redis", 70, statuses=dict(statuses))
    # Thirty a minute; the window may turn once meanwhile.
    assert 70 - statuses[429] in {30, 60}


def test_calls_for_help_go_through(alone: Crowd) -> None:
    station_id = alone.station()
    with alone.inside() as ctx:
        desk = bearer(open_session(ctx, enroll(ctx, station_id=station_id, roles=list(Role))))

    def file_and_send(client, number: int) -> list[int]:
        key = {"Idempotency-Key": f"s29-{number}"}
        made = client.post("/v1/incidents", json=REPORT, headers={**desk, **key})
        sent = client.post(
            f"/v1/incidents/{made.json['id']}/dispatches",
            json={"needs": [{"wanted": 1}]},
            headers={**desk, "Idempotency-Key": f"s29-d-{number}"},
        )
        return [made.status_code, sent.status_code]

    statuses = [status for pair in alone.at_once(15, file_and_send) for status in pair]
    count("S29", "incidents filed and dispatched, without Redis", len(statuses), statuses.count(201))
    assert set(statuses) == {201}
