"""Calls: what is said, and the key that answers; never a name or a place."""

import re
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.incidents.types import Colour
from api.notifications.rules.receipts import sign_message_id
from api.notifications.rules.speech import call_words
from api.notifications.rules.templates import TEMPLATES
from api.notifications.service import queue_notices, withdraw
from api.notifications.types import LadderStep, Notice
from api.plumbing.context import Ctx
from tests.builders.incidents import Scene, dispatch, make_scene, offers, report
from tests.builders.notifications import make_reachable, message_row
from tests.conftest import KEYS
from tests.webhooks.conftest import signed
from tests.webhooks.test_texts import add_without_app, state_of

CALL = "CA" + "1" * 32
SECRET = KEYS["GRIDLOOP_SECRET_KEY"].encode()
LANDLINE = "+862372223333"


def ask(client: FlaskClient, name: str, message: UUID, *, times: int | None = None, **form: Any) -> ElementTree.Element:
    path = f"/webhooks/twilio/{name}?m={sign_message_id(message, SECRET)}" + (f"&n={times}" if times else "")
    answer = signed(client, path, {"CallSid": CALL, "CallStatus": "in-progress", **form})
    assert (answer.status_code, answer.content_type.partition(";")[0]) == (200, "application/xml")
    return ElementTree.fromstring(answer.data)


def words(document: ElementTree.Element) -> str:
    return "".join(element.text or "" for element in document.iter("Say"))


@pytest.fixture
def scene(ctx: Ctx) -> Scene:
    return make_scene(ctx, volunteers=0)


@pytest.fixture
def rung(scene: Scene) -> tuple[UUID, UUID]:
    """Somebody with only a landline is asked on a red incident: the offer, and the message that is their call."""
    add_without_app(scene, LANDLINE)
    offer = offers(scene, dispatch(scene, report(scene, colour=Colour.RED)))[0]
    message = scene.ctx.session.scalar(text("SELECT id FROM outbox WHERE channel = 'voice'"))
    return UUID(str(offer["id"])), message


def test_a_call_says_generic_words_and_waits_for_a_key(client, rung) -> None:
    document = ask(client, "voice", rung[1])
    said = words(document)
    assert "能去请按 1，不能去请按 2，重听请按 9" in said
    for secret in ("老人", "跌倒", "测试路", "李四", "王小明"):
        assert secret not in said
    gather = document.find("Gather")
    assert gather is not None
    assert gather.get("numDigits") == "1"
    assert "/webhooks/twilio/key?m=" in (gather.get("action") or "")


@pytest.mark.parametrize(("key", "state", "said"), [("1", "accepted", "已登记您前往"), ("2", "declined", "不能前往")])
def test_a_key_answers_the_offer_and_is_the_surest_receipt(client, scene: Scene, rung, key, state, said) -> None:
    offer_id, message = rung
    for _ in range(2):  # Twilio repeats what it got no answer to
        assert said in words(ask(client, "key", message, times=1, Digits=key))
    assert state_of(scene.ctx, offer_id) == state
    assert message_row(scene.ctx, message)["state"] == "read"
    assert scene.ctx.session.scalar(text("SELECT proof FROM ladders")) == "keypress"


@pytest.mark.parametrize("key", ["9", "5", "#", "*", ""])
def test_another_key_is_no_answer_and_the_words_come_again(client, scene: Scene, rung, key: str) -> None:
    offer_id, message = rung
    assert "请按 1" in words(ask(client, "key", message, times=1, Digits=key))
    assert state_of(scene.ctx, offer_id) == "offered"


def test_the_words_are_said_three_times_at_most(client, scene: Scene, rung) -> None:
    document, times = ask(client, "voice", rung[1]), 1
    while (redirect := document.find("Redirect")) is not None:
        times = int(re.search(r"n=(\d)", redirect.text or "").group(1))
        document = ask(client, "voice", rung[1], times=times)
    assert times == 4
    assert "再见" in words(document)
    assert state_of(scene.ctx, rung[0]) == "offered"


def test_what_has_ended_while_it_rang_is_told_so(client, scene: Scene, rung) -> None:
    message = rung[1]
    scene.ctx.session.execute(text("UPDATE outbox SET state = 'sent' WHERE id = :id"), {"id": message})
    scene.ctx.session.execute(text("UPDATE outbox SET expires_at = now() WHERE id = :id"), {"id": message})
    assert "已经结束" in words(ask(client, "voice", message))


def test_a_withdrawn_call_is_not_made(scene: Scene, rung) -> None:
    withdraw(scene.ctx, rung[0])
    assert message_row(scene.ctx, rung[1])["state"] == "cancelled"


def test_a_call_that_only_tells_asks_for_a_sign_of_life(client, ctx: Ctx) -> None:
    told = make_reachable(ctx, phones=0, number=LANDLINE)
    notice = Notice(told.id, "incident", ctx.new_id(), "nobody_found", "alert", "1", ctx.now.replace(year=2099), {},
                    told.person.station_id, (LadderStep("voice"),))  # fmt: skip
    [message] = queue_notices(ctx, [notice])
    assert "听到请按 1" in words(ask(client, "voice", message))
    assert words(ask(client, "key", message, Digits="1")) == "谢谢！"
    assert ctx.session.scalar(text("SELECT proof FROM ladders")) == "keypress"


@pytest.mark.parametrize("status", ["completed", "busy", "no-answer", "failed"])
def test_how_a_call_ended_is_a_receipt_like_every_other(client, scene: Scene, rung, status: str) -> None:
    path = f"/webhooks/twilio/call?m={sign_message_id(rung[1], SECRET)}"
    for told in (status, "ringing", "initiated", status):
        assert signed(client, path, {"CallSid": CALL, "CallStatus": told}).status_code == 204
    expected = "delivered" if status == "completed" else "dead"
    assert message_row(scene.ctx, rung[1])["state"] == expected
    ladder = scene.ctx.session.scalar(text("SELECT state FROM ladders"))
    assert ladder == ("climbing" if status == "completed" else "exhausted")


def test_a_forged_or_foreign_message_says_that_it_is_over(client, ctx: Ctx) -> None:
    assert "已经结束" in words(ask(client, "voice", ctx.new_id()))
    answer = signed(client, "/webhooks/twilio/voice?m=forged", {"CallSid": CALL})
    assert "已经结束" in answer.get_data(as_text=True)
    assert signed(client, "/webhooks/twilio/voice", {"CallSid": "x"}).status_code == 400


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_every_template_can_be_spoken(name: str, language: str) -> None:
    spoken = call_words(name, language, asks=False)
    assert "{" not in spoken
    assert len(spoken) < 250
