"""S30: having us call an address of somebody else's choice: ours, the cloud's, one behind a redirect, one that changes.

Push endpoints are the only addresses a caller can name. Whatever else is called is named by the settings, and whoever
can write those owns the machine already. What a single address is worth stands in tests/notifications/test_outward.py.
"""

import ast
import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import text

from api.identity.rules.subscriptions import public_push_key
from api.notifications.gateways.webpush import WebPushGateway
from api.notifications.types import Outcome, OutcomeKind, PushEnvelope
from tests.attacks.arena import Arena, Route
from tests.attacks.ledger import count
from tests.attacks.spec import Spec
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session
from tests.sandboxes import RunningWebPush

ROOT = Path(__file__).parents[2]
KEYS = {"p256dh": public_push_key(RunningWebPush.vapid_key), "auth": "AAECAwQFBgcICQoLDA0ODw"}
CONTACT = "mailto:a@b.example"
# Told by their text, when they are registered.
REFUSED = (
    "http://push.example.org/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x", "https://127.1/x",
    "https://2130706433/x", "https://0x7f000001/x", "https://0177.0.0.1/x", "https://169.254.169.254/latest/meta-data",
    "https://[::ffff:169.254.169.254]/latest", "https://[::ffff:7f00:1]/x", "https://100.100.100.200/latest",
    "https://push.example.org:5432/x", "https://push.example.org:6379/x", "https://a@127.0.0.1/x",
    "https://push.example.org@127.0.0.1/x", "https://127.0.0.1#@push.example.org/x", "file:///etc/passwd",
    "gopher://push.example.org/x", "unix:///var/run/redis.sock", "//127.0.0.1/x", "https://127.0.0.1%2f@x.example/",
    "https://１２７.０.０.１/x", "https://push.example.org\r\nHost: x/", "HTTPS://LOCALHOST/x", "https://metadata/x",
)  # fmt: skip
# Names that look well and lead inside.
INSIDE = (
    "127.0.0.1", "169.254.169.254", "100.100.100.200", "10.0.0.5", "172.17.0.1", "192.168.1.1", "0.0.0.0", "::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "fd00:ec2::254", "fe80::1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
)  # fmt: skip
# What bodies hold that could be an address; none of these is ever called but the token of a subscription.
ADDRESS_LIKE = ("url", "uri", "endpoint", "callback", "webhook", "host", "href", "link")


@pytest.fixture
def headers(arena: Arena, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Somebody's sign-in, where Web Push is sent."""
    extensions = arena.app.extensions
    ours = {"webpush_vapid_key": SecretStr(RunningWebPush.vapid_key), "webpush_contact": CONTACT}
    monkeypatch.setitem(extensions, "gridloop.settings", extensions["gridloop.settings"].model_copy(update=ours))
    return bearer(open_session(arena.ctx, enroll(arena.ctx, station_id=make_station(arena.ctx))))


def subscription(endpoint: str) -> str:
    return json.dumps({"endpoint": endpoint, "keys": KEYS}, separators=(",", ":"))


def test_an_address_that_shows_what_it_is_is_not_even_kept(arena: Arena, headers) -> None:
    def register(endpoint: str) -> int:
        body = {"install_id": "s30-phone-0001", "provider": "webpush", "platform": "android"}
        body["token"] = subscription(endpoint)
        return arena.client.post("/v1/devices", json=body, headers=headers).status_code

    assert register("https://push.example.org/x") == 200
    rows = "SELECT md5(string_agg(d::text, '' ORDER BY id)) FROM devices d"
    before = arena.ctx.session.scalar(text(rows))
    taken = [endpoint for endpoint in REFUSED if register(endpoint) != 422]
    count("S30", "push endpoints that lead inside by their text", len(REFUSED), len(REFUSED) - len(taken))
    assert taken == []
    assert arena.ctx.session.scalar(text(rows)) == before


class Listener:
    """Somebody on this machine who is not to be called; answers what it is told to, and counts."""

    def __init__(self, answer: bytes) -> None:
        self.called = 0
        self._answer = answer
        self._server = socket.create_server(("127.0.0.1", 0))
        self._server.settimeout(0.1)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.getsockname()[1]}"

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._server.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _ = self._server.accept()
            except TimeoutError:
                continue
            self.called += 1
            with connection:
                connection.settimeout(10)
                connection.recv(65_536)
                connection.sendall(self._answer)


