"""The station's people: enrolled, listed, edited, suspended; and never seen by another station."""

import pyotp
import pytest
from sqlalchemy import event, select, text

from api.audit.models import AuditEntry
from api.identity import service
from api.identity.errors import PhoneUnusable
from api.identity.models import Person
from api.identity.queries import contacts_of, people_with_role, person_by_phone
from api.identity.types import Contact, Language, NewPerson, PersonEvent, Role
from tests.builders.grids import make_station
from tests.builders.identity import PASSWORD, at, bearer, enroll, enroll_staff, invented_phone, open_session, sign_in


@pytest.fixture
def admin(client, ctx, station) -> dict[str, str]:
    return sign_in(client.application, ctx, enroll(ctx, station_id=station, roles=[Role.STATION_ADMIN]))


@pytest.fixture
def person(ctx, station):
    return enroll(ctx, station_id=station, name="李强")


def actions(ctx, subject) -> list[str]:
    return list(ctx.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == subject)))


class TestEnrolment:
    def test_enrolling_twice_changes_nothing(self, ctx, station) -> None:
        people = [NewPerson("王小明", "138 1234 5678"), NewPerson("李强", "023-72223333", (Role.MEDIATOR,))]
        first = service.enroll_people(at(ctx, station), people)
        ctx.session.execute(text("UPDATE people SET status = 'suspended', roles = '{auditor}'"))
        assert service.enroll_people(at(ctx, station), people) == first
        rows = ctx.session.execute(text("SELECT DISTINCT status, roles FROM people")).all()
        assert [tuple(row) for row in rows] == [("suspended", ["auditor"])]
        assert person_by_phone(ctx.session, station, "+8613812345678") == first["138 1234 5678"]

    def test_one_number_written_two_ways_is_one_person(self, ctx, station) -> None:
        people = [NewPerson("王小明", "13812345678"), NewPerson("王晓明", "+86 138-1234-5678")]
        found = service.enroll_people(at(ctx, station), people)
        assert len(set(found.values())) == 1
        assert contacts_of(ctx.session, found.values())[found["13812345678"]].name == "王小明"

    def test_ten_thousand_people_are_a_few_statements(self, ctx, station) -> None:
        people = [NewPerson("某人", f"+861991{number:07d}") for number in range(10_000)]
        here, asked = at(ctx, station), []
        event.listen(ctx.session.connection(), "before_cursor_execute", lambda *args: asked.append(args[2][:20]))
        assert len(service.enroll_people(here, people)) == 10_000
        assert len(asked) < 30

    def test_enrolling_nobody_is_nothing(self, ctx, station) -> None:
        assert service.enroll_people(at(ctx, station), []) == {}

    def test_a_number_that_is_none_enrols_nobody(self, ctx, station) -> None:
        with pytest.raises(PhoneUnusable):
            service.enroll_people(at(ctx, station), [NewPerson("甲", "13812345678"), NewPerson("乙", "110")])
        assert ctx.session.scalars(select(Person.id)).all() == []

    def test_two_stations_know_one_number_apart(self, ctx, station, person) -> None:
        other = enroll(ctx, station_id=make_station(ctx), phone=person.phone)
        assert other.id != person.id
        assert person_by_phone(ctx.session, station, person.phone) == person.id

    def test_contacts_are_in_clear_for_the_moment_of_sending(self, ctx, person) -> None:
        contact = Contact(person.id, "李强", person.phone, "zh-CN", "mobile")
        assert contacts_of(ctx.session, [person.id, ctx.new_id()]) == {person.id: contact}


