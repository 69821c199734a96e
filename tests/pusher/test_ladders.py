"""A ladder on a running system: the real pusher, the real SDKs, the stand-ins, callbacks over HTTP."""

import asyncio
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from api.identity.rules.phones import HOME, countries
from api.incidents.types import Colour, NeedOrder
from api.notifications.rules.templates import LINK
from api.notifications.service import note_reading, queue_notices, withdraw
from api.notifications.service.ladders import CLIMB
from api.notifications.types import LadderStep
from api.plumbing.context import Ctx
from tests.builders.incidents import dispatch, make_scene, offers, report
from tests.builders.notifications import Reachable, make_notice, make_reachable
from tests.pusher.conftest import Station, accepted, wait_until
from tests.pusher.serving import open_station, run_timers
from tests.sandboxes import RunningTwilio
from tests.webhooks.test_texts import add_without_app
from workers.sandbox.phones.behaviour import Behaviour
from workers.sandbox.phones.bells import listen
from workers.sandbox.phones.doors import Doors
from workers.sandbox.phones.plain import PlainPhone
from workers.sandbox.phones.roster import Person
from workers.sandbox.phones.town import Town
from workers.sandbox.phones.walking import Spot
from workers.sandbox.phones.world import World

__all__ = ["open_station"]
WHOLE = (LadderStep("push"), LadderStep("sms", 1), LadderStep("voice", 1))
LANDLINE = "+862372223333"


@pytest.fixture(autouse=True)
def _home_again():
    yield
    countries.load([HOME])


def start(station: Station, somebody: Reachable, **changes: Any) -> UUID:
    """A ladder for somebody; its subject."""

    def queue(ctx: Ctx) -> UUID:
        life = {"ladder": WHOLE, "expires_at": ctx.now + timedelta(minutes=5)}
        notice = make_notice(ctx, somebody, **(life | {"variables": {LINK: "/t/" + "A" * 35}} | changes))
        queue_notices(ctx, [notice])
        return notice.subject_id

    return station.do(queue)


def channels(station: Station, subject: UUID) -> list[tuple[str, str]]:
    order = "array_position(ARRAY['push', 'sms', 'voice'], channel)"
    rows = station.rows(f"SELECT channel, state FROM outbox WHERE subject_id = :s ORDER BY {order}", s=subject)
    return [(row.channel, row.state) for row in rows]


def climb(station: Station) -> int:
    """Wait for the timers there are (a second each), and run them as a worker does; how many fired."""
    waiting = "SELECT 1 FROM timers WHERE job = :job AND state = 'waiting'"
    fired = 0
    while not fired and station.rows(waiting, job=CLIMB):
        time.sleep(0.1)
        fired = run_timers(station, CLIMB)
    return fired


def until(check: Callable[[], bool]) -> None:
    wait_until(check, 10.0)


def calls_to(twilio: RunningTwilio, number: str) -> list[dict[str, Any]]:
    return [call for call in twilio.calls() if call["to"] == number]


def test_push_text_call_and_a_key_that_ends_it(open_station: Station, fcm, twilio) -> None:
    station = open_station
    somebody = station.do(lambda ctx: make_reachable(ctx, number=None))
    number = somebody.person.phone
    with station.pusher():
        subject = start(station, somebody, subject_kind="incident", template="nobody_found", variables={})
        until(lambda: channels(station, subject) == [("push", "sent")])
        assert climb(station) == 1
        until(lambda: channels(station, subject)[1:] == [("sms", "delivered")])
        assert climb(station) == 1
        until(lambda: twilio.pick_up(number, "91"))
        until(lambda: channels(station, subject)[2:] == [("voice", "read")])
    assert (len(accepted(fcm, *somebody.tokens)), len(accepted(twilio, number))) == (1, 2)
    [call] = calls_to(twilio, number)
    assert call["pressed"] == ["9", "1"]
    assert call["heard"][0] == call["heard"][1]
    assert call["heard"][-1] == "谢谢！"
    [ladder] = station.rows("SELECT state, proof FROM ladders")
    assert (ladder.state, ladder.proof) == ("proved", "keypress")


