"""S34: connections that say little and stay, headers without end, and requests two readers would cut differently.

The server is started as `make run` starts it, and reached without a proxy before it. What only a proxy can hold off
(bodies that come a byte at a time) is a matter of its configuration, which is read here.
"""

import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import httpx
import pytest

from config import Settings
from deploy.local.processes import API
from tests.attacks.ledger import count
from tests.conftest import KEYS, ROOT
from tests.journey.system import eventually, free_port

HELD, CHECKS = 40, 20
# Below the half minute after which the server itself gives up on headers, or nothing would be shown.
PATIENCE_S = 25.0
POST = b"POST /v1/sign-in/code HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
BODY = b'{"phone":"1"}'
HIDDEN = b"GET /healthz/live HTTP/1.1\r\nHost: x\r\n\r\n"
SHOWN = b'"status":"ok"'
UPLOAD = (
    b"PATCH /v1/uploads/0190b6a0-0000-7000-8000-000000000000 HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\n"
    b"Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 100\r\n\r\n."
)
NO_CHUNKS = b"\r\n\r\n0\r\n\r\n" + HIDDEN
# What follows the first request must never be read as a second one.
TWO_WAYS_TO_READ = {
    "length, then chunks": POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked" + NO_CHUNKS,
    "chunks, then length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 4" + NO_CHUNKS,
    "two lengths": POST + b"Content-Length: 13\r\nContent-Length: 3\r\n\r\n" + BODY + HIDDEN,
    "a list of lengths": POST + b"Content-Length: 13, 3\r\n\r\n" + BODY + HIDDEN,
    "a signed length": POST + b"Content-Length: +13\r\n\r\n" + BODY + HIDDEN,
    "a negative length": POST + b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "a length in hex": POST + b"Content-Length: 0xd\r\n\r\n" + BODY + HIDDEN,
    "another coding": POST + b"Transfer-Encoding: xchunked" + NO_CHUNKS,
    "two codings": POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity" + NO_CHUNKS,
    "a list of codings": POST + b"Transfer-Encoding: chunked, identity" + NO_CHUNKS,
    "a blank before the colon": POST + b"Transfer-Encoding : chunked" + NO_CHUNKS,
    "a folded line": POST + b"X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 13\r\n\r\n" + BODY + HIDDEN,
    "a lone return": POST + b"X: a\rTransfer-Encoding: chunked\r\nContent-Length: 13\r\n\r\n" + BODY + HIDDEN,
    "a nul": POST + b"X: a\0\r\nContent-Length: 13\r\n\r\n" + BODY + HIDDEN,
    "a chunk of no size": POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n" + HIDDEN,
    "a chunk without end": POST + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\na\r\n0\r\n\r\n" + HIDDEN,
    "chunks in 1.0": POST.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked" + NO_CHUNKS,
}
GET = b"GET /healthz/live HTTP/1.1\r\nHost: x\r\n"
TOO_LARGE = {
    "many headers": (GET + b"".join(b"X-%d: a\r\n" % n for n in range(2_000)) + b"\r\n", 431),
    "a long address": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
    "a length beyond all": (POST + b"Content-Length: 999999999999\r\n\r\n" + BODY, 413),
}


@pytest.fixture(scope="module")
def port(clone_database: Callable[[], str], make_settings: Callable[..., Settings]) -> Iterator[int]:
    """A server of its own."""
    settings, port = make_settings(clone_database()), free_port()
    env = os.environ | KEYS | {
        "GRIDLOOP_DATABASE_URL": settings.database_url, "GRIDLOOP_REDIS_URL": settings.redis_url,
        "GRIDLOOP_FILES_DIR": settings.files_dir, "GRIDLOOP_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    command = [part.format(port=port) for part in API]
    silent = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=silent, stderr=silent)
    try:
        eventually(lambda: is_ready(port), within=120, what="the API to be ready")
        yield port
    finally:
        server.terminate()
        server.wait(60)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz/ready", timeout=PATIENCE_S).status_code == 200
    except httpx.TransportError:
        return False


def say(port: int, words: bytes) -> bytes:
    """Everything the server answers until it closes the connection; raises TimeoutError when it does not."""
    heard = b""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as connection:
        # A server that has answered need not listen to the rest; what it said can be read all the same.
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(words)
        with suppress(ConnectionResetError):
            while part := connection.recv(65_536):
                heard += part
    return heard


def statuses(heard: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", heard)]


@pytest.mark.parametrize("half", [GET, UPLOAD], ids=["headers", "upload without a sign-in"])
def test_requests_that_never_end_keep_nobody_waiting(port: int, half: bytes) -> None:
    with ExitStack() as open_ones:
        for _ in range(HELD):
            connection = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S))
            connection.sendall(half)
        answered = [is_ready(port) for _ in range(CHECKS)]
    count("S34", f"requests beside {HELD} that never end", CHECKS, sum(answered))
    assert answered == [True] * CHECKS


def test_the_proxy_takes_whole_bodies_before_it_passes_them_on() -> None:
    """A body that comes a byte at a time occupies a thread of ours; uploads alone do, and ask for a sign-in first."""
    written = (ROOT / "deploy/nginx/gridloop.conf").read_text(encoding="utf-8")
    unbuffered = [
        place for place, inside in re.findall(r"location (\S+) \{([^}]*)\}", written)
        if "proxy_request_buffering off" in inside
    ]  # fmt: skip
    assert unbuffered == ["/v1/uploads"]
    assert written.count("proxy_request_buffering") == 1
    assert {"client_header_timeout", "client_body_timeout", "large_client_header_buffers", "limit_conn"} <= set(
        re.findall(r"^\s*(\w+) ", written, re.MULTILINE)
    )


def test_a_request_that_can_be_cut_in_two_ways_is_one_request_and_the_last(port: int) -> None:
    heard = {name: say(port, words) for name, words in TWO_WAYS_TO_READ.items()}
    wrong = {
        name: answer for name, answer in heard.items()
        if SHOWN in answer or len(statuses(answer)) > 1 or not all(400 <= s < 500 for s in statuses(answer))
    }  # fmt: skip
    count("S34", "requests that can be read in two ways", len(heard), len(heard) - len(wrong))
    assert wrong == {}


@pytest.mark.parametrize("line", [b"POST /nowhere", b"GET /nowhere", b"DELETE /v1/me"], ids=bytes.decode)
def test_a_body_nobody_asked_for_is_not_the_next_request(port: int, line: bytes) -> None:
    first = line + b" HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN
    heard = say(port, first + b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert (len(statuses(heard)), SHOWN in heard) == (2, False)


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_refused_before_it_is_read(port: int, name: str) -> None:
    words, status = TOO_LARGE[name]
    assert statuses(say(port, words)) == [status]


def test_a_header_of_a_megabyte_is_not_taken(port: int) -> None:
    assert statuses(say(port, GET + b"X: " + b"a" * (1 << 20) + b"\r\n\r\n")) in ([431], [])
