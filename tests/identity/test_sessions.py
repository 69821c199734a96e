"""Staying signed in, and ending it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from api.audit.models import AuditEntry
from api.identity import service
from api.identity.models import SignInSession
from api.identity.queries import live_registrations
from api.identity.types import Role
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session, register_phone, sign_in


def refresh(client, token: str, key: str | None = None):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/v1/sign-in/refresh", json={"refresh_token": token}, headers=headers)


@pytest.fixture
def person(ctx, station):
    return enroll(ctx, station_id=station)


def test_a_refresh_gives_the_next_pair(client, ctx, person) -> None:
    first = open_session(ctx, person)
    second = refresh(client, first.refresh_token)
    assert second.status_code == 200
    assert second.json["refresh_token"] != first.refresh_token
    assert client.get("/v1/me", headers={"Authorization": f"Bearer {second.json['access_token']}"}).status_code == 200
    assert refresh(client, second.json["refresh_token"]).status_code == 200


def test_a_spent_refresh_token_ends_the_family(client, ctx, person) -> None:
    first = open_session(ctx, person)
    second = refresh(client, first.refresh_token).json
    reused = refresh(client, first.refresh_token)
    assert (reused.status_code, reused.json["code"]) == (401, "refresh_token_refused")
    assert refresh(client, second["refresh_token"]).status_code == 401
    answer = client.get("/v1/me", headers={"Authorization": f"Bearer {second['access_token']}"})
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
    entry = ctx.session.scalars(select(AuditEntry).where(AuditEntry.action == "session.ended")).one()
    assert (entry.details, entry.actor_id) == ({"reason": "refresh_token_reused"}, person.id)


def test_a_token_three_rotations_old_ends_the_family_too(client, ctx, person) -> None:
    token = first = open_session(ctx, person).refresh_token
    for _ in range(3):
        token = refresh(client, token).json["refresh_token"]
    assert refresh(client, first).status_code == 401
    assert refresh(client, token).status_code == 401


def test_a_phone_that_lost_the_answer_gets_it_again(client, ctx, person) -> None:
    first = open_session(ctx, person).refresh_token
    lost = refresh(client, first, key="attempt-1")
    again = refresh(client, first, key="attempt-1")
    # The very same token: whichever of the two answers arrives, it is the one that works.
    assert again.json["refresh_token"] == lost.json["refresh_token"]
    assert refresh(client, again.json["refresh_token"], key="attempt-2").status_code == 200


def test_the_grace_is_over_once_the_next_token_was_used(client, ctx, person) -> None:
    first = open_session(ctx, person).refresh_token
    second = refresh(client, first, key="attempt-1").json["refresh_token"]
    third = refresh(client, second, key="attempt-2").json["refresh_token"]
    assert refresh(client, first, key="attempt-1").status_code == 401
    assert refresh(client, third).status_code == 401


@pytest.mark.parametrize(("key", "age"), [("attempt-2", 0), (None, 0), ("attempt-1", 61)])
def test_any_other_repetition_ends_the_family(client, ctx, person, key: str | None, age: int) -> None:
    first = open_session(ctx, person).refresh_token
    second = refresh(client, first, key="attempt-1").json["refresh_token"]
    aged = text("UPDATE sessions SET rotated_at = rotated_at - make_interval(secs => :age)")
    ctx.session.execute(aged, {"age": age})
    assert refresh(client, first, key=key).status_code == 401
    assert refresh(client, second).status_code == 401


def test_an_invented_token_ends_nobody_s_session(client, ctx, person) -> None:
    token = open_session(ctx, person).refresh_token
    for invented in (token[:40] + "AAAA" + token[44:], "gr1_" + "A" * 86, "rubbish"):
        assert refresh(client, invented).status_code == 401
    assert refresh(client, token).status_code == 200


def test_a_refreshed_session_lives_ninety_days_in_all(client, ctx, person) -> None:
    token = open_session(ctx, person).refresh_token
    ctx.session.execute(text("UPDATE sessions SET created_at = created_at - interval '80 days'"))
    refresh(client, token)
    row = ctx.session.scalars(select(SignInSession)).one()
    assert row.expires_at == row.created_at + timedelta(days=90)


def test_a_refreshed_session_lives_thirty_idle_days(client, ctx, person) -> None:
    token = open_session(ctx, person).refresh_token
    ctx.session.execute(text("UPDATE sessions SET expires_at = now() + interval '1 day'"))
    refresh(client, token)
    row = ctx.session.scalars(select(SignInSession)).one()
    assert row.expires_at == row.last_used_at + timedelta(days=30)


def test_an_expired_session_is_not_refreshed(client, ctx, person) -> None:
    token = open_session(ctx, person).refresh_token
    ctx.session.execute(text("UPDATE sessions SET expires_at = now() - interval '1 second'"))
    assert refresh(client, token).status_code == 401


def test_a_session_is_one_row_however_often_it_is_refreshed(client, ctx, person) -> None:
    token = open_session(ctx, person).refresh_token
    for _ in range(5):
        token = refresh(client, token).json["refresh_token"]
    assert len(ctx.session.scalars(select(SignInSession.id)).all()) == 1


def test_signing_out_works_at_once_and_silences_the_phone(client, ctx, person) -> None:
    headers = sign_in(client.application, ctx, person)
    device = {"install_id": "install-1", "provider": "fcm", "token": "token-of-a-phone", "platform": "ios"}
    assert client.post("/v1/devices", json=device, headers=headers).status_code == 200
    assert len(live_registrations(ctx.session, [person.id])) == 1
    assert client.post("/v1/sign-out", headers=headers).status_code == 204
    assert live_registrations(ctx.session, [person.id]) == []
    assert client.get("/v1/me", headers=headers).json["code"] == "session_ended"


def test_one_sees_one_s_sessions_and_which_is_this_one(client, ctx, person) -> None:
    open_session(ctx, person)
    open_session(ctx, enroll(ctx, station_id=person.station_id))
    items = client.get("/v1/sessions", headers=bearer(open_session(ctx, person))).json["items"]
    assert sorted(item["current"] for item in items) == [False, True]
    assert not any("token" in key or "hash" in key for item in items for key in item)


def test_one_ends_one_of_one_s_sessions(client, ctx, person) -> None:
    lost, here = bearer(open_session(ctx, person)), bearer(open_session(ctx, person))
    items = client.get("/v1/sessions", headers=here).json["items"]
    other = next(item["id"] for item in items if not item["current"])
    assert client.delete(f"/v1/sessions/{other}", headers=here).status_code == 204
    assert client.get("/v1/me", headers=lost).status_code == 401
    assert client.delete(f"/v1/sessions/{other}", headers=here).status_code == 404


def test_one_ends_all_other_sessions(client, ctx, person) -> None:
    phone = register_phone(ctx, person)
    here = bearer(open_session(ctx, person))
    assert client.delete("/v1/sessions", headers=here).status_code == 204
    assert len(client.get("/v1/sessions", headers=here).json["items"]) == 1
    assert phone not in [found.device_id for found in live_registrations(ctx.session, [person.id])]


def test_nobody_ends_somebody_else_s_session(client, ctx, person) -> None:
    victim = enroll(ctx, station_id=make_station(ctx))
    theirs = bearer(open_session(ctx, victim))
    session_id = client.get("/v1/sessions", headers=theirs).json["items"][0]["id"]
    mine = bearer(open_session(ctx, person))
    foreign = client.delete(f"/v1/sessions/{session_id}", headers=mine)
    random = client.delete("/v1/sessions/00000000-0000-0000-0000-000000000007", headers=mine)
    assert foreign.status_code == random.status_code == 404
    assert {**foreign.json, "request_id": ""} == {**random.json, "request_id": ""}
    assert client.get("/v1/me", headers=theirs).status_code == 200


def test_an_administrator_ends_a_person_s_sessions(client, ctx, person) -> None:
    theirs = bearer(open_session(ctx, person))
    admin = sign_in(client.application, ctx, enroll(ctx, station_id=person.station_id, roles=[Role.STATION_ADMIN]))
    assert client.delete(f"/v1/people/{person.id}/sessions", headers=admin).status_code == 204
    assert client.get("/v1/me", headers=theirs).status_code == 401


def test_the_job_marks_what_is_over_and_silences_its_phones(ctx, person) -> None:
    register_phone(ctx, person)
    open_session(ctx, person)
    ctx.session.execute(
        text(
            "UPDATE sessions SET expires_at = now() - interval '1 second' WHERE id IN (SELECT session_id FROM devices)"
        )
    )
    assert service.expire_sessions(ctx) == 1
    assert service.expire_sessions(ctx) == 0
    states = ctx.session.execute(text("SELECT state, count(*) FROM sessions GROUP BY 1 ORDER BY 1")).all()
    assert [tuple(row) for row in states] == [("active", 1), ("expired", 1)]
    assert ctx.session.execute(text("SELECT retire_reason FROM devices")).scalar_one() == "session_ended"
