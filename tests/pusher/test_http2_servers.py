"""The push transport against servers that nobody here wrote, and against sockets that misbehave."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from api.notifications.gateways.fcm_http2 import FcmHttp2Gateway
from api.notifications.gateways.http2 import NotTaken, Pool, Unanswered
from api.notifications.gateways.http2.frames import PREFACE, frame
from api.notifications.types import OutcomeKind
from tests.pusher.servers import make_certificate, nghttpd, nginx
from tests.pusher.test_gateways import PUSH
from tests.sandboxes import RunningFcm, make_token

K = OutcomeKind
REFUSING = frame(4, 0, 0) + frame(4, 1, 0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """The certificate, known to whoever reads SSL_CERT_FILE."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return certificate


def fields(base_url: str, path: bytes = b"/") -> tuple[tuple[bytes, bytes], ...]:
    authority = base_url.partition("://")[2].encode()
    return ((b":method", b"POST"), (b":scheme", b"https"), (b":authority", authority), (b":path", path))


async def post_all(base_url: str, bodies: list[bytes], *, most: int = 3) -> list[bytes]:
    pool, head = Pool(base_url, warm=1, most=most, patience_s=30), fields(base_url)
    await pool.open()
    try:
        answers = await asyncio.gather(*(pool.post(head, body) for body in bodies))
        assert {answer.status for answer in answers} == {200}
        return [answer.body for answer in answers]
    finally:
        await pool.close()


@pytest.mark.parametrize(
    "options", [[], ["--max-concurrent-streams=3"], ["--header-table-size=0"], ["--window-bits=8"]]
)
def test_nghttpd_gives_back_every_body(tmp_path: Path, trusted: tuple[Path, Path], options: list[str]) -> None:
    bodies = [b"%d " % number * (number % 7 * 300 + 1) for number in range(120)]
    with nghttpd(tmp_path, *trusted, *options) as base_url:
        assert asyncio.run(post_all(base_url, bodies)) == bodies


def test_a_server_that_gives_connections_up_loses_nothing_and_doubles_nothing(
    tmp_path: Path, trusted: tuple[Path, Path], fcm: RunningFcm
) -> None:
    envelopes = [replace(PUSH, token=make_token(f"nginx {number}")) for number in range(300)]
    location = f"proxy_pass http://127.0.0.1:{fcm.port}; proxy_set_header Host $host;"

    async def run(base_url: str) -> list[str]:
        gateway = FcmHttp2Gateway(str(fcm.service_account), base_url, deadline_s=60)
        await gateway.open()
        outcomes: list[str] = []
        for start in range(0, len(envelopes), 10):
            found = await asyncio.gather(*(gateway.send(envelope) for envelope in envelopes[start : start + 10]))
            outcomes += [f"{outcome.kind} {outcome.code}".strip() for outcome in found]
        await gateway.close()
        return outcomes

    # nginx says goodbye after this many requests, and answers what it has taken.
    with nginx(tmp_path, *trusted, location, "keepalive_requests 40;") as base_url:
        outcomes = asyncio.run(run(base_url))
    calls = Counter(entry["to"] for entry in fcm.ledger())
    assert Counter(outcomes) == {"accepted": len(envelopes)}
    assert {calls[envelope.token] for envelope in envelopes} == {1}


def test_zipped_answers_and_errors_of_a_proxy_are_read(
    tmp_path: Path, trusted: tuple[Path, Path], fcm: RunningFcm
) -> None:
    location = """default_type application/json; return 200 '{"name":"projects/x/messages/zipped-zipped-zipped"}';"""
    more = "gzip on; gzip_min_length 0; gzip_types application/json;"

    async def run(base_url: str) -> list:
        gateway = FcmHttp2Gateway(str(fcm.service_account), base_url)
        outcomes = [await gateway.send(PUSH) for _ in range(2)]
        await gateway.close()
        return outcomes

    with nginx(tmp_path, *trusted, location, more) as base_url:
        assert {outcome.provider_ref for outcome in asyncio.run(run(base_url))} == {
            "projects/x/messages/zipped-zipped-zipped"
        }
    with nginx(tmp_path, *trusted, "return 502;") as base_url:
        assert {(outcome.kind, outcome.code) for outcome in asyncio.run(run(base_url))} == {(K.RETRY, "502")}


