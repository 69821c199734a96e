"""The gateways by themselves: what each answer of the real SDKs means, and what they may never do."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import replace

import firebase_admin
import httpx
import pytest
from firebase_admin import _http_client, _retry, messaging

from api.kernel.phones import demo_number
from api.notifications.gateways.fcm import FcmGateway, build_message
from api.notifications.gateways.fcm_http2 import FcmHttp2Gateway
from api.notifications.gateways.port import NOT_SENT, Gateway, outcome_of_transport, retry_after_s
from api.notifications.gateways.twilio_callbacks import is_genuine
from api.notifications.gateways.twilio_sms import TwilioGateway
from api.notifications.rules.payloads import push_envelope, sms_envelope
from api.notifications.types import Channel, Envelope, Outcome, OutcomeKind
from tests.notifications.letters import letter
from tests.sandboxes import RunningFcm, RunningTwilio, make_token

K = OutcomeKind
PUSH = push_envelope(letter(address=make_token("gateway")))
NUMBER = "+8619900009999"
SMS = sms_envelope(letter(channel=Channel.SMS, address=NUMBER), "http://127.0.0.1:1", b"k" * 32)


def use(make: Callable[[], Gateway], work: Callable[[Gateway], Awaitable[list[Outcome]]]) -> list[Outcome]:
    async def run() -> list[Outcome]:
        gateway = make()
        try:
            return await work(gateway)
        finally:
            await gateway.close()

    return asyncio.run(run())


def send(make: Callable[[], Gateway], *envelopes: Envelope) -> list[Outcome]:
    return use(make, lambda gateway: asyncio.gather(*(gateway.send(envelope) for envelope in envelopes)))


def fcm_of(running: RunningFcm, **changes) -> Callable[[], FcmHttp2Gateway]:
    return lambda: FcmHttp2Gateway(str(running.service_account), running.base_url, **changes)


def sdk_of(running: RunningFcm, **changes) -> Callable[[], FcmGateway]:
    return lambda: FcmGateway(str(running.service_account), running.base_url, **changes)


both = pytest.mark.parametrize("push_of", [fcm_of, sdk_of], ids=["http2", "sdk"])


def twilio_of(running: RunningTwilio, **changes) -> Callable[[], TwilioGateway]:
    account = (running.account_sid, running.auth_token)
    return lambda: TwilioGateway(account, "+15005550006", running.base_url, **changes)


def test_the_private_names_of_firebase_admin_are_where_they_are_expected(fcm: RunningFcm) -> None:
    gateway = FcmGateway(str(fcm.service_account))
    service = messaging._get_messaging_service(gateway._app)
    assert service._fcm_url == "https://fcm.googleapis.com/v1/projects/gridloop-sandbox/messages:send"
    assert service._async_client is gateway._client
    assert "self._async_client.request" in inspect.getsource(type(service).send_each_async)
    assert {"retry_config", "timeout"} <= set(inspect.signature(_http_client.HttpxAsyncClient.__init__).parameters)
    assert _retry.HttpxRetry(max_retries=0, status_forcelist=[]).retries_left == 0
    assert gateway._app.name in firebase_admin._apps
    asyncio.run(gateway.close())
    assert gateway._app.name not in firebase_admin._apps


@both
def test_the_message_is_what_the_document_allows_and_names_no_deprecated_field(push_of, fcm: RunningFcm) -> None:
    # Warnings are errors here, so building it is half of the test; the strict stand-in is the other half.
    assert build_message(PUSH).token == PUSH.token
    [outcome] = send(push_of(fcm), PUSH)
    assert outcome.kind is K.ACCEPTED
    assert outcome.provider_ref


@both
@pytest.mark.parametrize(
    ("faults", "kind", "code", "dead"),
    [
        ({"dead_tokens": [PUSH.token]}, K.PERMANENT, "unregistered", True),
        ({"foreign_tokens": [PUSH.token]}, K.PERMANENT, "sender_mismatch", True),
        ({"invalid_tokens": [PUSH.token]}, K.PERMANENT, "invalid_token", True),
        ({"failures": {"500": 1.0}}, K.RETRY, "500", False),
        ({"failures": {"502": 1.0}}, K.RETRY, "502", False),
        ({"failures": {"504": 1.0}}, K.UNKNOWN, "504", False),
        ({"failures": {"403": 1.0}}, K.CREDENTIALS, "403", False),
        ({"failures": {"404": 1.0}}, K.CREDENTIALS, "404", False),
        ({"drop_request": 1.0}, K.UNKNOWN, ("reset", "RemoteProtocolError"), False),
        ({"drop_reply": 1.0}, K.UNKNOWN, ("reset", "RemoteProtocolError"), False),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_fcm_s_answers_mean(push_of, fcm: RunningFcm, faults: dict, kind: OutcomeKind, code, dead: bool) -> None:
    fcm.control(**faults)
    before = fcm.counts()
    [outcome] = send(push_of(fcm), PUSH)
    assert (outcome.kind, outcome.address_dead) == (kind, dead)
    assert outcome.code in ({code} if isinstance(code, str) else code)
    # Never a second call behind our back.
    after = fcm.counts()
    assert after["accepted"] - before["accepted"] == ("drop_reply" in faults)
    assert sum(after["refused"].values()) - sum(before["refused"].values()) <= 1


@both
def test_a_throttle_of_one_device_is_not_one_of_the_project(push_of, fcm: RunningFcm) -> None:
    fcm.control(quota_tokens=[PUSH.token], retry_after_s=7)
    [outcome] = send(push_of(fcm), PUSH)
    assert (outcome.kind, outcome.retry_after_s, outcome.provider_wide) == (K.RETRY, 7.0, False)
    fcm.reset()
    fcm.control(failures={"429": 1.0})
    [outcome] = send(push_of(fcm), PUSH)
    assert (outcome.retry_after_s, outcome.provider_wide) == (60.0, True)


@both
def test_a_payload_the_provider_forbids_is_permanent_and_its_token_lives(push_of, fcm: RunningFcm) -> None:
    forbidden = replace(PUSH, data={**PUSH.data, "from": "x"})
    [outcome] = send(push_of(fcm), forbidden)
    assert (outcome.kind, outcome.code, outcome.address_dead) == (K.PERMANENT, "invalid_argument", False)
    [outcome] = send(push_of(fcm), replace(PUSH, data={"number": 1}))  # type: ignore[dict-item]
    assert (outcome.kind, outcome.code) == (K.PERMANENT, "refused_by_sdk")


@both
def test_a_revoked_account_is_our_trouble_and_asked_about_once(push_of, fcm: RunningFcm) -> None:
    fcm.control(revoked=True)
    outcomes = send(push_of(fcm), *[PUSH] * 20)
    assert {(outcome.kind, outcome.address_dead) for outcome in outcomes} == {(K.CREDENTIALS, False)}


@both
def test_an_access_token_that_ended_early_is_replaced_and_the_push_goes_out(push_of, fcm: RunningFcm) -> None:
    async def work(gateway) -> list[Outcome]:
        first = await gateway.send(PUSH)
        gateway._tokens.credentials.token = "ya29.stale"
        return [first, await gateway.send(PUSH)]

    assert [outcome.kind for outcome in use(push_of(fcm), work)] == [K.ACCEPTED, K.ACCEPTED]


@pytest.mark.parametrize("fault", ["hang", "drip", "late_reply"])
@pytest.mark.parametrize("channel", ["push", "sdk push", "sms"])
def test_no_server_holds_a_call_beyond_its_deadline(fcm, twilio, fault: str, channel: str) -> None:
    running, make, envelope = {
        "push": (fcm, fcm_of, PUSH), "sdk push": (fcm, sdk_of, PUSH), "sms": (twilio, twilio_of, SMS),
    }[channel]  # fmt: skip

    async def work(gateway: Gateway) -> list[Outcome]:
        await gateway.send(envelope)
        running.control(**{fault: 1.0})
        started = asyncio.get_running_loop().time()
        outcomes = await asyncio.gather(*(gateway.send(envelope) for _ in range(3)))
        assert asyncio.get_running_loop().time() - started < 1.5
        return outcomes

    outcomes = use(make(running, deadline_s=0.5), work)
    assert {(outcome.kind, outcome.code) for outcome in outcomes} == {(K.UNKNOWN, "deadline")}


@pytest.mark.parametrize("channel", ["push", "sdk push", "sms"])
def test_a_provider_that_is_not_there_was_not_called(fcm, twilio, channel: str, free_port: int) -> None:
    nowhere = f"http://127.0.0.1:{free_port}"

    async def work(gateway: Gateway) -> list[Outcome]:
        return [await gateway.send(SMS if channel == "sms" else PUSH)]

    make = {
        "push": lambda: FcmHttp2Gateway(str(fcm.service_account), nowhere),
        "sdk push": lambda: FcmGateway(str(fcm.service_account), nowhere),
        "sms": lambda: TwilioGateway((twilio.account_sid, twilio.auth_token), "+15005550006", nowhere),
    }
    [outcome] = use(make[channel], work)
    assert (outcome.kind, outcome.code) == (K.RETRY, "unreachable")


@pytest.mark.parametrize(
    ("faults", "kind", "code", "dead"),
    [
        ({"stopped_numbers": [NUMBER]}, K.PERMANENT, "21610", True),
        ({"landlines": [NUMBER]}, K.PERMANENT, "21614", True),
        ({"invalid_numbers": [NUMBER]}, K.PERMANENT, "21211", True),
        ({"revoked": True}, K.CREDENTIALS, "20005", False),
        ({"failures": {"503": 1.0}}, K.RETRY, "20503", False),
        ({"failures": {"504": 1.0}}, K.UNKNOWN, "504", False),
        ({"drop_reply": 1.0}, K.UNKNOWN, "RemoteProtocolError", False),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_twilio_s_answers_mean(twilio: RunningTwilio, faults, kind: OutcomeKind, code: str, dead: bool) -> None:
    twilio.control(**faults)
    before = twilio.counts()["accepted"]
    [outcome] = send(twilio_of(twilio), SMS)
    assert (outcome.kind, outcome.code, outcome.address_dead) == (kind, code, dead)
    assert twilio.counts()["accepted"] - before == ("drop_reply" in faults)


def test_twilio_s_retry_after_survives_the_sdk(twilio: RunningTwilio) -> None:
    twilio.control(failures={"429": 1.0}, retry_after_s=17)
    [outcome] = send(twilio_of(twilio), SMS)
    assert (outcome.kind, outcome.retry_after_s) == (K.RETRY, 17.0)


def test_a_wrong_sender_is_our_fault_and_not_the_number_s(twilio: RunningTwilio) -> None:
    account = (twilio.account_sid, twilio.auth_token)
    [outcome] = send(lambda: TwilioGateway(account, "?", twilio.base_url), SMS)
    assert (outcome.kind, outcome.code) == (K.CREDENTIALS, "21212")


def test_real_credentials_never_reach_a_demo_number(monkeypatch: pytest.MonkeyPatch) -> None:
    envelope = replace(SMS, to=demo_number(7))
    monkeypatch.setattr(TwilioGateway, "_send", None)  # to be called would be an error
    [outcome] = send(lambda: TwilioGateway(("AC" + "1" * 32, "secret"), "+15005550006"), envelope)
    assert (outcome.kind, outcome.code, outcome.called) == (K.PERMANENT, "demo_number", False)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("30", 30.0), (" 2.5 ", 2.5), ("", 60.0), ("soon", 60.0), ("nan", 60.0), ("-5", 60.0), ("9" * 9, 3600.0)],
)
def test_retry_after_is_read_or_replaced(value: str, seconds: float) -> None:
    assert retry_after_s(httpx.Headers({"Retry-After": value}), 60.0) == seconds


def test_only_what_never_left_us_is_certainly_not_sent() -> None:
    kinds = {error: outcome_of_transport(error("x")).kind for error in NOT_SENT}
    assert set(kinds.values()) == {K.RETRY}
    for error in (httpx.ReadTimeout, httpx.ReadError, httpx.WriteError, httpx.WriteTimeout, httpx.RemoteProtocolError):
        assert outcome_of_transport(error("x")).kind is K.UNKNOWN


@pytest.mark.parametrize("signature", ["", "签名", "AAAA"])
def test_a_signature_that_is_none_is_not_genuine(signature: str) -> None:
    assert not is_genuine("secret", "http://x/", {}, signature)
    assert not is_genuine("", "http://x/", {}, "AAAA")
