"""Addresses that strangers chose: only public ones, and the very one that was checked."""

import asyncio
import ipaddress
import json
import socket
import threading
from collections.abc import Iterator

import httpcore
import httpx
import pytest

from api.identity.rules.subscriptions import may_be_called, public_push_key, read_subscription
from api.notifications.gateways.outward import EndpointForbidden, Guard, GuardedTransport, is_public

STAND_IN = "http://127.0.0.1:8094"
KEYS = {"p256dh": public_push_key("AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA"), "auth": "AAECAwQFBgcICQoLDA0ODw"}


@pytest.mark.unit
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.5.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:db8::1", "fec0::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.unit
@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_an_address_of_the_open_internet_is(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.unit
@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.org/x", "https://push.example.org:22/x", "https://127.0.0.1/x", "https://2130706433/x",
        "https://0x7f.1/x", "https://127.1/x", "https://[::1]/x", "https://user:pw@push.example.org/x",
        "https://user@push.example.org/x", "ftp://push.example.org/x", "https://localhost/x", "https://push.example.org:99999/x",
        "https:///x", "//push.example.org/x",
        "https://push.example.org\\@127.0.0.1/x", "https://push.example.org/\n", "https://推送.example/x",
        "https://169.254.169.254/latest",
        "https://push.example.org/" + "x" * 1024, "http://127.0.0.1:8095/push", "http://127.0.0.1:80940/push",
    ],
)  # fmt: skip
def test_what_is_no_push_service_is_refused_by_its_text(endpoint: str) -> None:
    assert not may_be_called(endpoint, stand_in=STAND_IN)


@pytest.mark.unit
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://ntfy.example.org:8443/up?x=1",
        f"{STAND_IN}/push/x",
    ],
)
def test_a_push_service_is_not(endpoint: str) -> None:
    assert may_be_called(endpoint, stand_in=STAND_IN)


@pytest.mark.unit
def test_equal_subscriptions_are_written_in_one_way() -> None:
    keys = {"p256dh": KEYS["p256dh"] + "==", "auth": KEYS["auth"]}
    loose = {"keys": keys, "expirationTime": None, "endpoint": "https://a.example/x"}
    found = read_subscription(json.dumps(loose))
    assert (
        found.as_token()
        == f'{{"endpoint":"https://a.example/x","keys":{{"auth":"{KEYS["auth"]}","p256dh":"{KEYS["p256dh"]}"}}}}'
    )
    assert read_subscription(found.as_token()) == found


def written(endpoint: object, **keys: object) -> str:
    return json.dumps({"endpoint": endpoint, "keys": KEYS | keys})


@pytest.mark.unit
@pytest.mark.parametrize(
    "token",
    [
        "", "x", "[]", "{}", "null", '{"endpoint": "https://a.example/x"}', "[" * 2000,
        '{"endpoint": "https://a.example/x", "keys": []}', written(7), written("https://a.example/x", p256dh="AAAA"),
        written("https://a.example/x", auth="AAAA"), written("https://a.example/x", p256dh="A" * 87),
    ],
)  # fmt: skip
def test_what_is_no_subscription_is_none(token: str) -> None:
    assert read_subscription(token) is None


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """A server on this machine that must not be called, and who called it."""
    called: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    connection, peer = server.accept()
                except TimeoutError:
                    continue
                called.append(peer)
                connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], called
        stop.set()
        thread.join()


def post(url: str, stand_in: str = "") -> int:
    async def run() -> int:
        async with httpx.AsyncClient(transport=GuardedTransport(Guard(stand_in), 2), trust_env=False) as client:
            return (await client.post(url)).status_code

    return asyncio.run(run())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "[::1]", "127.1"])
def test_nothing_on_this_machine_is_called(listener, host: str) -> None:
    port, called = listener
    with pytest.raises(httpx.ConnectError):
        post(f"http://{host}:{port}/")
    assert called == []


def test_the_stand_in_alone_may_be_here(listener) -> None:
    port, called = listener
    assert post(f"http://127.0.0.1:{port}/", stand_in=f"http://127.0.0.1:{port}") == 201
    assert len(called) == 1


def test_a_name_that_changes_its_address_after_the_check_is_connected_to_where_it_was_checked(
    listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, called = listener
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    connected: list[str] = []

    async def resolve(self, host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(answers)]

    async def connect(self, host, port, *_, **__):
        connected.append(host)
        raise httpcore.ConnectError("not in a test")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect)
    for _ in range(2):
        with pytest.raises(httpx.ConnectError):
            post(f"http://rebinding.example:{port}/")
    # The second time the name says this machine: not even tried.
    assert connected == ["8.8.8.8"]
    assert called == []


def test_one_bad_address_among_good_ones_refuses_all(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(self, host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", resolve)
    with pytest.raises(httpx.ConnectError) as raised:
        post("https://mixed.example/")
    assert isinstance(raised.value.__cause__, EndpointForbidden)
