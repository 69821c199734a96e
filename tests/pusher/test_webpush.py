"""Web Push: phones without Google services, on servers of their own choice."""

import asyncio
import json
import time

import pytest

from tests.builders.notifications import Reachable, add_phones, make_reachable, queue_notice
from tests.pusher.conftest import Station, accepted, wait_until

ATTEMPTS = "SELECT outcome, code FROM message_attempts ORDER BY number"


def browse(station: Station, webpush, *, phones: int = 0) -> Reachable:
    """Somebody with a subscription, and so many phones of the other kind."""
    token = webpush.subscribe()
    return station.do(lambda ctx: add_phones(ctx, make_reachable(ctx, phones=phones), token, provider="webpush"))


def address_of(somebody: Reachable) -> str:
    return json.loads(somebody.tokens[-1])["endpoint"].rpartition("/")[2]


def test_a_push_is_encrypted_for_the_phone_and_says_no_more_than_any_other(browsing: Station, webpush, twilio) -> None:
    somebody = browse(browsing, webpush)
    with browsing.pusher():
        message = browsing.do(lambda ctx: queue_notice(ctx, somebody))
        browsing.wait_for_state(message, "sent")
    [arrived] = webpush.messages(address_of(somebody))
    subject = browsing.rows("SELECT subject_id FROM outbox")[0].subject_id
    content = arrived["message"]
    assert {key: content[key] for key in ("msg_id", "type", "subject_id", "v")} == {
        "msg_id": str(message), "type": "offer", "subject_id": str(subject), "v": "1",
    }  # fmt: skip
    assert (content["title"], content["body"]) == ("有新的求助", "有事需要您帮忙，请打开应用查看并答复。")
    assert (content["_urgency"], content["_topic"]) == ("high", subject.hex)
    assert 100 <= content["_ttl"] <= 120
    [row] = browsing.rows("SELECT channel, provider FROM outbox")
    assert (row.channel, row.provider) == ("webpush", "webpush")
    assert accepted(twilio, somebody.person.phone) == []


def test_every_phone_rings_whatever_its_kind(browsing: Station, webpush, fcm) -> None:
    somebody = browse(browsing, webpush, phones=1)
    with browsing.pusher():
        browsing.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(browsing.rows("SELECT 1 FROM outbox WHERE state = 'sent'")) == 2)
    assert len(accepted(fcm, somebody.tokens[0])) == len(accepted(webpush, address_of(somebody))) == 1


def test_a_subscription_that_was_given_up_is_retired_and_its_owner_texted(browsing: Station, webpush, twilio) -> None:
    somebody = browse(browsing, webpush)
    webpush.control(gone=[address_of(somebody)])
    with browsing.pusher():
        message = browsing.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(accepted(twilio, somebody.person.phone)) == 1)
    assert browsing.state(message) == "dead"
    assert [row.state for row in browsing.rows("SELECT state FROM devices")] == ["retired"]
    assert tuple(browsing.rows(ATTEMPTS)[0]) == ("permanent", "unregistered")


def test_a_server_that_refuses_our_key_keeps_its_subscription_and_the_text_goes_out(
    browsing: Station, webpush, twilio
) -> None:
    somebody = browse(browsing, webpush)
    webpush.control(revoked=True)
    with browsing.pusher():
        browsing.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(accepted(twilio, somebody.person.phone)) == 1)
    assert [row.state for row in browsing.rows("SELECT state FROM devices")] == ["active"]
    assert browsing.rows("SELECT open_until FROM provider_breakers WHERE provider = 'webpush'")[0].open_until is None


def test_a_redirect_is_not_followed(browsing: Station, webpush, fcm, twilio) -> None:
    somebody = browse(browsing, webpush)
    seen = fcm.counts()
    webpush.control(location=f"{fcm.base_url}/v1/projects/gridloop-sandbox/messages:send")
    with browsing.pusher():
        browsing.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(accepted(twilio, somebody.person.phone)) == 1)
    assert tuple(browsing.rows(ATTEMPTS)[0]) == ("permanent", "307")
    assert fcm.counts() == seen


def test_a_name_that_leads_inside_is_never_called_and_its_owner_is_texted(
    browsing: Station, webpush, twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = asyncio.BaseEventLoop.getaddrinfo

    async def resolve(self, host, port, **details):
        return await real(self, "127.0.0.1" if host == "push.example.org" else host, port, **details)

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    token = json.loads(webpush.subscribe()) | {"endpoint": "https://push.example.org/x"}
    somebody = browsing.do(
        lambda ctx: add_phones(ctx, make_reachable(ctx, phones=0), json.dumps(token), provider="webpush")
    )
    with browsing.pusher():
        browsing.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(accepted(twilio, somebody.person.phone)) == 1)
    attempts = browsing.rows("SELECT outcome, code FROM message_attempts WHERE provider = 'webpush'")
    assert [tuple(row) for row in attempts] == [("permanent", "endpoint_forbidden")]
    assert [row.state for row in browsing.rows("SELECT state FROM devices")] == ["retired"]


def test_a_server_that_is_ill_does_not_stop_the_others(browsing: Station, webpush, twilio) -> None:
    somebody = browse(browsing, webpush)
    webpush.control(failures={"500": 1.0})
    with browsing.pusher():
        for _ in range(7):
            browsing.do(lambda ctx: queue_notice(ctx, somebody))
        wait_until(lambda: len(browsing.rows("SELECT 1 FROM message_attempts WHERE code = '500'")) >= 7)
        assert (
            browsing.rows("SELECT open_until FROM provider_breakers WHERE provider = 'webpush'")[0].open_until is None
        )
        webpush.reset()
        wait_until(lambda: len(accepted(webpush, address_of(somebody))) >= 7, 20)


def test_a_server_that_asks_for_a_pause_gets_it(browsing: Station, webpush, twilio) -> None:
    somebody = browse(browsing, webpush)
    early, began = webpush.counts()["early"], time.monotonic()
    webpush.control(failures={"429": 1.0}, retry_after_s=30)
    with browsing.pusher():
        for _ in range(3):
            browsing.do(lambda ctx: queue_notice(ctx, somebody))
            wait_until(
                lambda: (
                    not browsing.rows(
                        "SELECT 1 FROM outbox WHERE state IN ('queued', 'leased') AND channel = 'webpush'"
                    )
                )
            )
        wait_until(lambda: len(accepted(twilio, somebody.person.phone)) >= 1)
    # Nobody waits half a minute with an alert: the text takes over, and the server is left alone.
    assert time.monotonic() - began < 10
    assert webpush.counts()["early"] == early


def test_without_a_key_of_ours_the_text_goes_out_at_once(station: Station, webpush, twilio) -> None:
    people = [browse(station, webpush) for _ in range(8)]
    with station.pusher():
        for somebody in people:
            station.do(lambda ctx, somebody=somebody: queue_notice(ctx, somebody))
        wait_until(lambda: len(accepted(twilio, *(p.person.phone for p in people))) == 8)
    assert {row.state for row in station.rows("SELECT state FROM devices")} == {"active"}
    assert station.rows("SELECT open_until FROM provider_breakers WHERE provider = 'webpush'")[0].open_until is None
