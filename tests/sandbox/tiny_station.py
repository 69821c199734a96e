"""A very small Gridloop for testing the simulated phones alone: one station, offers by hand.

It speaks the phone's part of the public API, sends its codes and pushes through the stand-ins with the real SDKs, and
writes down what each phone did. The journey test runs the same phones against the real API.
"""

import json
import re
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from api.identity.rules.subscriptions import public_push_key
from tests.sandbox.sdk import PushClient, SmsClient, make_message, push_to_browser
from tests.sandboxes import RunningWebPush

Json = dict[str, Any]
STATES = {
    "accept": "accepted", "decline": "declined", "depart": "on_the_way", "arrive": "arrived",
    "finish": "done", "feedback": "done",
}  # fmt: skip
PLACE = {"lat": 29.7049, "lon": 107.3897, "datum": "wgs84"}
"""200 m north of where the tests put their phones."""


class TinyStation:
    def __init__(self, push: PushClient, sms: SmsClient) -> None:
        self._push, self._sms = push, sms
        self.deeds: list[tuple[str, str]] = []
        """(number, what its phone did), in order."""
        self.positions: list[tuple[float, float]] = []
        self.offers: dict[str, Json] = {}
        self.sign_ins = 0
        self.outage = threading.Event()
        self._codes: dict[str, str] = {}
        self._tokens: dict[str, str] = {}
        self._refresh: dict[str, str] = {}
        self._pushes: dict[str, str] = {}
        self._inbox: dict[str, list[Json]] = {}
        self._kept: dict[str, tuple[int, Json]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def offer(self, number: str) -> str:
        """Ask one person: an offer, an inbox message, a push."""
        offer_id, message_id = str(uuid.uuid4()), str(uuid.uuid4())
        self.offers[offer_id] = {"id": offer_id, "state": "offered", "number": number}
        self.tell(number, offer_id, message_id)
        return offer_id

    def tell(self, number: str, offer_id: str, message_id: str, kind: str = "offer") -> None:
        item = {"id": message_id, "type": kind, "subject_kind": "offer", "subject_id": offer_id}
        self._inbox.setdefault(number, []).insert(0, item)
        self.ring(number, message_id)

    def ring(self, number: str, message_id: str) -> None:
        token = self._pushes[number]
        if token.startswith("{"):
            push_to_browser(json.loads(token), {"msg_id": message_id, "type": "offer"})
        else:
            self._push.send(make_message(token, message_id))

    def test_silently(self, number: str, message_id: str) -> None:
        """A push that shows nothing and stands in no inbox."""
        message = make_message(self._pushes[number], message_id)
        message.notification, message.data = None, {"msg_id": message_id, "type": "reach_test"}
        self._push.send(message)

    def latest(self, number: str) -> str:
        """Id of the newest message in somebody's inbox."""
        newest: str = self._inbox[number][0]["id"]
        return newest

    def revoke_access(self) -> None:
        """Every access token is void; refresh tokens hold."""
        self._tokens.clear()

    def did(self, number: str) -> list[str]:
        return [deed for who, deed in self.deeds if who == number]

    def wait(self, number: str, beginning: str, seconds: float = 30.0) -> None:
        """Until the phone has done something that begins so."""
        deadline = time.monotonic() + seconds
        while not any(deed.startswith(beginning) for deed in self.did(number)):
            assert time.monotonic() < deadline, f"{number[-4:]} never did {beginning}: {self.did(number)}"
            time.sleep(0.02)

    def answer(self, method: str, path: str, headers: Any, body: Json) -> tuple[int, Json]:
        if self.outage.is_set():
            return 503, {"code": "unavailable"}
        key = headers.get("Idempotency-Key")
        if key in self._kept:
            return self._kept[key]
        answer = self._route(method, path, headers.get("Authorization", "").removeprefix("Bearer "), body)
        if key and answer[0] < 400:
            self._kept[key] = answer
        return answer

    def _route(self, method: str, path: str, token: str, body: Json) -> tuple[int, Json]:
        open_doors = {
            "/v1/sign-in/code": self._send_code,
            "/v1/sign-in/code/verify": self._verify,
            "/v1/sign-in/refresh": self._renew,
        }
        if path in open_doors:
            return open_doors[path](body)
        number = self._tokens.get(token)
        if number is None:
            return 401, {"code": "unauthenticated"}
        return self._signed_in(method, path, number, body)

    def _send_code(self, body: Json) -> tuple[int, Json]:
        code = self._codes[body["phone"]] = f"{secrets.randbelow(10**6):06d}"
        self._sms.send(body["phone"], body=f"【荔枝派出所】登录验证码 {code}，5 分钟内有效。")
        return 202, {"expires_in": 300}

    def _verify(self, body: Json) -> tuple[int, Json]:
        if self._codes.pop(body["phone"], None) != body["code"]:
            return 401, {"code": "code_refused"}
        self.sign_ins += 1
        return 200, self._issue(body["phone"])

    def _renew(self, body: Json) -> tuple[int, Json]:
        number = self._refresh.pop(body["refresh_token"], None)
        return (200, self._issue(number)) if number else (401, {"code": "refresh_refused"})

    def _issue(self, number: str) -> Json:
        access, refresh = secrets.token_hex(8), secrets.token_hex(8)
        self._tokens[access], self._refresh[refresh] = number, number
        return {"access_token": access, "refresh_token": refresh, "expires_in": 900}

    def _signed_in(self, method: str, path: str, number: str, body: Json) -> tuple[int, Json]:
        if path == "/v1/devices/push-key":
            return 200, {"key": public_push_key(RunningWebPush.vapid_key)}
        if path == "/v1/devices":
            self._pushes[number] = body["token"]
            return self._note(number, "registered", 201)
        if path == "/v1/duty/on":
            return self._note(number, "on duty")
        if path == "/v1/positions":
            self.positions += [(fix["lat"], fix["lon"]) for fix in body["fixes"]]
            return self._note(number, "position")
        if path == "/v1/inbox":
            return 200, {"items": self._inbox.get(number, []), "next_cursor": None}
        if path == "/v1/offers":
            return 200, {"items": [offer for offer in self.offers.values() if offer["number"] == number]}
        if match := re.fullmatch(r"/v1/notices/([^/]+)(/read)?", path):
            return self._note(number, f"notice {match[1]} {'read' if match[2] else 'opened'}", 204 if match[2] else 200)
        if match := re.fullmatch(r"/v1/messages/(.+)/acknowledgements", path):
            return self._note(number, f"ack {body['kind']} {match[1]}", 204)
        if match := re.fullmatch(r"/v1/offers/([^/]+)(?:/([a-z-]+))?", path):
            return self._offer(number, match[1], match[2], body)
        return 404, {"code": "not_found"}

    def _offer(self, number: str, offer_id: str, verb: str | None, body: Json) -> tuple[int, Json]:
        offer = self.offers[offer_id]
        if verb is not None:
            if offer["state"] in ("stood_down", "withdrawn"):
                self._note(number, f"refused {verb}")
                return 409, {"code": "offer_ended"}
            offer["state"] = STATES.get(verb, offer["state"])
            self._note(number, f"{verb} {body['outcome']}" if verb == "feedback" else verb)
        going = offer["state"] in ("accepted", "on_the_way", "arrived", "done")
        return 200, offer | {"task": {"place": PLACE} if going else None}

    def _note(self, number: str, deed: str, status: int = 200) -> tuple[int, Json]:
        self.deeds.append((number, deed))
        return status, {}

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(station: TinyStation) -> Callable[..., BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer("GET", {})

        def do_POST(self) -> None:
            self._answer("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, method: str, body: Json) -> None:
            status, content = station.answer(method, self.path, self.headers, body)
            text = b"" if status == 204 else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler
