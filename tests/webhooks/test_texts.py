"""Texts that come in: the right incident, or a clear answer; STOP wherever it comes from."""

import itertools
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from api.identity.queries import phone_index
from api.identity.types import Role
from api.incidents.service.answers import accept_offer
from api.notifications.rules.payloads import sms_envelope
from api.notifications.rules.templates import LINK, REPLY
from api.notifications.service import queue_notices
from api.notifications.service.opt_outs import opted_out
from api.notifications.types import Channel, LadderStep, Notice
from api.plumbing.context import Ctx
from api.plumbing.outbox import OutboxMessage
from tests.builders.duty import put_on_duty
from tests.builders.grids import make_member
from tests.builders.identity import enroll
from tests.builders.incidents import PLACE, Scene, Somebody, dispatch, make_scene, offers, report
from tests.builders.notifications import make_reachable
from tests.notifications.letters import letter
from tests.webhooks.conftest import signed

_sids = itertools.count(1)


@pytest.fixture
def scene(ctx: Ctx) -> Scene:
    return make_scene(ctx, volunteers=0)


@pytest.fixture
def somebody(scene: Scene, abroad) -> Somebody:
    """A volunteer near the place, with no app, whose number can text back."""
    return add_without_app(scene, abroad())


def add_without_app(scene: Scene, number: str) -> Somebody:
    person = enroll(scene.ctx, station_id=scene.station_id, roles=(Role.VOLUNTEER,), phone=number)
    member_id = make_member(scene.ctx, scene.station_id, person.id)
    put_on_duty(scene.ctx, member_id, PLACE)
    found = Somebody(scene.base, person, (Role.VOLUNTEER,), member_id)
    scene.people.append(found)
    return found


def come_in(client: FlaskClient, sender: str, body: str, sid: str = "") -> TestResponse:
    form = {"From": sender, "To": "+15005550006", "Body": body, "MessageSid": sid or f"SM{next(_sids):032x}"}
    return signed(client, "/webhooks/twilio/text", form)


def asked(scene: Scene) -> tuple[UUID, int]:
    """A dispatch that asks the one person there is: the offer, and the code in the text they get."""
    offer = offers(scene, dispatch(scene, report(scene)))[0]
    return UUID(str(offer["id"])), code_of(scene.ctx, offer["id"])


def code_of(ctx: Ctx, offer_id: Any) -> int:
    statement = text("SELECT code FROM reply_codes WHERE subject_id = :offer")
    return int(ctx.session.scalar(statement, {"offer": offer_id}))


def state_of(ctx: Ctx, offer_id: UUID) -> str:
    return str(ctx.session.scalar(text("SELECT state FROM offers WHERE id = :id"), {"id": offer_id}))


def answers(ctx: Ctx) -> list[str]:
    statement = text("SELECT template FROM outbox WHERE subject_kind = 'inbound' ORDER BY created_at")
    return list(ctx.session.scalars(statement))


@pytest.mark.parametrize("form", ["{code} 1", "1 {code}", "{code}去", "{code} Y", "Y", "去", "１", "好的", "yes"])
def test_a_yes_in_any_form_reaches_the_incident(client, scene: Scene, somebody: Somebody, form: str) -> None:
    offer_id, code = asked(scene)
    assert come_in(client, somebody.person.phone, form.format(code=code)).status_code == 200
    assert state_of(scene.ctx, offer_id) == "accepted"
    assert answers(scene.ctx) == ["reply_going"]
    assert scene.ctx.session.scalar(text("SELECT proof FROM ladders")) == "reply"


@pytest.mark.parametrize("form", ["{code} 2", "{code}不去", "N", "不去", "去不了", "２"])
def test_a_no_in_any_form_reaches_the_incident(client, scene: Scene, somebody: Somebody, form: str) -> None:
    offer_id, code = asked(scene)
    come_in(client, somebody.person.phone, form.format(code=code))
    assert (state_of(scene.ctx, offer_id), answers(scene.ctx)) == ("declined", ["reply_declined"])


def test_ask_2_a_reply_reaches_the_right_one_of_two_incidents(client, scene: Scene, somebody: Somebody) -> None:
    """The same person is asked about two things at once; a code that was mistyped moves neither."""
    first, one = asked(scene)
    # The second wave of another dispatch asks them too.
    second = scene.ctx.new_id()
    ladder = (LadderStep("sms"),)
    notice = Notice(somebody.person.id, "offer", second, "offer", "alert", "wave-1", scene.ctx.now.replace(year=2099),
                    {}, scene.station_id, ladder)  # fmt: skip
    queue_notices(scene.ctx, [notice])
    two = code_of(scene.ctx, second)
    assert one != two
    come_in(client, somebody.person.phone, "Y")
    come_in(client, somebody.person.phone, f"{mistyped(one, two)} Y")
    assert (state_of(scene.ctx, first), answers(scene.ctx)) == ("offered", ["reply_which", "reply_unknown"])
    come_in(client, somebody.person.phone, f"{one} Y")
    assert state_of(scene.ctx, first) == "accepted"


def mistyped(one: int, two: int) -> int:
    return next(code for code in range(10, 100) if code not in (one, two) and code % 10 == one % 10)


def test_full_ended_and_changed_minds_get_a_clear_answer(client, scene: Scene, somebody: Somebody, abroad) -> None:
    offer_id, code = asked(scene)
    come_in(client, somebody.person.phone, f"{code} Y")
    come_in(client, somebody.person.phone, f"{code} N")  # cannot come after all
    assert state_of(scene.ctx, offer_id) == "dropped_out"
    come_in(client, somebody.person.phone, f"{code} Y")
    assert answers(scene.ctx) == ["reply_going", "reply_declined", "reply_ended"]


def test_when_it_is_full_they_are_told_so(client, scene: Scene, abroad) -> None:
    people = [add_without_app(scene, abroad()) for _ in range(2)]
    rows = offers(scene, dispatch(scene, report(scene)))
    assert len(rows) == 2, "one is wanted, two are asked"
    first, second = rows
    accept_offer(scene.of(first["person_id"]).ctx, first["id"])
    late = scene.of(second["person_id"])
    come_in(client, late.person.phone, f"{code_of(scene.ctx, second['id'])} Y")
    assert answers(scene.ctx) == ["reply_full"]
    assert {p.person.id for p in people} >= {late.person.id}


def test_the_same_text_delivered_twice_has_one_effect(client, scene: Scene, somebody: Somebody) -> None:
    offer_id, code = asked(scene)
    sid = "SM" + "a" * 32
    statuses = {come_in(client, somebody.person.phone, f"{code} Y", sid).status_code for _ in range(3)}
    assert (statuses, state_of(scene.ctx, offer_id), answers(scene.ctx)) == ({200}, "accepted", ["reply_going"])


@pytest.mark.parametrize(
    ("body", "told"),
    [("在哪里", "reply_unclear"), ("?", "reply_unclear"), ("Y N", "reply_unclear"), ("99 Y", "reply_unknown")],
)
def test_what_is_not_understood_moves_nothing(client, scene: Scene, somebody: Somebody, body, told) -> None:
    offer_id, code = asked(scene)
    if code == 99:
        pytest.skip("the draw gave this very code")
    come_in(client, somebody.person.phone, body)
    assert (state_of(scene.ctx, offer_id), answers(scene.ctx)) == ("offered", [told])


def test_nothing_open_a_stranger_and_a_flood(client, scene: Scene, somebody: Somebody) -> None:
    come_in(client, somebody.person.phone, "Y")
    assert answers(scene.ctx) == ["reply_nothing"]
    come_in(client, "+6598765432", "Y")
    assert answers(scene.ctx) == ["reply_nothing"], "a stranger gets no text from us"
    for _ in range(20):
        come_in(client, somebody.person.phone, "I am an answering machine")
    assert len(answers(scene.ctx)) == 8


@pytest.mark.parametrize("word", ["STOP", "退订", "TD", "取消订阅", "stop"])
def test_stop_ends_texts_to_the_number_and_start_brings_them_back(client, ctx: Ctx, scene, somebody, word) -> None:
    number = somebody.person.phone
    come_in(client, number, word)
    assert opted_out(ctx.session, [phone_index(number)])
    rows = offers(scene, dispatch(scene, report(scene)))
    sent = ctx.session.scalars(text("SELECT channel FROM outbox WHERE subject_kind = 'offer'")).all()
    assert sent == [], f"{rows} were texted after {word}"
    come_in(client, number, "恢复")
    assert not opted_out(ctx.session, [phone_index(number)])
    assert answers(ctx) == ["texts_resumed"]


def test_a_country_without_replies_gets_no_words_about_them(ctx: Ctx, abroad) -> None:
    """+86: no text can come back, so none is asked for; elsewhere the text says how."""
    bodies = {}
    for number in ("+8619912345678", abroad()):
        told = make_reachable(ctx, phones=0, number=number)
        notice = Notice(told.id, "offer", ctx.new_id(), "offer", "alert", "1", ctx.now.replace(year=2099),
                        {LINK: "/t/" + "A" * 35}, told.person.station_id, (LadderStep("sms"),))  # fmt: skip
        [message_id] = queue_notices(ctx, [notice])
        row = ctx.session.get(OutboxMessage, message_id)
        waiting = letter(template="offer", channel=Channel.SMS, address=number, variables=row.variables)
        bodies[number[:3]] = sms_envelope(waiting, "https://g.example", b"k" * 32).body
        assert (REPLY in row.variables) is (number[:3] == "+65")
    assert "回复" not in bodies["+86"]
    assert bodies["+65"].endswith("去")
    assert bodies["+65"].replace("不去", "").count("回复") == 1


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"From": "anonymous"}, 400),
        ({"From": ""}, 400),
        ({"MessageSid": "x"}, 400),
        ({"Body": "去" * 1500}, 200),
        ({"Body": "x" * 1_000_000}, 413),
        ({"Body": "\x00"}, 200),
    ],
)
def test_odd_forms_are_never_an_error_of_ours(client, somebody: Somebody, form: dict[str, str], status: int) -> None:
    plain = {"From": somebody.person.phone, "Body": "Y", "MessageSid": f"SM{next(_sids):032x}"}
    assert signed(client, "/webhooks/twilio/text", plain | form).status_code == status


def test_a_text_twilio_did_not_sign_is_refused(client, scene: Scene, somebody: Somebody) -> None:
    offer_id, code = asked(scene)
    form = {"From": somebody.person.phone, "Body": f"{code} Y", "MessageSid": "SM" + "b" * 32}
    assert signed(client, "/webhooks/twilio/text", form, token="0" * 32).status_code == 403
    assert state_of(scene.ctx, offer_id) == "offered"


def test_codes_of_a_number_are_not_given_again_for_a_day(ctx: Ctx, abroad) -> None:
    told = make_reachable(ctx, phones=0, number=abroad())
    codes = []
    for day in range(3):
        later = replace(ctx, now=ctx.now.replace(year=2030 + day))
        notice = Notice(told.id, "offer", ctx.new_id(), "offer", "alert", "1", later.now.replace(hour=23),
                        {}, told.person.station_id, (LadderStep("sms"),))  # fmt: skip
        queue_notices(later, [notice])
        codes.append(ctx.session.scalar(text("SELECT count(*) FROM reply_codes")))
    assert codes == [1, 1, 1], "the rested code of last year is free again, the others are not kept"