def test_a_dead_token_is_a_text_at_once_and_a_dead_number_a_call(open_station: Station, fcm, twilio) -> None:
    station = open_station
    somebody = station.do(make_reachable)
    number = somebody.person.phone
    fcm.control(dead_tokens=list(somebody.tokens))
    twilio.control(landlines=[number], call_answers={number: "busy"})
    with station.pusher():
        subject = start(station, somebody)
        until(lambda: channels(station, subject) == [("push", "dead"), ("sms", "dead"), ("voice", "dead")])
    [ladder] = station.rows("SELECT state FROM ladders")
    assert ladder.state == "exhausted"
    failed = station.rows("SELECT channel, code, count FROM failed_addresses ORDER BY channel")
    assert [tuple(row) for row in failed] == [("push", "unregistered", 1), ("sms", "21614", 1)]


def test_a_text_reported_undeliverable_goes_on_to_the_call(open_station: Station, twilio) -> None:
    station = open_station
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=0))
    number = somebody.person.phone
    twilio.control(outcomes={number: "30005"}, call_answers={number: ""})
    with station.pusher():
        subject = start(station, somebody)
        until(lambda: channels(station, subject) == [("sms", "dead"), ("voice", "delivered")])
    [failed] = station.rows("SELECT code FROM failed_addresses")
    assert failed.code == "30005"
    # Somebody (or their machine) listened and pressed nothing: that is no proof.
    assert station.rows("SELECT 1 FROM ladders WHERE state = 'climbing'")


def test_stop_known_to_the_carrier_is_an_opt_out_and_the_call_goes_on(open_station: Station, twilio) -> None:
    station = open_station
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=0))
    number = somebody.person.phone
    twilio.control(stopped_numbers=[number], call_answers={number: "no-answer"})
    with station.pusher():
        subject = start(station, somebody)
        until(lambda: channels(station, subject) == [("sms", "dead"), ("voice", "dead")])
        texts = len([entry for entry in accepted(twilio, number) if entry.get("kind") != "call"])
        other = start(station, somebody, ladder=(LadderStep("push"), LadderStep("sms")))
        # Queued without a ladder, before or after: the gate before the provider stops it too.
        plain = start(station, somebody, ladder=(), template="stand_down", step="x", variables={})
        until(lambda: channels(station, plain) == [("sms", "dead")])
    assert channels(station, other) == []
    assert texts == 0
    [row] = station.rows("SELECT source FROM opt_outs")
    assert row.source == "provider"
    [code] = station.rows("SELECT error_code FROM outbox WHERE subject_id = :s", s=plain)
    assert code.error_code == "opted_out"


def test_a_landline_is_called_and_a_text_to_it_is_never_tried(open_station: Station, twilio) -> None:
    station = open_station
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=0, number=LANDLINE))
    before = len(accepted(twilio, LANDLINE))
    twilio.control(call_answers={LANDLINE: "1"})
    with station.pusher():
        subject = start(station, somebody, subject_kind="incident", template="nobody_found", variables={})
        until(lambda: channels(station, subject) == [("voice", "read")])
    assert len(accepted(twilio, LANDLINE)) == before + 1


def test_a_reading_on_one_of_three_phones_stops_all_and_every_later_step(open_station: Station, fcm, twilio) -> None:
    station = open_station
    somebody = station.do(lambda ctx: make_reachable(ctx, phones=3))
    with station.pusher():
        subject = start(station, somebody)
        until(lambda: [state for _, state in channels(station, subject)] == ["sent"] * 3)
        station.do(lambda ctx: _read(ctx, subject, somebody))
        assert climb(station) == 0
    assert len(accepted(fcm, *somebody.tokens)) == 3
    assert accepted(twilio, somebody.person.phone) == []


def _read(ctx: Ctx, subject: UUID, somebody: Reachable) -> None:
    assert note_reading(ctx, subject, somebody.id, "ack")


def test_no_step_after_the_subject_has_ended_even_while_the_provider_has_it(open_station: Station, fcm, twilio) -> None:
    """A push that is in the provider's hands when the subject ends fails later: nothing follows it."""
    station = open_station
    somebody = station.do(make_reachable)
    fcm.control(latency_ms=1500, dead_tokens=list(somebody.tokens))
    with station.pusher():
        subject = start(station, somebody)
        until(lambda: channels(station, subject) == [("push", "leased")])
        station.do(lambda ctx: withdraw(ctx, subject))
        until(lambda: channels(station, subject) == [("push", "dead")])
        assert climb(station) == 0
    assert accepted(twilio, somebody.person.phone) == []
    [ladder] = station.rows("SELECT state FROM ladders")
    assert ladder.state == "ended"