def test_a_certificate_nobody_vouches_for_is_refused(
    tmp_path: Path, certificate: tuple[Path, Path], monkeypatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with nginx(tmp_path, *certificate, "return 200;") as base_url, pytest.raises(NotTaken, match="unreachable"):
        asyncio.run(post_all(base_url, [b"x"]))


Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def misbehaving(behave: Behaviour) -> AsyncIterator[tuple[str, list[int]]]:
    """A server by hand; how many connections it has seen."""
    seen: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(1)
        try:
            await reader.readexactly(len(PREFACE))
            writer.write(frame(4, 0, 0))
            await behave(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, int, int]:
    """Kind, flags and stream of the next frame."""
    head = await reader.readexactly(9)
    await reader.readexactly(int.from_bytes(head[:3], "big"))
    return head[3], head[4], int.from_bytes(head[5:], "big")


async def read_requests(reader: asyncio.StreamReader, count: int) -> list[int]:
    """The streams of the next whole requests."""
    found: list[int] = []
    while len(found) < count:
        kind, flags, number = await read_frame(reader)
        if kind == 0 and flags & 1:
            found.append(number)
    return found


def try_one(behave: Behaviour, *, deadline_s: float = 30.0, calls: int = 1) -> tuple[list[str], int]:
    """How calls to such a server end, and how many connections it saw."""

    async def one(pool: Pool, base_url: str) -> str:
        try:
            async with asyncio.timeout(deadline_s):
                return str((await pool.post(fields(base_url), b"{}")).status)
        except (NotTaken, Unanswered) as error:
            return f"{type(error).__name__} {error.reason}"
        except TimeoutError:
            return "deadline"

    async def run() -> tuple[list[str], int]:
        async with misbehaving(behave) as (base_url, seen):
            pool = Pool(base_url, warm=1, most=1, patience_s=30)
            await pool.open()
            ends = await asyncio.gather(*(one(pool, base_url) for _ in range(calls)))
            await pool.close()
            return list(ends), len(seen)

    return asyncio.run(run())


def test_a_refused_request_is_sent_again_and_given_back_if_it_is_always_refused() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            [number] = await read_requests(reader, 1)
            writer.write(frame(3, 0, number, b"\0\0\0\7") if number < 5 else frame(1, 5, number, b"\x88"))

    async def always(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(frame(3, 0, (await read_requests(reader, 1))[0], b"\0\0\0\7"))

    assert try_one(refuse) == (["200"], 1)
    assert try_one(always) == (["NotTaken refused"], 1)


def test_what_a_goaway_leaves_out_goes_over_another_connection_once() -> None:
    taken: list[int] = []

    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        numbers = await read_requests(reader, 5 if not taken else 3)
        last = numbers[1] if not taken else numbers[-1]
        taken.extend(number for number in numbers if number <= last)
        writer.write(frame(7, 0, 0, last.to_bytes(4, "big") + bytes(4)))
        for number in numbers:
            if number <= last:
                writer.write(frame(1, 5, number, b"\x88"))
        await reader.read()

    assert try_one(leave, calls=5) == (["200"] * 5, 2)
    assert len(taken) == 5


@pytest.mark.parametrize("cut", ["closed", "reset"])
def test_a_connection_that_dies_with_a_request_in_hand_is_not_asked_again(cut: str) -> None:
    async def die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        [first] = await read_requests(reader, 1)
        writer.write(frame(1, 4, first, b"\x88"))
        if cut == "reset":
            writer.transport.abort()

    assert try_one(die) == (["Unanswered lost"], 1)


def test_a_server_that_drips_and_one_that_is_half_open_cost_the_deadline_only() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        [number] = await read_requests(reader, 1)
        writer.write(frame(1, 4, number, b"\x88"))
        while True:
            writer.write(frame(0, 0, number, b"x"))
            await asyncio.sleep(0.02)

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    assert try_one(drip, deadline_s=0.4) == (["deadline"], 1)
    assert try_one(nothing, deadline_s=0.4) == (["deadline"], 1)


def test_a_connection_without_a_sign_of_life_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SILENCE_S", "PING_PATIENCE_S", "TEND_S"):
        monkeypatch.setattr(f"api.notifications.gateways.http2.pool.{name}", 0.05)

    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async def alive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        [number] = await read_requests(reader, 1)
        for _ in range(3):
            while (await read_frame(reader))[0] != 6:
                pass
            writer.write(frame(6, 1, 0, b"gridloop"))
        writer.write(frame(1, 5, number, b"\x88"))
        await reader.read()

    assert try_one(nothing)[0] == ["Unanswered lost"]
    assert try_one(alive)[0] == ["200"]


def test_old_connections_are_replaced_while_calls_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LONGEST_LIFE_S", "TEND_S"):
        monkeypatch.setattr(f"api.notifications.gateways.http2.pool.{name}", 0.05)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(frame(1, 5, (await read_requests(reader, 1))[0], b"\x88"))

    async def run() -> int:
        async with misbehaving(serve) as (base_url, seen):
            pool = Pool(base_url, warm=1, most=1, patience_s=30)
            await pool.open()
            while len(seen) < 4:
                assert (await pool.post(fields(base_url), b"{}")).status == 200
                await asyncio.sleep(0.01)
            await pool.close()
            return len(seen)

    assert asyncio.run(run()) >= 4