@pytest.fixture
def inside() -> Iterator[Listener]:
    listener = Listener(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    yield listener
    listener.close()


def push(endpoint: str, stand_in: str = "") -> Outcome:
    """One push as the pusher sends it, of a registration that may have been written into the database by anybody."""

    async def run() -> Outcome:
        gateway = WebPushGateway(RunningWebPush.vapid_key, CONTACT, stand_in, deadline_s=30)
        envelope = PushEnvelope(subscription(endpoint), {"msg_id": "1"}, "t", "b", "c", "tag", 60, {}, "active")
        try:
            return await gateway.send(envelope)
        finally:
            await gateway.close()

    return asyncio.run(run())


def test_a_name_that_leads_inside_is_not_called_and_its_registration_is_dropped(monkeypatch, inside) -> None:
    led: list[str] = []
    for address in INSIDE:

        async def resolve(self, host, port, address=address, **_):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            return [(family, socket.SOCK_STREAM, 6, "", (address, port))]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
        outcome = push("https://push.example.org/x")
        if (outcome.kind, outcome.code, outcome.address_dead) != (OutcomeKind.PERMANENT, "endpoint_forbidden", True):
            led.append(f"{address}: {outcome}")
    count("S30", "names that resolve to an address inside", len(INSIDE), len(INSIDE) - len(led))
    assert led == []
    assert inside.called == 0


def test_a_redirect_is_an_answer_and_not_an_order(inside: Listener) -> None:
    for status in (301, 302, 303, 307, 308):
        lines = f"HTTP/1.1 {status} Moved\r\nLocation: {inside.url}/x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        first = Listener(lines.encode())
        try:
            outcome = push(f"{first.url}/push", stand_in=first.url)
            assert (outcome.kind, outcome.code, first.called) == (OutcomeKind.PERMANENT, str(status), 1)
        finally:
            first.close()
    assert inside.called == 0


def test_a_row_somebody_wrote_into_the_database_is_checked_again(inside: Listener) -> None:
    outcome = push(f"{inside.url}/x")
    assert (outcome.kind, outcome.address_dead, inside.called) == (OutcomeKind.PERMANENT, True, 0)


def test_no_body_names_another_address_to_be_called(shared_app: Flask, routes: list[Route], spec: Spec) -> None:
    """A field that sounds like an address would be a new thing somebody can have us call."""
    found = {
        f"{route} {name}"
        for route in routes
        if route.method != "GET"
        for name, field in ((spec.body(spec.operation(route)) or {}).get("properties", {})).items()
        if any(word in name.lower().split("_") for word in ADDRESS_LIKE) or field.get("format") in {"uri", "url"}
    }
    assert found == set()


@pytest.mark.unit
def test_whoever_calls_out_follows_no_redirect_and_no_environment() -> None:
    """Every client of ours says so where it is made; those of the demonstration and the stand-ins apart."""
    made, loose = 0, []
    for path in sorted([*(ROOT / "api").rglob("*.py"), *(ROOT / "workers").rglob("*.py")]):
        if {"demo", "sandbox"} & set(path.parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in {"httpx.AsyncClient", "httpx.Client"}:
                made += 1
                said = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
                if (said.get("follow_redirects"), said.get("trust_env")) != ("False", "False"):
                    loose.append(f"{path.name}:{node.lineno}")
    assert made >= 3
    assert loose == []