def test_while_push_is_down_the_ladder_goes_on_at_once_and_only_once(open_station: Station, fcm, twilio) -> None:
    station = open_station
    somebody = station.do(make_reachable)
    fcm.control(failures={"503": 1.0})
    with station.pusher():
        subject = start(station, somebody)
        until(lambda: ("sms", "delivered") in channels(station, subject))
        fcm.reset()
    texts = accepted(twilio, somebody.person.phone)
    assert len(texts) == 1, "the fall-back of a failed push and the ladder's own rung are one text"


def test_the_sweeper_climbs_when_no_timer_fires(open_station: Station, twilio) -> None:
    """Redis away, relay away: late by seconds, not lost."""
    station = open_station
    somebody = station.do(make_reachable)
    with station.pusher():
        subject = start(station, somebody)
        until(lambda: channels(station, subject) == [("push", "sent")])
        station.rows("UPDATE ladders SET next_at = now() - interval '6 seconds' RETURNING 1")
        until(lambda: ("sms", "delivered") in channels(station, subject))
    assert len(accepted(twilio, somebody.person.phone)) == 1


def test_a_text_back_accepts_the_offer_it_names_and_is_answered_with_the_link(open_station: Station, twilio) -> None:
    """From the dispatch to the answer, over the wire: the code is read from the text as it arrived."""
    station, number = open_station, "+6591230042"

    def ask(ctx: Ctx) -> UUID:
        scene = make_scene(ctx, volunteers=0)
        add_without_app(scene, number)
        return UUID(str(offers(scene, dispatch(scene, report(scene)))[0]["id"]))

    with station.pusher():
        offer_id = station.do(ask)
        until(lambda: len(twilio.messages(number)) == 1)
        body = twilio.messages(number)[0]["message"]["body"]
        code = re.search(r"或回复(\d\d)去", body).group(1)
        sid, status = twilio.text(number, f"{code}　去！")
        assert status == 200
        until(lambda: len(twilio.messages(number)) == 2)
        assert twilio.text(number, f"{code}去", sid) == (sid, 200)
        assert twilio.text(number, "退订")[1] == 200
    [offer] = station.rows("SELECT state FROM offers WHERE id = :id", id=offer_id)
    assert offer.state == "accepted"
    answer = twilio.messages(number)[1]["message"]["body"]
    assert answer.startswith("【网格联动】已登记您前往，地点见：http://127.0.0.1:")
    assert [row.fate for row in station.rows("SELECT fate FROM inbound_messages ORDER BY id")] == ["matched", "stopped"]
    assert len(station.rows("SELECT 1 FROM opt_outs")) == 1
    assert len(twilio.messages(number)) == 2, "a stop is not answered"


def test_a_phone_without_the_app_answers_by_the_page_and_by_a_call(open_station: Station, twilio) -> None:
    """The simulated plain phones, on the wire: one opens the link in its text, the other takes the call."""
    station = open_station
    numbers = ("+8619912340001", LANDLINE)

    def ask(ctx: Ctx) -> list[UUID]:
        scene = make_scene(ctx, volunteers=0)
        for number in numbers:
            add_without_app(scene, number)
        incident_id = report(scene, colour=Colour.RED)
        return [UUID(str(row["id"])) for row in offers(scene, dispatch(scene, incident_id, NeedOrder(2)))]

    async def live() -> None:
        async with aiohttp.ClientSession() as session:
            doors = Doors(session, session, twilio.base_url)
            people = [Person(number, Spot(29.7, 107.4), Behaviour.WILLING, app=False) for number in numbers]
            town = Town([PlainPhone(person, doors, World(speed=50)) for person in people])
            listening = asyncio.create_task(listen(session, twilio.base_url, town.sms_arrived))
            await asyncio.sleep(0.3)
            offered = await asyncio.to_thread(station.do, ask)
            deadline = time.monotonic() + 15
            while time.monotonic() < deadline and await asyncio.to_thread(_going, station) < len(offered):
                await asyncio.sleep(0.1)
            listening.cancel()

    with station.pusher():
        asyncio.run(live())
    assert _going(station) == 2
    proofs = {row.proof for row in station.rows("SELECT proof FROM ladders WHERE template = 'offer'")}
    assert proofs == {"link", "keypress"}


def _going(station: Station) -> int:
    return int(station.rows("SELECT count(*) AS n FROM offers WHERE state = 'accepted'")[0].n)
