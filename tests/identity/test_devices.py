"""Push registrations: whose phone rings."""

import pytest
from sqlalchemy import select, text

from api.identity import service
from api.identity.models import Device
from api.identity.queries import contacts_of, live_registrations
from api.identity.types import PersonEvent
from tests.builders.identity import at, bearer, enroll, open_session, register_phone

PHONE = {"install_id": "install-1", "provider": "fcm", "token": "token-of-a-phone", "platform": "android"}


@pytest.fixture
def person(ctx, station):
    return enroll(ctx, station_id=station)


def register(client, headers, **changes):
    return client.post("/v1/devices", json={**PHONE, **changes}, headers=headers)


def ringing(ctx, *people) -> list[str]:
    return [found.token for found in live_registrations(ctx.session, [person.id for person in people])]


def test_a_registered_phone_rings(client, ctx, person) -> None:
    answer = register(client, bearer(open_session(ctx, person)))
    assert answer.status_code == 200
    assert "token" not in answer.json
    [found] = live_registrations(ctx.session, [person.id])
    assert (str(found.device_id), found.person_id, found.token) == (answer.json["id"], person.id, PHONE["token"])
    assert b"token-of-a-phone" not in bytes(ctx.session.execute(text("SELECT token FROM devices")).scalar_one())


def test_registering_again_only_refreshes(client, ctx, person) -> None:
    headers = bearer(open_session(ctx, person))
    first, second = register(client, headers).json, register(client, headers).json
    assert first["id"] == second["id"]
    assert first["registered_at"] == second["registered_at"]
    assert first["last_seen_at"] < second["last_seen_at"]


def test_a_new_session_on_the_same_phone_takes_the_registration_along(client, ctx, person) -> None:
    old, new = bearer(open_session(ctx, person)), bearer(open_session(ctx, person))
    register(client, old)
    register(client, new)
    client.post("/v1/sign-out", headers=old)
    assert ringing(ctx, person) == [PHONE["token"]]


def test_a_new_token_of_the_same_installation_replaces_the_old_one(client, ctx, person) -> None:
    headers = bearer(open_session(ctx, person))
    register(client, headers)
    register(client, headers, token="token-after-reinstall")
    assert ringing(ctx, person) == ["token-after-reinstall"]


def test_one_person_may_have_several_phones(client, ctx, person) -> None:
    headers = bearer(open_session(ctx, person))
    register(client, headers)
    register(client, headers, install_id="install-2", token="token-of-a-tablet")
    assert sorted(ringing(ctx, person)) == ["token-of-a-phone", "token-of-a-tablet"]
    assert len(client.get("/v1/devices", headers=headers).json["items"]) == 2


def test_a_phone_handed_on_rings_for_its_new_owner_only(client, ctx, person) -> None:
    heir = enroll(ctx, station_id=person.station_id)
    register(client, bearer(open_session(ctx, person)))
    register(client, bearer(open_session(ctx, heir)), install_id="install-9")
    assert ringing(ctx, person) == []
    assert ringing(ctx, heir) == [PHONE["token"]]


def test_a_second_account_on_one_phone_silences_the_first(client, ctx, person) -> None:
    other = enroll(ctx, station_id=person.station_id)
    register(client, bearer(open_session(ctx, person)))
    register(client, bearer(open_session(ctx, other)), token="token-renewed-meanwhile")
    assert ringing(ctx, person) == []


def test_a_retired_registration_is_never_rung_again(client, ctx, person) -> None:
    device_id = register_phone(ctx, person)
    service.retire_registration(ctx, device_id, "unregistered")
    service.retire_registration(ctx, device_id, "unregistered")
    assert ringing(ctx, person) == []
    assert (
        ctx.session.execute(text("SELECT count(*) FROM audit_entries WHERE action = 'device.retired'")).scalar_one()
        == 1
    )


def test_a_retired_token_may_be_registered_anew(client, ctx, person) -> None:
    headers = bearer(open_session(ctx, person))
    device_id = register(client, headers).json["id"]
    assert client.delete(f"/v1/devices/{device_id}", headers=headers).status_code == 204
    assert client.delete(f"/v1/devices/{device_id}", headers=headers).status_code == 404
    assert register(client, headers).json["id"] != device_id
    assert ringing(ctx, person) == [PHONE["token"]]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE devices SET last_seen_at = now() - interval '271 days'",
        "UPDATE sessions SET expires_at = now() - interval '1 second'",
        "UPDATE sessions SET state = 'revoked', ended_at = now()",
        "UPDATE people SET status = 'suspended'",
    ],
)
def test_what_is_not_live_is_not_rung(ctx, person, change: str) -> None:
    register_phone(ctx, person)
    assert len(ringing(ctx, person)) == 1
    ctx.session.execute(text(change))
    assert ringing(ctx, person) == []


def test_a_suspended_person_s_phone_stays_silent_after_reactivation(ctx, person) -> None:
    register_phone(ctx, person)
    for happening in (PersonEvent.SUSPEND, PersonEvent.REACTIVATE):
        service.change_status(at(ctx, person.station_id), person_id=person.id, event=happening)
    assert ringing(ctx, person) == []


def test_nobody_removes_somebody_else_s_phone(client, ctx, person) -> None:
    device_id = register_phone(ctx, person)
    stranger = bearer(open_session(ctx, enroll(ctx, station_id=person.station_id)))
    assert client.delete(f"/v1/devices/{device_id}", headers=stranger).status_code == 404
    assert len(ringing(ctx, person)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"install_id": "short"},
        {"install_id": "in stall 1"},
        {"provider": "pigeon"},
        {"platform": "toaster"},
        {"token": ""},
        {"token": "with space in it"},
        {"token": "x" * 4097},
        {"person_id": "00000000-0000-0000-0000-000000000007"},
        {"session_id": "00000000-0000-0000-0000-000000000007"},
    ],
)
def test_a_bad_registration_is_a_problem(client, ctx, person, change) -> None:
    answer = register(client, bearer(open_session(ctx, person)), **change)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert ctx.session.scalars(select(Device)).all() == []


def test_reading_many_is_one_parameter(ctx, person) -> None:
    ids = [person.id, *(ctx.new_id() for _ in range(70_000))]
    assert live_registrations(ctx.session, ids) == []
    assert list(contacts_of(ctx.session, ids)) == [person.id]


def test_one_connection_takes_any_number_of_registrations(client, ctx, person) -> None:
    # The driver prepares a statement that comes back, and PostgreSQL plans it anew after some runs.
    headers = bearer(open_session(ctx, person))
    answers = [
        register(client, headers, token=f"token-of-many-{n:03}", install_id=f"install-{n:03}") for n in range(14)
    ]
    assert {answer.status_code for answer in answers} <= {200, 201}
