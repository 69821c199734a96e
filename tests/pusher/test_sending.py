"""What a running pusher does with healthy providers, and with phones and people that are gone."""

import threading
from datetime import timedelta

import pytest
from werkzeug.serving import make_server

from api.app import create_app
from api.identity.service import retire_registration
from api.notifications.service import queue_notices, queue_sms_to_number, withdraw
from api.notifications.types import NumberNotice
from api.plumbing.db import db
from tests.builders.grids import make_station
from tests.builders.identity import at
from tests.builders.notifications import Reachable, make_notice, make_reachable, queue_notice
from tests.pusher.conftest import Station, accepted, wait_until


def test_a_push_reaches_every_phone_of_a_person_and_nothing_else(station: Station, fcm, twilio) -> None:
    somebody, other = station.do(lambda ctx: (make_reachable(ctx, phones=2), make_reachable(ctx)))
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(accepted(fcm, *somebody.tokens)) == 2)
        station.wait_for_state(message, "sent")
    assert accepted(fcm, *other.tokens) == []
    assert accepted(twilio, somebody.person.phone) == []
    assert {row.outcome for row in station.rows("SELECT outcome FROM message_attempts")} == {"accepted"}


def test_the_push_holds_opaque_ids_and_generic_texts_only(station: Station, fcm) -> None:
    somebody = station.do(make_reachable)
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody))
        station.wait_for_state(message, "sent")
    [arrived] = fcm.messages(somebody.tokens[0])
    subject = station.rows("SELECT subject_id FROM outbox")[0].subject_id
    data = {"msg_id": str(message), "type": "offer", "subject_id": str(subject), "v": "1"}
    assert arrived["message"]["data"] == data
    assert arrived["message"]["notification"] == {
        "title": "有新的求助",
        "body": "有事需要您帮忙，请打开应用查看并答复。",
    }
    assert arrived["message"]["android"]["notification"]["tag"] == str(subject)
    assert arrived["message"]["apns"]["headers"]["apns-collapse-id"] == str(subject)


def test_without_a_push_registration_a_text_goes_out(station: Station, twilio) -> None:
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=0))
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody))
        station.wait_for_state(message, "sent")
    [entry] = accepted(twilio, somebody.person.phone)
    assert f"m={message.hex}." in entry["callback"]
    assert station.rows("SELECT segments FROM message_attempts")[0].segments == 1


def test_a_number_outside_the_roster_is_texted(station: Station, twilio) -> None:
    def call_back(ctx):
        station_id = make_station(ctx)
        return queue_sms_to_number(
            at(ctx, station_id),
            NumberNotice(
                phone="+8619911112222", subject_kind="incident", subject_id=ctx.new_id(), template="call_back",
                urgency="normal", step="closed", expires_at=ctx.now + timedelta(hours=1), variables={"ref": "7K3-9QX2"},
            ),
        )  # fmt: skip

    with station.pusher():
        message = station.do(call_back)
        station.wait_for_state(message, "sent")
    assert "7K3-9QX2" in twilio.messages("+8619911112222", wait=20)[-1]["message"]["body"]


def test_a_phone_that_signed_out_meanwhile_gets_nothing_and_its_owner_a_text(station: Station, fcm, twilio) -> None:
    somebody = station.do(make_reachable)
    message = station.do(lambda ctx: queue_notice(ctx, somebody))
    device = station.rows("SELECT device_id FROM outbox")[0].device_id
    station.do(lambda ctx: retire_registration(ctx, device, "signed_out"))
    with station.pusher():
        station.wait_for_state(message, "dead")
        wait_until(lambda: len(accepted(twilio, somebody.person.phone)) == 1)
    assert accepted(fcm, *somebody.tokens) == []
    assert station.rows("SELECT error_code FROM outbox WHERE id = :id", id=message)[0].error_code == "no_registration"


def test_a_withdrawn_message_is_never_sent(station: Station, fcm) -> None:
    def queue_and_withdraw(ctx):
        somebody = make_reachable(ctx)
        notice = make_notice(ctx, somebody)
        queue_notices(ctx, [notice])
        return somebody, withdraw(ctx, notice.subject_id)

    gone, cancelled = station.do(queue_and_withdraw)
    stays = station.do(make_reachable)
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, stays))
        station.wait_for_state(message, "sent")
    assert [station.state(message_id) for message_id in cancelled] == ["cancelled"]
    assert accepted(fcm, *gone.tokens) == []


def test_a_dead_token_is_retired_and_its_owner_texted_at_once(station: Station, fcm, twilio) -> None:
    somebody = station.do(make_reachable)
    fcm.control(dead_tokens=list(somebody.tokens))
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(accepted(twilio, somebody.person.phone)) == 1)
    assert station.state(message) == "dead"
    assert [row.state for row in station.rows("SELECT state FROM devices")] == ["retired"]
    [text] = station.rows("SELECT origin_id, step FROM outbox WHERE channel = 'sms'")
    assert (text.origin_id, text.step) == (message, "offer.fallback")
    assert len(station.rows("SELECT 1 FROM message_attempts WHERE message_id = :id", id=message)) == 1


def test_with_another_live_phone_a_dead_token_brings_no_text(station: Station, fcm, twilio) -> None:
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=2))
    fcm.control(dead_tokens=[somebody.tokens[0]])
    with station.pusher():
        station.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: {row.state for row in station.rows("SELECT state FROM outbox")} == {"dead", "sent"})
    assert accepted(twilio, somebody.person.phone) == []


def test_a_status_callback_makes_a_text_delivered(station_with_server: Station, twilio) -> None:
    station = station_with_server
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=0))
    twilio.control(callback_first=True, callback_times=2, callback_shuffle=True)
    with station.pusher():
        message = station.do(lambda ctx: queue_notice(ctx, somebody))
        station.wait_for_state(message, "delivered")
        wait_until(lambda: station.rows("SELECT lease_token FROM outbox")[0].lease_token is None)
    [row] = station.rows("SELECT provider_ref, state, attempts FROM outbox")
    assert (row.provider_ref[:2], row.state, row.attempts) == ("SM", "delivered", 1)
    answers = [entry["answer"] for entry in twilio.callbacks() if entry["sid"] == row.provider_ref]
    assert answers
    assert set(answers) == {204}


def test_sixty_messages_arrive_once_each(station: Station, fcm, twilio) -> None:
    def queue(ctx) -> list[Reachable]:
        station_id = make_station(ctx)
        people = [make_reachable(ctx, station_id, phones=number % 2) for number in range(60)]
        queue_notices(ctx, [make_notice(ctx, somebody, urgency="normal") for somebody in people])
        return people

    people = station.do(queue)
    with station.pusher():
        wait_until(lambda: {row.state for row in station.rows("SELECT state FROM outbox")} == {"sent"})
    pushed = accepted(fcm, *(token for somebody in people for token in somebody.tokens))
    texted = accepted(twilio, *(somebody.person.phone for somebody in people))
    assert (len(pushed), len(texted)) == (30, 30)
    assert len({entry["msg_id"] for entry in pushed}) == 30


@pytest.fixture
def station_with_server(sending_settings, free_port: int):
    """A station whose API answers the provider's callbacks."""
    app = create_app(sending_settings.model_copy(update={"public_url": f"http://127.0.0.1:{free_port}"}))
    server = make_server("127.0.0.1", free_port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Station(app)
    server.shutdown()
    thread.join()
    with app.app_context():
        db.engine.dispose()
