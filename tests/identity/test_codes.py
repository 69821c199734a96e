"""Sign-in by SMS code."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from api.audit.models import AuditEntry
from api.identity.models import AttemptCounter, SignInCode
from api.identity.rules import permissions_of
from api.identity.service import change_status, drop_old_attempts
from api.identity.types import PersonEvent, Role
from api.plumbing.outbox import OutboxMessage
from tests.builders.grids import make_station
from tests.builders.identity import at, enroll, invented_phone


def ask(client, phone: str):
    return client.post("/v1/sign-in/code", json={"phone": phone})


def verify(client, phone: str, code: str, **more):
    return client.post("/v1/sign-in/code/verify", json={"phone": phone, "code": code, **more})


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def forget_the_minute(ctx) -> None:
    """As if the last minute were over: the next code may be asked for."""
    ctx.session.execute(text("DELETE FROM attempt_counters WHERE name = 'code.phone.minute'"))


def test_the_code_from_the_sms_signs_in(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    assert ask(client, person.phone).json == {"expires_in": 300}
    answer = verify(client, person.phone, codes_sent(person)[0], device_label="红米")
    assert answer.status_code == 200
    assert answer.json["person"]["id"] == str(person.id)
    assert answer.json["person"]["phone"] == f"199****{person.phone[-4:]}"
    me = client.get("/v1/me", headers={"Authorization": f"Bearer {answer.json['access_token']}"})
    assert me.json["roles"] == ["volunteer"]
    assert "offer.answer" in me.json["permissions"]


def test_the_message_is_an_urgent_sms_that_ends_with_the_code(client, ctx, station) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    message = ctx.session.scalars(select(OutboxMessage)).one()
    assert (message.channel, message.urgency, message.template) == ("sms", "otp", "sign_in_code")
    assert message.expires_at - message.created_at == timedelta(minutes=5)
    kept = ctx.session.scalars(select(SignInCode)).one()
    assert message.variables["code"].encode() not in kept.code_hash


def test_a_code_works_once(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    [code] = codes_sent(person)
    assert verify(client, person.phone, code).status_code == 200
    again = verify(client, person.phone, code)
    assert (again.status_code, again.json["code"]) == (401, "sign_in_code_refused")


def test_an_expired_code_is_refused(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    ctx.session.execute(text("UPDATE sign_in_codes SET expires_at = now() - interval '1 second'"))
    answer = verify(client, person.phone, codes_sent(person)[0])
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_code_refused")
    assert answer.mimetype == "application/problem+json"


def test_a_new_code_replaces_the_old_one(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    forget_the_minute(ctx)
    ask(client, person.phone)
    first, second = codes_sent(person)
    assert verify(client, person.phone, first).status_code == (200 if first == second else 401)
    assert verify(client, person.phone, second).status_code == 200


def test_the_sixth_try_is_refused_even_when_right(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    [code] = codes_sent(person)
    assert [verify(client, person.phone, wrong(code)).status_code for _ in range(5)] == [401] * 5
    assert verify(client, person.phone, code).status_code == 401


def test_a_new_code_does_not_begin_a_new_count_of_wrong_guesses(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    for _ in range(2):
        forget_the_minute(ctx)
        ask(client, person.phone)
        for _ in range(5):
            verify(client, person.phone, wrong(codes_sent(person)[-1]))
    forget_the_minute(ctx)
    ask(client, person.phone)
    answer = verify(client, person.phone, codes_sent(person)[-1])
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")
    assert 80_000 < int(answer.headers["Retry-After"]) <= 86_400


def test_right_codes_use_up_nothing(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    assert verify(client, person.phone, codes_sent(person)[0]).status_code == 200
    guesses = select(func.sum(AttemptCounter.count)).where(AttemptCounter.name.startswith("guess"))
    assert ctx.session.scalar(guesses) == 0


@pytest.mark.parametrize(
    ("name", "wait", "most"),
    [("code.phone.minute", 60, 1), ("code.phone.hour", 3_600, 5), ("code.phone.day", 86_400, 10)],
)
def test_a_number_gets_only_so_many_codes(client, ctx, station, name: str, wait: int, most: int) -> None:
    person = enroll(ctx, station_id=station)
    for _ in range(most):
        ctx.session.execute(text("DELETE FROM attempt_counters WHERE name <> :name"), {"name": name})
        assert ask(client, person.phone).status_code == 202
    ctx.session.execute(text("DELETE FROM attempt_counters WHERE name <> :name"), {"name": name})
    answer = ask(client, person.phone)
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_attempts")
    assert 0 < int(answer.headers["Retry-After"]) <= wait
    assert ctx.session.scalar(select(func.count()).select_from(OutboxMessage)) == most


def test_a_window_that_is_over_begins_again(client, ctx, station) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    full = "UPDATE attempt_counters SET started_at = started_at - interval '1 hour', count = 5"
    ctx.session.execute(text(full + " WHERE name IN ('code.phone.minute', 'code.phone.hour')"))
    assert ask(client, person.phone).status_code == 202
    counts = select(AttemptCounter.name, AttemptCounter.count).where(AttemptCounter.name != "code.sent")
    assert dict(ctx.session.execute(counts).all()) == {
        "code.phone.minute": 1,
        "code.phone.hour": 1,
        "code.phone.day": 2,
        "code.address.hour": 2,
        "code.station.day": 2,
        "code.segment.hour": 2,
    }


def test_a_station_s_money_has_a_cap_that_nobody_outside_sees(client, ctx, station) -> None:
    person = enroll(ctx, station_id=station)
    full = AttemptCounter(name="code.station.day", subject=station.bytes, started_at=ctx.now, count=2_000)
    ctx.session.add(full)
    ctx.session.flush()
    assert ask(client, person.phone).status_code == 202
    assert ctx.session.scalars(select(OutboxMessage)).all() == []


def test_an_unknown_and_a_known_number_look_the_same(client, ctx, station, codes_sent) -> None:
    person, stranger = enroll(ctx, station_id=station), invented_phone()
    known, unknown = ask(client, person.phone), ask(client, stranger)
    assert (known.status_code, known.json) == (unknown.status_code, unknown.json)
    assert ctx.session.scalars(select(OutboxMessage.person_id)).all() == [person.id]
    code = wrong(codes_sent(person)[0])
    for number in (ask, lambda c, p: verify(c, p, code)):
        first, second = number(client, person.phone), number(client, stranger)
        assert first.status_code == second.status_code
        assert {**first.json, "request_id": ""} == {**second.json, "request_id": ""}


def test_a_stranger_s_right_guess_is_no_sign_in(client, ctx) -> None:
    stranger = invented_phone()
    ask(client, stranger)
    ctx.session.execute(text("UPDATE sign_in_codes SET tries_left = 5"))
    answers = {verify(client, stranger, f"{guess:06d}").status_code for guess in range(10)}
    assert answers == {401}


def test_a_suspended_person_gets_no_sms_and_no_session(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    change_status(at(ctx, station), person_id=person.id, event=PersonEvent.SUSPEND)
    assert verify(client, person.phone, codes_sent(person)[0]).status_code == 401
    forget_the_minute(ctx)
    assert ask(client, person.phone).status_code == 202
    assert len(codes_sent(person)) == 1


def test_the_desk_does_not_sign_in_with_a_phone(client, ctx, station, codes_sent) -> None:
    admin = enroll(ctx, station_id=station, roles=[Role.STATION_ADMIN])
    assert ask(client, admin.phone).json == {"expires_in": 300}
    assert codes_sent(admin) == []


def test_who_also_has_a_desk_leaves_its_rights_there(client, ctx, station, codes_sent) -> None:
    both = enroll(ctx, station_id=station, roles=[Role.VOLUNTEER, Role.SUPERVISOR])
    ask(client, both.phone)
    answer = verify(client, both.phone, codes_sent(both)[0]).json
    headers = {"Authorization": f"Bearer {answer['access_token']}"}
    assert answer["person"]["permissions"] == sorted(permissions_of([Role.VOLUNTEER]))
    assert client.get("/v1/me", headers=headers).json["permissions"] == answer["person"]["permissions"]
    assert client.get("/v1/people", headers=headers).status_code == 403
    fresh = client.post("/v1/sign-in/refresh", json={"refresh_token": answer["refresh_token"]}).json
    assert fresh["person"]["permissions"] == answer["person"]["permissions"]


def test_a_landline_is_told_that_it_gets_no_sms(client) -> None:
    answer = ask(client, "023-72223333")
    assert (answer.status_code, answer.json["code"]) == (422, "phone_without_sms")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"phone": "12"}, 422, "invalid"),
        ({"phone": "+85261234567"}, 422, "phone_unusable"),
        ({"phone": "13812345678", "station_id": "x"}, 422, "invalid"),
        ({"phone": None}, 422, "invalid"),
        ({"phone": "1381234\u00005678"}, 400, "malformed"),
        ([], 422, "invalid"),
    ],
)
def test_a_bad_request_for_a_code_is_a_problem(client, body, status: int, code: str) -> None:
    answer = client.post("/v1/sign-in/code", json=body)
    assert (answer.status_code, answer.json["code"]) == (status, code)


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "１２３４５６", "12345\n", "123456\n"])
def test_a_code_that_is_none_is_not_even_tried(client, ctx, code: str) -> None:
    assert verify(client, invented_phone(), code).status_code == 422
    assert ctx.session.scalar(select(func.count()).select_from(AttemptCounter)) == 0


def test_a_number_at_two_stations_chooses_one(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    other = enroll(ctx, station_id=make_station(ctx), phone=person.phone)
    ask(client, person.phone)
    [code] = codes_sent(person)
    # Asking does not use the code up, however often.
    choice = [verify(client, person.phone, code) for _ in range(12)][-1]
    assert (choice.status_code, choice.json["code"]) == (409, "station_required")
    assert {row["id"] for row in choice.json["facts"]["stations"]} == {str(station), str(other.station_id)}
    answer = verify(client, person.phone, code, station_id=str(other.station_id))
    assert answer.json["person"]["id"] == str(other.id)


def test_a_foreign_station_is_refused_like_a_wrong_code(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    answer = verify(client, person.phone, codes_sent(person)[0], station_id=str(make_station(ctx)))
    assert (answer.status_code, answer.json["code"]) == (401, "sign_in_code_refused")


def test_the_trail_names_the_person_who_signed_in(client, ctx, station, codes_sent) -> None:
    person = enroll(ctx, station_id=station)
    ask(client, person.phone)
    verify(client, person.phone, codes_sent(person)[0])
    entries = ctx.session.execute(
        select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.station_id).where(AuditEntry.station_id == station)
    ).all()
    assert ("sign_in.code_sent", None, station) in [tuple(entry) for entry in entries]
    assert ("session.opened", person.id, station) in [tuple(entry) for entry in entries]


def test_old_counters_and_codes_are_forgotten(client, ctx, station) -> None:
    ask(client, enroll(ctx, station_id=station).phone)
    drop_old_attempts(ctx)
    assert ctx.session.scalar(select(func.count()).select_from(AttemptCounter)) == 7
    ctx.session.execute(text("UPDATE attempt_counters SET started_at = now() - interval '25 hours'"))
    ctx.session.execute(text("UPDATE sign_in_codes SET expires_at = now() - interval '1 second'"))
    drop_old_attempts(ctx)
    assert ctx.session.scalar(select(func.count()).select_from(AttemptCounter)) == 0
    assert ctx.session.scalar(select(func.count()).select_from(SignInCode)) == 0
