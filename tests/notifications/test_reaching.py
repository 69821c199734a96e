"""Whom nothing reaches and why; the report of numbers and tokens that failed."""

import io
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, text

from api.identity.queries import phone_index
from api.identity.service import edit_person
from api.identity.types import PersonEdit, Role
from api.notifications.queries import not_reached
from api.notifications.queries.reaching import failed_addresses
from api.notifications.rules.reaching import why_unreached
from api.notifications.service import note_reading, queue_notices, withdraw
from api.notifications.service.failures import note_failed_number
from api.notifications.service.opt_outs import REPLY, opt_out
from api.notifications.types import LadderStep, MessageState, Notice
from api.notifications.types.reaching import Trace, Unreached
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.identity import at, enroll, register_phone, sign_in
from tests.builders.incidents import Scene, dispatch, make_scene, offers, report
from tests.builders.notifications import Reachable, make_notice, make_reachable

U, S = Unreached, MessageState
LADDER = (LadderStep("push"), LadderStep("sms", 30))
LANDLINE = "+862372223333"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("traces", "reason"),
    [
        ([], U.NO_CHANNEL),
        ([("push", S.QUEUED, None)], U.NOT_TRIED),
        ([("push", S.LEASED, None)], U.NOT_TRIED),
        ([("push", S.QUEUED, "503")], U.PROVIDER_FAILING),
        ([("push", S.SENT, None)], U.UNCONFIRMED),
        ([("push", S.DELIVERED, None), ("sms", S.DEAD, "21614")], U.UNREAD),
        ([("push", S.DEAD, "unregistered")], U.TOKEN_DEAD),
        ([("push", S.DEAD, "unregistered"), ("sms", S.DEAD, "21614")], U.NUMBER_INVALID),
        ([("push", S.DEAD, "unregistered"), ("sms", S.DEAD, "21610")], U.OPTED_OUT),
        ([("push", S.FALLBACK, "provider_resting"), ("sms", S.DEAD, "provider_resting")], U.PROVIDER_FAILING),
        ([("sms", S.DEAD, "21614"), ("voice", S.DEAD, None)], U.NO_ANSWER),
        ([("webpush", S.DEAD, "unregistered"), ("sms", S.DEAD, "quota_identical")], U.OVER_QUOTA),
        ([("push", S.CANCELLED, None)], U.NO_CHANNEL),
    ],
)
def test_the_reason_is_that_of_the_message_that_got_furthest(traces: list[tuple], reason: Unreached) -> None:
    found = [Trace(channel, state, code, state == S.DELIVERED) for channel, state, code in traces]
    assert why_unreached(found) is reason


def start(ctx: Ctx, somebody: Reachable, subject: UUID, **changes: Any) -> Notice:
    notice = make_notice(ctx, somebody, subject_id=subject, ladder=LADDER, **changes)
    queue_notices(ctx, [notice])
    return notice


def set_state(ctx: Ctx, person_id: UUID, state: str, code: str | None = None, rank: int = 0) -> None:
    statement = text("UPDATE outbox SET state = :state, error_code = :code, rank = :rank WHERE person_id = :person")
    ctx.session.execute(statement, {"state": state, "code": code, "rank": rank, "person": person_id})


def test_everybody_not_reached_is_listed_with_the_reason_and_nobody_else(ctx: Ctx) -> None:
    station_id, subject = make_station(ctx), ctx.new_id()
    expected: dict[UUID, Unreached] = {}
    for state, rank, code, reason in (
        ("queued", 0, None, U.NOT_TRIED), ("queued", 0, "503", U.PROVIDER_FAILING), ("sent", 1, None, U.UNCONFIRMED),
        ("delivered", 3, None, U.UNREAD), ("dead", 2, "unregistered", U.TOKEN_DEAD),
        ("dead", 2, "30005", U.NUMBER_INVALID),
    ):  # fmt: skip
        somebody = make_reachable(ctx, station_id)
        start(ctx, somebody, subject)
        set_state(ctx, somebody.id, state, code, rank)
        expected[somebody.id] = reason
    stopped = make_reachable(ctx, station_id, phones=0)
    opt_out(ctx, phone_index(stopped.person.phone), source=REPLY)
    nothing = make_reachable(ctx, station_id, phones=0, number=LANDLINE)
    for somebody, reason in ((stopped, U.OPTED_OUT), (nothing, U.NO_CHANNEL)):
        start(ctx, somebody, subject)
        expected[somebody.id] = reason
    reader, withdrawn = make_reachable(ctx, station_id), make_reachable(ctx, station_id)
    for somebody in (reader, withdrawn):
        start(ctx, somebody, subject)
    note_reading(ctx, subject, reader.id, "app")
    withdraw(ctx, subject, person_ids=[withdrawn.id])
    statements: list[str] = []
    event.listen(ctx.session.get_bind(), "before_cursor_execute", lambda *given: statements.append(given[2]))
    found = not_reached(ctx.session, [subject])
    assert {one.person_id: one.reason for one in found} == expected
    assert len(statements) <= 8, "as many for one as for a hundred"
    assert not_reached(ctx.session, []) == []