class TestReading:
    def test_the_list_is_masked_and_paged(self, client, ctx, station, admin) -> None:
        people = [enroll(ctx, station_id=station) for _ in range(5)]
        enroll(ctx, station_id=make_station(ctx))
        seen, cursor = [], None
        for _ in range(3):
            query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = client.get("/v1/people", headers=admin, query_string=query).json
            seen += page["items"]
            cursor = page["next_cursor"]
        assert len({item["id"] for item in seen}) == 6
        assert {str(person.id) for person in people} < {item["id"] for item in seen}
        assert all("****" in item["phone"] for item in seen)
        assert client.get("/v1/people", headers=admin, query_string={"cursor": cursor}).json["items"] == []

    def test_the_list_filters(self, client, ctx, station, admin) -> None:
        mediator = enroll(ctx, station_id=station, roles=[Role.MEDIATOR, Role.VOLUNTEER])
        ids = [item["id"] for item in client.get("/v1/people?role=mediator", headers=admin).json["items"]]
        assert ids == [str(mediator.id)]
        assert client.get("/v1/people?status=left", headers=admin).json["items"] == []

    @pytest.mark.parametrize("query", ["role=emperor", "limit=0", "cursor=x", "station_id=x", "role=%00"])
    def test_a_bad_query_is_a_problem(self, client, admin, query: str) -> None:
        assert client.get(f"/v1/people?{query}", headers=admin).status_code in {400, 422}

    def test_the_full_number_is_an_audited_look(self, client, ctx, person, admin) -> None:
        answer = client.get(f"/v1/people/{person.id}/contact", headers=admin)
        assert answer.json["phone"] == person.phone
        assert actions(ctx, person.id).count("person.contact_read") == 1
        assert person.phone not in str(client.get(f"/v1/people/{person.id}", headers=admin).json)

    @pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.GRID_OFFICER, Role.MEDIATOR, Role.DISPATCHER, Role.AUDITOR])
    def test_others_do_not_see_people(self, client, ctx, station, person, role: Role) -> None:
        headers = sign_in(client.application, ctx, enroll(ctx, station_id=station, roles=[role]))
        for path in ("/v1/people", f"/v1/people/{person.id}", f"/v1/people/{person.id}/contact"):
            assert client.get(path, headers=headers).status_code == 403


