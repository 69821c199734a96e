"""The stand-in's calls, through Twilio's own client: what it takes, what it refuses, and how a call goes."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from api.notifications.rules.receipts import TWILIO_STATES
from tests.sandbox.sdk import make_sms_client
from tests.sandboxes import AUTH_TOKEN, RunningTwilio
from workers.sandbox.documents import TWILIO_CALLS_EXTRACT, load_extract
from workers.sandbox.twilio.speech import Gather, Hangup, Redirect, Say, Unspeakable, read_speech

TO, FROM = "+8619900000001", "+15005550006"


class Application(BaseHTTPRequestHandler):
    """Says hello, takes one key, says goodbye."""

    heard: ClassVar[list[tuple[str, dict[str, str], bool]]] = []

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode(), keep_blank_values=True))
        url = f"http://127.0.0.1:{self.server.server_address[1]}{self.path}"
        genuine = RequestValidator(AUTH_TOKEN).validate(url, form, self.headers["X-Twilio-Signature"])
        self.heard.append((self.path, form, genuine))
        root = url.rsplit("/", 1)[0]
        body = {
            "/voice": f'<Response><Gather numDigits="1" timeout="5" action="{root}/key" method="POST">'
                      f"<Say>hello</Say></Gather><Redirect>{root}/bye</Redirect></Response>",
            "/key": "<Response><Say>noted</Say><Hangup/></Response>",
            "/bye": "<Response><Say>bye</Say></Response>",
        }.get(self.path, "")  # fmt: skip
        self.send_response(200 if body else 204)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def application() -> Iterator[str]:
    Application.heard.clear()
    server = HTTPServer(("127.0.0.1", 0), Application)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def dial(client: Client, application: str, **changes: Any) -> Any:
    plain = {"to": TO, "from_": FROM, "url": f"{application}/voice", "status_callback": f"{application}/status",
             "status_callback_event": ["initiated", "ringing", "answered", "completed"]}  # fmt: skip
    return client.calls.create(**(plain | changes))


def finished(twilio: RunningTwilio, sid: str) -> dict[str, Any]:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        call = next(call for call in twilio.calls() if call["sid"] == sid)
        if call["status"] in ("completed", "busy", "no-answer", "failed"):
            return call
        time.sleep(0.02)
    pytest.fail("the call never ended")


@pytest.mark.parametrize(("keys", "heard"), [("7", ["hello", "noted"]), ("", ["hello", "bye"])])
def test_a_call_is_led_by_the_applications_documents(twilio: RunningTwilio, application: str, keys, heard) -> None:
    twilio.control(call_answers={TO: keys})
    call = dial(make_sms_client(twilio).api, application)
    assert (call.sid[:2], call.status) == ("CA", "queued")
    assert finished(twilio, call.sid)["heard"] == heard
    time.sleep(0.2)
    told = [form["CallStatus"] for path, form, _ in Application.heard if path == "/status"]
    assert told == ["initiated", "ringing", "in-progress", "completed"]
    assert all(genuine for *_, genuine in Application.heard)


@pytest.mark.parametrize("end", ["busy", "no-answer", "failed"])
def test_a_call_nobody_takes_says_why(twilio: RunningTwilio, application: str, end: str) -> None:
    twilio.control(call_answers={TO: end})
    call = dial(make_sms_client(twilio).api, application)
    assert finished(twilio, call.sid)["status"] == end


def test_a_phone_that_is_not_answered_stops_ringing(twilio: RunningTwilio, application: str) -> None:
    twilio.control(ring_s=0.2)
    call = dial(make_sms_client(twilio).api, application)
    assert finished(twilio, call.sid)["status"] == "no-answer"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "123"}, 21211),
        ({"url": "ftp://x"}, 21205),
        ({"status_callback_event": ["teleported"]}, 21626),
        ({"timeout": 601}, 20001),
        ({"twiml": "<Response/>"}, 20001),
    ],
)
def test_what_is_wrong_is_refused(twilio: RunningTwilio, application: str, changes: dict[str, Any], code: int) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        dial(make_sms_client(twilio).api, application, **changes)
    assert refusal.value.code == code


@pytest.mark.unit
@pytest.mark.parametrize(
    "document",
    [
        "",
        "<Say>x</Say>",
        "<Response><Dial>1</Dial></Response>",
        "<Response><Say/></Response>",
        '<Response><Gather action="x" digits="1"/></Response>',
    ],
)
def test_a_document_the_real_service_would_not_carry_out_is_an_error(document: str) -> None:
    with pytest.raises(Unspeakable):
        read_speech(document)


@pytest.mark.unit
def test_a_document_is_read_in_order() -> None:
    verbs = read_speech('<Response><Gather action="/k"><Say language="zh-CN">去吗</Say></Gather><Redirect>/a</Redirect>'
                        "<Hangup/></Response>")  # fmt: skip
    assert verbs == [Gather((Say("去吗", "zh-CN"),), 1, "/k"), Redirect("/a"), Hangup()]


@pytest.mark.unit
def test_every_status_the_document_knows_is_one_of_ours() -> None:
    assert set(load_extract(TWILIO_CALLS_EXTRACT)["statuses"]) <= set(TWILIO_STATES)
