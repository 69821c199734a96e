"""What the twilio SDK sees of the Twilio stand-in, in every way a send can end."""

import datetime

import httpx
import pytest
import requests
from twilio.rest import Client

from tests.sandbox.sdk import IMPATIENCE
from tests.sandboxes import RunningTwilio


def accepted(twilio: RunningTwilio, number: str) -> list[dict]:
    return [entry for entry in twilio.ledger() if entry["to"] == number]


def test_a_good_send_is_queued_written_down_and_delivered(twilio, sms, number):
    message = sms.send(number)
    assert (message.status, message.to, message.num_segments, message.error_code) == ("queued", number, "1", None)
    assert [entry["id"] for entry in accepted(twilio, number)] == [message.sid]
    [arrival] = twilio.messages(number, wait=20)
    assert arrival["message"]["body"] == "验证码 123456"
    assert sms.api.messages(message.sid).fetch().status == "delivered"


def test_a_phone_gets_every_message_in_order_and_only_what_is_new(twilio, sms, number):
    sms.send(number, body="one")
    first = twilio.messages(number, wait=20)[-1]["seq"]
    sms.send(number, body="two")
    assert [arrival["message"]["body"] for arrival in twilio.messages(number, after=first, wait=20)] == ["two"]


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        *(("荔" * 70, "1"), ("荔" * 71, "2"), ("荔" * 134, "2"), ("荔" * 135, "3"), ("荔" * 201, "3")),
        *(("a" * 160, "1"), ("a" * 161, "2"), ("a" * 306, "2"), ("[" * 80, "1"), ("[" * 81, "2"), ("😀" * 35, "1")),
    ],
)
def test_segments_are_counted_as_networks_count_them(sms, number, body, segments):
    assert sms.send(number, body=body).num_segments == segments


def test_messages_are_found_again_by_recipient_and_time(sms, number):
    sent = [sms.send(number, body=str(index)).sid for index in range(5)]
    now = datetime.datetime.now(datetime.UTC)
    today = now.date()
    assert [found.sid for found in sms.api.messages.list(to=number, page_size=2)] == sent[::-1]
    assert len(sms.api.messages.list(to=number, limit=3)) == 3
    assert len(sms.api.messages.list(to=number, date_sent_after=now - datetime.timedelta(minutes=1))) == 5
    assert len(sms.api.messages.list(to=number, date_sent=today)) == 5
    assert not sms.api.messages.list(to=number, date_sent_before=today - datetime.timedelta(days=1))
    assert not sms.api.messages.list(to=number, from_="+15005550007")


@pytest.mark.parametrize(
    ("setting", "code"), [("stopped_numbers", 21610), ("landlines", 21614), ("invalid_numbers", 21211)]
)
def test_what_is_wrong_with_a_number_has_its_own_code(twilio, sms, number, setting, code):
    twilio.control(**{setting: [number]})
    error = sms.error(number)
    assert (error.status, error.code) == (400, code)
    assert not accepted(twilio, number)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"to": None}, 21604),
        ({"to": "13812345678"}, 21211),
        ({"to": "+86138"}, 21211),
        ({"to": "+862372223333"}, 21614),
        ({"from_": None}, 21603),
        ({"from_": "no such sender at all"}, 21212),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"status_callback": "ftp://example.org/"}, 21609),
        ({"status_callback": "http://under_score.example.org/"}, 21609),
        ({"status_callback": "/relative"}, 21609),
        ({"validity_period": 0}, 21624),
        ({"validity_period": 36_001}, 21624),
        ({"validity_period": "soon"}, 21624),
        ({"risk_check": "perhaps"}, 20001),
        ({"content_retention": "shred"}, 20001),
        ({"application_sid": "AP12"}, 20001),
        ({"message_intent": "otp"}, 20001),
        ({"media_url": ["https://example.org/a.png"]}, 20001),
        ({"schedule_type": "fixed"}, 20001),
    ],
)
def test_what_the_document_forbids_is_refused(twilio, sms, number, parts, code):
    error = sms.error(**({"to": number} | parts))
    assert (error.status, error.code) == (400, code)
    assert not accepted(twilio, number)