class TestEditing:
    def test_create_and_read_back(self, client, ctx, admin) -> None:
        body = {"name": "张三", "phone": invented_phone(), "roles": ["volunteer", "mediator"], "language": "en"}
        made = client.post("/v1/people", json=body, headers={**admin, "Idempotency-Key": "create-1"})
        assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
        read = client.get(f"/v1/people/{made.json['id']}", headers=admin)
        assert read.json == made.json
        again = client.post("/v1/people", json=body, headers={**admin, "Idempotency-Key": "create-1"})
        assert again.json == made.json
        assert again.headers["Idempotent-Replay"] == "true"
        kept = ctx.session.execute(text("SELECT body FROM idempotency_keys")).scalar_one()
        assert "张三".encode() not in bytes(kept)

    def test_a_number_twice_is_refused(self, client, person, admin) -> None:
        body = {"name": "张三", "phone": person.phone, "roles": ["volunteer"]}
        answer = client.post("/v1/people", json=body, headers={**admin, "Idempotency-Key": "create-1"})
        assert (answer.status_code, answer.json["code"]) == (409, "phone_taken")

    def test_an_edit_needs_the_version_that_was_seen(self, client, person, admin) -> None:
        path = f"/v1/people/{person.id}"
        assert client.patch(path, json={"name": "李强二"}, headers=admin).status_code == 428
        done = client.patch(path, json={"name": "李强二"}, headers={**admin, "If-Match": '"1"'})
        assert (done.status_code, done.json["name"], done.headers["ETag"]) == (200, "李强二", '"2"')
        late = client.patch(path, json={"name": "李强三"}, headers={**admin, "If-Match": '"1"'})
        assert (late.status_code, late.json["code"]) == (412, "stale_version")

    def test_a_new_number_signs_in_and_the_old_one_does_not(self, client, ctx, station, person, admin) -> None:
        new = invented_phone()
        headers = {**admin, "If-Match": '"1"'}
        assert client.patch(f"/v1/people/{person.id}", json={"phone": new}, headers=headers).status_code == 200
        assert person_by_phone(ctx.session, station, new) == person.id
        assert person_by_phone(ctx.session, station, person.phone) is None

    def test_a_colleague_s_number_is_refused(self, client, ctx, station, person, admin) -> None:
        other = enroll(ctx, station_id=station)
        headers = {**admin, "If-Match": '"1"'}
        answer = client.patch(f"/v1/people/{person.id}", json={"phone": other.phone}, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (409, "phone_taken")

    def test_roles_are_replaced(self, client, ctx, person, admin) -> None:
        headers = {**admin, "If-Match": '"1"'}
        body = {"roles": ["mediator", "grid_officer", "mediator"]}
        answer = client.put(f"/v1/people/{person.id}/roles", json=body, headers=headers)
        assert answer.json["roles"] == ["grid_officer", "mediator"]
        assert "person.roles_set" in actions(ctx, person.id)

    def test_suspend_reactivate_leave_return(self, client, ctx, person, admin) -> None:
        path, theirs = f"/v1/people/{person.id}", bearer(open_session(ctx, person))
        assert client.post(f"{path}/suspend", headers=admin).json["status"] == "suspended"
        assert client.get("/v1/me", headers=theirs).status_code == 401
        twice = client.post(f"{path}/suspend", headers=admin)
        assert (twice.status_code, twice.json["code"]) == (409, "illegal_transition")
        steps = [client.post(f"{path}/{step}", headers=admin).json["status"] for step in ("reactivate", "leave")]
        assert steps == ["active", "left"]
        assert client.post(f"{path}/reactivate", headers=admin).json["status"] == "active"
        assert client.get("/v1/me", headers=theirs).status_code == 401

    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("PUT", "roles", {"roles": ["dispatcher"]}),
            ("POST", "suspend", None),
            ("POST", "leave", None),
            ("PUT", "credentials", {"username": "my.self", "password": PASSWORD}),
            ("POST", "second-factor", None),
        ],
    )
    def test_not_on_oneself(self, client, ctx, admin, method: str, path: str, body) -> None:
        me = client.get("/v1/me", headers=admin).json
        headers = {**admin, "If-Match": '"1"', "Idempotency-Key": "once-only"}
        answer = client.open(f"/v1/people/{me['id']}/{path}", method=method, json=body, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (403, "not_on_yourself")

    @pytest.mark.parametrize(
        "change",
        [
            {"station_id": "00000000-0000-0000-0000-000000000007"},
            {"id": "00000000-0000-0000-0000-000000000007"},
            {"status": "active"},
            {"roles": ["emperor"]},
            {"roles": []},
            {"roles": "volunteer"},
            {"name": " "},
            {"name": "a\nb"},
            {"name": "x" * 61},
            {"phone": "110"},
            {"phone": 13812345678},
            {"language": "fr"},
        ],
    )
    def test_a_bad_person_is_a_problem(self, client, ctx, admin, change) -> None:
        before = ctx.session.scalars(select(Person.id)).all()
        body = {"name": "张三", "phone": invented_phone(), "roles": ["volunteer"], **change}
        answer = client.post("/v1/people", json=body, headers={**admin, "Idempotency-Key": "create-1"})
        assert answer.status_code == 422
        assert ctx.session.scalars(select(Person.id)).all() == before


class TestCredentials:
    def test_from_nothing_to_a_signed_in_officer(self, client, ctx, person, admin) -> None:
        path = f"/v1/people/{person.id}"
        body = {"username": "Li.Qiang", "password": PASSWORD}
        assert client.put(f"{path}/credentials", json=body, headers=admin).status_code == 204
        made = client.post(f"{path}/second-factor", headers={**admin, "Idempotency-Key": "factor-1"})
        code = pyotp.parse_uri(made.json["otpauth_uri"]).at(ctx.now)
        proof = {"username": "li.qiang", "password": PASSWORD, "totp": code}
        assert client.post("/v1/sign-in/password", json=proof).json["person"]["username"] == "li.qiang"
        assert {"person.credentials_set", "person.second_factor_reset"} < set(actions(ctx, person.id))

    def test_a_second_factor_needs_a_username(self, client, person, admin) -> None:
        headers = {**admin, "Idempotency-Key": "factor-1"}
        answer = client.post(f"/v1/people/{person.id}/second-factor", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (409, "no_credentials")

    def test_new_credentials_end_the_sessions(self, client, ctx, person, admin) -> None:
        theirs = bearer(open_session(ctx, person))
        body = {"username": "li.qiang", "password": PASSWORD}
        client.put(f"/v1/people/{person.id}/credentials", json=body, headers=admin)
        assert client.get("/v1/me", headers=theirs).json["code"] == "session_ended"

    def test_a_username_is_one_person_s_everywhere(self, client, ctx, person, admin) -> None:
        enroll_staff(ctx, station_id=make_station(ctx), username="li.qiang")
        body = {"username": "LI.qiang", "password": PASSWORD}
        answer = client.put(f"/v1/people/{person.id}/credentials", json=body, headers=admin)
        assert (answer.status_code, answer.json["code"]) == (409, "username_taken")

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"username": "li.qiang", "password": "short"}, "password_weak"),
            ({"username": "li.qiang", "password": "li.qiang li.qiang"}, "password_weak"),
            ({"username": "li qiang", "password": PASSWORD}, "invalid"),
            ({"username": "li.qiang", "password": PASSWORD, "totp_secret": "A"}, "invalid"),
        ],
    )
    def test_bad_credentials_are_a_problem(self, client, person, admin, body, code: str) -> None:
        answer = client.put(f"/v1/people/{person.id}/credentials", json=body, headers=admin)
        assert (answer.status_code, answer.json["code"]) == (422, code)