def test_a_plain_message_that_nobody_read_counts_too(ctx: Ctx) -> None:
    somebody, subject = make_reachable(ctx), ctx.new_id()
    queue_notices(ctx, [make_notice(ctx, somebody, subject_id=subject)])
    assert [one.reason for one in not_reached(ctx.session, [subject])] == [U.NOT_TRIED]
    ctx.session.execute(text("UPDATE outbox SET state = 'read', rank = 4, read_at = now()"))
    assert not_reached(ctx.session, [subject]) == []


@pytest.fixture
def scene(ctx: Ctx) -> Scene:
    return make_scene(ctx, volunteers=3)


def test_the_dispatcher_sees_who_was_reached_and_who_not(client: FlaskClient, app, scene: Scene) -> None:
    incident_id = report(scene)
    rows = offers(scene, dispatch(scene, incident_id))
    first = scene.of(rows[0]["person_id"])
    note_reading(scene.ctx, rows[0]["id"], first.person.id, "link")
    dispatcher = scene.desk[Role.DISPATCHER]
    answer = client.get(f"/v1/incidents/{incident_id}/reach", headers=sign_in(app, scene.ctx, dispatcher.person))
    assert answer.status_code == 200
    found = answer.json
    assert {one["person_id"] for one in found["not_reached"]} == {str(row["person_id"]) for row in rows[1:]}
    assert {one["reason"] for one in found["not_reached"]} <= {"not_tried"}
    [receipt] = [one for one in found["receipts"] if one["person_id"] == str(first.person.id)]
    assert (receipt["proof"], receipt["channel"]) == ("link", "sms")
    assert receipt["read_at"]


def admin_of(ctx: Ctx, app, station_id: UUID) -> dict[str, str]:
    return sign_in(app, ctx, enroll(ctx, station_id=station_id, roles=(Role.STATION_ADMIN,)))


def failed(ctx: Ctx, somebody: Reachable, code: str = "30005", times: int = 1) -> None:
    [message_id] = queue_notices(ctx, [make_notice(ctx, somebody)])
    for _ in range(times):
        note_failed_number(ctx, message_id, code)


def test_the_report_counts_masks_and_says_what_is_fixed(client: FlaskClient, app, ctx: Ctx) -> None:
    station_id = make_station(ctx)
    somebody, other = (make_reachable(ctx, station_id, phones=0) for _ in range(2))
    failed(ctx, somebody, times=3)
    failed(ctx, other, "21614")
    foreign = make_reachable(ctx, phones=0)
    failed(ctx, foreign)
    edit_person(at(ctx, station_id), person_id=other.id, version=1, edit=PersonEdit(phone="+8613700000001"))
    headers = admin_of(ctx, app, station_id)
    rows = client.get("/v1/contact-failures", headers=headers).json["items"]
    told = {row["person_id"]: (row["count"], row["code"], row["fixed"]) for row in rows}
    assert told == {str(somebody.id): (3, "30005", False), str(other.id): (1, "21614", True)}
    assert all("****" in row["phone"] for row in rows)
    page = client.get("/v1/contact-failures?limit=1", headers=headers).json
    rest = client.get(f"/v1/contact-failures?limit=1&cursor={page['next_cursor']}", headers=headers).json
    assert {page["items"][0]["person_id"], rest["items"][0]["person_id"]} == set(told)


def test_the_report_comes_as_a_sheet(client: FlaskClient, app, ctx: Ctx) -> None:
    station_id = make_station(ctx)
    somebody = make_reachable(ctx, station_id, phones=0)
    failed(ctx, somebody)
    headers = admin_of(ctx, app, station_id)
    answer = client.get("/v1/contact-failures/export?format=xlsx", headers=headers)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[1][2:5] == ["短信", "30005", "1"]
    assert somebody.person.phone not in answer.get_data(as_text=False).decode("latin-1")
    plain = client.get("/v1/contact-failures/export?format=csv", headers=headers).data.decode("utf-8-sig")
    assert "30005" in plain
    assert somebody.person.phone not in plain
    entry = ctx.session.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'contact_failures.exported'"))
    assert entry == 2


@pytest.mark.parametrize("code", ["30001", "30007", "30008", ""])
def test_a_failure_that_is_not_the_number_s_fault_is_not_reported(ctx: Ctx, code: str) -> None:
    somebody = make_reachable(ctx, phones=0)
    failed(ctx, somebody, code)
    assert failed_addresses(ctx.session, somebody.person.station_id, before=None, limit=10) == []


def test_a_dead_token_is_fixed_by_a_phone_that_can_be_rung(ctx: Ctx) -> None:
    somebody = make_reachable(ctx, phones=0)
    facts = {"id": ctx.new_id(), "station": somebody.person.station_id, "person": somebody.id, "index": b"1" * 16}
    ctx.session.execute(
        text("""INSERT INTO failed_addresses VALUES (:id, :station, :person, 'push', :index, 'unregistered', 1, now(),
                now())"""),
        facts,
    )
    read = lambda: failed_addresses(ctx.session, facts["station"], before=None, limit=10)[0].fixed  # noqa: E731
    assert not read()
    register_phone(ctx, somebody.person)
    assert read()