def test_what_the_document_allows_passes(sms, number):
    sms.send(number, validity_period=600, smart_encoded=True, provide_feedback=False, attempt=2, risk_check="disable")
    sms.send(number, from_="GRIDLOOP", content_retention="discard", address_retention="retain", force_delivery=True)


def test_a_refusal_has_twilios_shape(twilio):
    answer = httpx.post(
        f"{twilio.base_url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json",
        data={"From": "+15005550006", "Body": "x"},
        auth=(twilio.account_sid, twilio.auth_token),
    )
    assert answer.json() == {
        "code": 21604,
        "message": "A 'To' phone number is required.",
        "more_info": "https://www.twilio.com/docs/errors/21604",
        "status": 400,
    }


@pytest.mark.parametrize(("status", "code"), [("429", 20429), ("500", 20500), ("503", 20503), ("502", 502)])
def test_an_unwell_provider_refuses_by_status(twilio, sms, number, status, code):
    twilio.control(failures={status: 1.0}, retry_after_s=3)
    error = sms.error(number)
    assert (error.status, error.code) == (int(status), code)
    assert sms.http.last_headers.get("Retry-After") == ("3" if status in ("429", "503") else None)
    assert not accepted(twilio, number)


def test_a_lost_reply_leaves_the_client_ignorant_of_an_accepted_message(twilio, sms, number):
    twilio.control(drop_reply=1.0)
    with pytest.raises(requests.exceptions.ConnectionError):
        sms.send(number)
    assert len(accepted(twilio, number)) == 1
    assert len(sms.api.messages.list(to=number)) == 1


@pytest.mark.parametrize(("fault", "taken"), [("hang", 0), ("late_reply", 1)])
def test_silence_is_a_time_out_accepted_or_not(twilio, sms, number, fault, taken):
    twilio.control(**{fault: 1.0})
    sms.http.timeout = IMPATIENCE
    with pytest.raises(requests.exceptions.ReadTimeout):
        sms.send(number)
    assert len(accepted(twilio, number)) == taken


def test_wrong_credentials_are_refused(twilio, sms, number):
    stranger = Client(twilio.account_sid, "wrong", http_client=sms.http)
    with pytest.raises(Exception, match="Authenticate") as caught:
        stranger.messages.create(to=number, from_="+15005550006", body="x")
    assert (caught.value.status, caught.value.code) == (401, 20003)


def test_another_account_is_not_found(twilio, sms, number):
    stranger = Client(twilio.account_sid, twilio.auth_token, account_sid="AC" + "1" * 32, http_client=sms.http)
    with pytest.raises(Exception, match="not found") as caught:
        stranger.messages.create(to=number, from_="+15005550006", body="x")
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_a_suspended_account_may_do_nothing(twilio, sms, number):
    twilio.control(revoked=True)
    assert (sms.error(number).status, sms.error(number).code) == (401, 20005)
    assert not accepted(twilio, number)


@pytest.mark.parametrize("header", ["", "Basic", "Basic !!!", "Bearer x", "Basic eA=="])
def test_a_strange_authorization_header_is_401(twilio, header):
    url = f"{twilio.base_url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    assert httpx.get(url, headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize(
    "query", ["PageSize=0", "PageSize=1001", "PageSize=many", "Sent=1", "DateSent=yesterday", "To=a&To=b"]
)
def test_a_list_is_asked_for_as_the_document_says(twilio, query):
    url = f"{twilio.base_url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json?{query}"
    assert httpx.get(url, auth=(twilio.account_sid, twilio.auth_token)).status_code == 400


def test_a_body_that_is_no_form_is_refused(twilio, number):
    url = f"{twilio.base_url}/2010-04-01/Accounts/{twilio.account_sid}/Messages.json"
    auth = (twilio.account_sid, twilio.auth_token)
    assert httpx.post(url, json={"To": number}, auth=auth).status_code == 400
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert httpx.post(url, content=b"To=%2B86\xff", headers=form, auth=auth).status_code == 400
    assert httpx.post(url, content=f"To=a&To={number}", headers=form, auth=auth).status_code == 400