ROUTES = [
    ("GET", "", None),
    ("PATCH", "", {"name": "张三"}),
    ("PUT", "/roles", {"roles": ["volunteer"]}),
    ("POST", "/suspend", None),
    ("POST", "/reactivate", None),
    ("POST", "/leave", None),
    ("GET", "/contact", None),
    ("PUT", "/credentials", {"username": "zhang.san", "password": PASSWORD}),
    ("POST", "/second-factor", None),
    ("DELETE", "/sessions", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES, ids=lambda value: str(value)[:12])
def test_another_station_s_person_is_not_found_like_a_random_one(client, ctx, admin, method, path, body) -> None:
    foreign = enroll(ctx, station_id=make_station(ctx))
    answers = []
    for person_id in (foreign.id, ctx.new_id()):
        headers = {**admin, "If-Match": '"1"', "Idempotency-Key": f"key-{person_id}"}
        answers.append(client.open(f"/v1/people/{person_id}{path}", method=method, json=body, headers=headers))
    assert {answer.status_code for answer in answers} == {404}
    assert len({str({**answer.json, "request_id": ""}) for answer in answers}) == 1
    row = ctx.session.execute(text("SELECT status, version FROM people WHERE id = :id"), {"id": foreign.id}).one()
    assert tuple(row) == ("active", 1)


@pytest.mark.parametrize("language", list(Language))
def test_a_person_s_language_is_kept(ctx, station, language: Language) -> None:
    person = NewPerson("甲", invented_phone(), language=language)
    found = service.create_person(at(ctx, station), person=person)
    assert found.language == language.value


def test_the_desk_is_found_by_role(ctx, station) -> None:
    desk = [enroll(ctx, station_id=station, roles=[role]) for role in (Role.SUPERVISOR, Role.DISPATCHER)]
    enroll(ctx, station_id=station)
    enroll(ctx, station_id=make_station(ctx), roles=[Role.DISPATCHER])
    gone = enroll(ctx, station_id=station, roles=[Role.DISPATCHER])
    service.change_status(at(ctx, station), person_id=gone.id, event=PersonEvent.LEAVE)
    found = people_with_role(ctx.session, station, (Role.SUPERVISOR, Role.DISPATCHER))
    assert sorted(found) == sorted(person.id for person in desk)
