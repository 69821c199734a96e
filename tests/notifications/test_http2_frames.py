"""The HTTP/2 connection frame by frame: what it writes, what it makes of what it reads, and what it says was taken."""

import asyncio
import gzip
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, PingAckReceived, RequestReceived, SettingsAcknowledged, StreamEnded, StreamReset
from h2.settings import SettingCodes
from hpack import Encoder
from hyperframe.frame import GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame, SettingsFrame

from api.notifications.gateways.http2 import Answer, NotTaken, Unanswered
from api.notifications.gateways.http2.connection import Connection
from api.notifications.gateways.http2.frames import PREFACE, frame

FIELDS = ((b":method", b"POST"), (b":path", b"/send"), (b":scheme", b"http"), (b":authority", b"x"), (b"a", b"b" * 900))
BODY = b'{"message":{}}'


class Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closing = self.cut = False

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.cut = True

    def is_closing(self) -> bool:
        return self.closing


class Talk:
    """Our connection, and an independent server's view of it: the h2 library, or bytes by hand."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.wire = Wire()
        self.ours = Connection(lambda _, what: self.told.append(what))
        self.ours.connection_made(self.wire)
        self.server = H2Connection(H2Configuration(client_side=False))
        self.server.initiate_connection()
        self.seen: list[Any] = []

    async def exchange(self) -> None:
        """Everything either side has to say, until both are silent."""
        for _ in range(4):
            await asyncio.sleep(0)
            data, self.wire.written = self.wire.written, b""
            if data:
                self.seen += self.server.receive_data(data)
            if data := self.server.data_to_send():
                self.ours.data_received(data)

    def post(self, body: bytes = BODY) -> asyncio.Future[Answer]:
        return self.ours.post(FIELDS, body)[1]

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.seen if isinstance(event, kind)]

    def answer(self, number: int, status: int = 200, body: bytes = b"{}", **fields: str) -> None:
        head = [(":status", str(status)), *((name.replace("_", "-"), value) for name, value in fields.items())]
        self.server.send_headers(number, head)
        self.server.send_data(number, body, end_stream=True)

    def say(self, *frames: Any) -> None:
        """Frames by hand."""
        self.ours.data_received(b"".join(x if isinstance(x, bytes) else x.serialize() for x in frames))


def talking(test: Callable[[Talk], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    def run() -> None:
        async def inside() -> None:
            await test(Talk())

        asyncio.run(inside())

    run.__name__ = test.__name__
    return run


def headers(number: int, *fields: tuple[str, str], end: bool = False) -> HeadersFrame:
    made = HeadersFrame(number, flags=["END_HEADERS", "END_STREAM"] if end else ["END_HEADERS"])
    made.data = Encoder().encode(fields)
    return made


async def end_of(future: asyncio.Future[Answer]) -> str:
    """How a request ended, in words."""
    try:
        return str((await asyncio.wait_for(future, 30)).status)
    except (NotTaken, Unanswered) as error:
        return f"{type(error).__name__} {error.reason}"


@talking
async def test_a_request_is_what_an_independent_server_reads(talk: Talk) -> None:
    first, second = talk.post(), talk.post(b"{}")
    await talk.exchange()
    [head, later] = talk.of(RequestReceived)
    assert {bytes(name): bytes(value) for name, value in head.headers} == {
        **dict(FIELDS), b"content-length": b"%d" % len(BODY),
    }  # fmt: skip
    assert {**dict(later.headers)}[b"content-length"] == b"2"
    assert [event.data for event in talk.of(DataReceived)] == [BODY, b"{}"]
    talk.answer(3, 404, b"no")
    talk.answer(1)
    await talk.exchange()
    assert ((await first).status, (await first).raw, (await second).status) == (200, b"{}", 404)
    assert len(talk.of(SettingsAcknowledged)) == 1


@talking
async def test_the_second_header_block_is_a_few_bytes_and_a_smaller_table_is_heeded(talk: Talk) -> None:
    talk.post()
    await asyncio.sleep(0)
    long = len(talk.wire.written)
    talk.wire.written, first = b"", talk.wire.written
    talk.post()
    await asyncio.sleep(0)
    assert len(talk.wire.written) < 60 < 600 < long
    talk.seen += talk.server.receive_data(first)
    talk.server.update_settings({SettingCodes.HEADER_TABLE_SIZE: 0})
    await talk.exchange()
    for _ in range(3):
        talk.post()
        await talk.exchange()
    requests = talk.of(RequestReceived)
    assert len(requests) == 5
    assert {bytes(dict(event.headers)[b"a"]) for event in requests} == {b"b" * 900}


@talking
async def test_a_body_waits_for_windows_and_goes_out_in_the_frames_allowed(talk: Talk) -> None:
    talk.server.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 10})
    await talk.exchange()
    body = bytes(range(200)) * 100
    future = talk.post(body)
    await talk.exchange()
    assert b"".join(event.data for event in talk.of(DataReceived)) == body[:10]
    talk.server.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 1_000})
    await talk.exchange()
    assert sum(len(event.data) for event in talk.of(DataReceived)) == 1_000
    talk.server.increment_flow_control_window(65_000, 1)
    await talk.exchange()
    assert b"".join(event.data for event in talk.of(DataReceived)) == body
    assert len(talk.of(StreamEnded)) == 1
    # 20,000 of the connection's 65,535 are used up: this one gets what is left, and the rest when there is more.
    big = talk.post(bytes(50_000))
    await talk.exchange()
    talk.server.increment_flow_control_window(60_000, 3)
    await talk.exchange()
    assert sum(event.flow_controlled_length for event in talk.of(DataReceived)) == 65_535
    assert talk.ours.room == 0
    talk.server.increment_flow_control_window(100_000)
    await talk.exchange()
    assert len(talk.of(StreamEnded)) == 2
    talk.answer(1)
    talk.answer(3)
    await talk.exchange()
    assert (await end_of(future), await end_of(big)) == ("200", "200")


@talking
async def test_goaway_tells_what_was_not_taken_and_the_rest_is_still_answered(talk: Talk) -> None:
    futures = [talk.post() for _ in range(3)]
    await talk.exchange()
    talk.say(GoAwayFrame(0, last_stream_id=2**31 - 1))  # a warning first, as polite servers do
    assert (talk.ours.room, talk.ours.busy) == (0, 3)
    talk.say(GoAwayFrame(0, last_stream_id=3))
    assert await end_of(futures[2]) == "NotTaken goaway"
    talk.answer(1)
    talk.answer(3)
    talk.ours.data_received(talk.server.data_to_send())
    assert [await end_of(future) for future in futures[:2]] == ["200", "200"]
    assert talk.wire.closing
    assert talk.told.count("goaway") == 2


@talking
async def test_a_refused_stream_was_not_taken_and_any_other_reset_is_unknown(talk: Talk) -> None:
    futures = [talk.post() for _ in range(3)]
    await talk.exchange()
    talk.say(RstStreamFrame(1, error_code=7), RstStreamFrame(3, error_code=8))
    talk.say(headers(5, (":status", "200")), RstStreamFrame(5, error_code=2))
    ends = [await end_of(future) for future in futures]
    assert ends == ["NotTaken refused", "Unanswered reset", "Unanswered reset"]
    assert talk.ours.room == 100


@talking
async def test_a_lost_connection_is_unknown_for_what_was_written_and_not_for_the_rest(talk: Talk) -> None:
    talk.server.update_settings({SettingCodes.INITIAL_WINDOW_SIZE: 5})
    await talk.exchange()
    held, (_, written) = talk.post(), talk.ours.post(FIELDS, b"{}")
    await talk.exchange()
    unwritten = talk.ours.post(FIELDS, b"{}")[1]
    talk.ours.connection_lost(OSError())
    assert [await end_of(x) for x in (held, written, unwritten)] == [
        "NotTaken lost",
        "Unanswered lost",
        "NotTaken lost",
    ]
    assert talk.ours.room == 0


@talking
async def test_pings_are_answered_and_sent(talk: Talk) -> None:
    talk.say(PingFrame(0, opaque_data=b"12345678"))
    talk.ours.ping()
    await asyncio.sleep(0)
    assert frame(6, 1, 0, b"12345678") in talk.wire.written
    talk.server = H2Connection(H2Configuration(client_side=False))
    talk.server.initiate_connection()
    assert talk.ours.pinged_at is not None
    await talk.exchange()
    assert talk.ours.pinged_at is None


@talking
async def test_answers_come_in_any_pieces_with_padding_zipped_after_a_hundred_and_with_trailers(talk: Talk) -> None:
    future = talk.post()
    await talk.exchange()
    zipped = gzip.compress(b'{"name":"x"}')
    talk.server.send_headers(1, [(":status", "103"), ("link", "</x>")])
    talk.server.send_headers(
        1, [(":status", "200"), ("content-encoding", "gzip"), ("content-length", str(len(zipped)))]
    )
    talk.server.send_data(1, zipped[:5], pad_length=30)
    talk.server.send_data(1, zipped[5:])
    talk.server.send_headers(1, [("x-trailer", "1")], end_stream=True)
    for byte in talk.server.data_to_send():
        talk.ours.data_received(bytes((byte,)))
    answer = await asyncio.wait_for(future, 30)
    assert (answer.status, answer.raw, answer.body) == (200, zipped, b'{"name":"x"}')


@talking
async def test_an_abandoned_request_is_cancelled_and_its_late_answer_passed_over(talk: Talk) -> None:
    number, _ = talk.ours.post(FIELDS, BODY)
    other = talk.post()
    await talk.exchange()
    late = [headers(number, (":status", "200"), ("date", "today"))]
    talk.ours.abandon(number)
    talk.say(*late)
    talk.ours.data_received(frame(0, 1, number, b"{}"))
    await talk.exchange()
    assert [event.error_code for event in talk.of(StreamReset)] == [8]
    talk.answer(3)
    await talk.exchange()
    assert (await end_of(other), talk.ours.room) == ("200", 100)


@talking
async def test_an_answer_cut_short_is_none(talk: Talk) -> None:
    future = talk.post()
    await talk.exchange()
    talk.say(headers(1, (":status", "200"), ("content-length", "10")), frame(0, 1, 1, b"{}"))
    assert await end_of(future) == "Unanswered answer_cut_short"


@talking
async def test_no_more_streams_than_the_server_allows_and_never_more_than_a_hundred(talk: Talk) -> None:
    talk.server.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: 2})
    await talk.exchange()
    talk.post()
    assert talk.ours.room == 1
    talk.server.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: 5_000})
    await talk.exchange()
    assert talk.ours.room == 99


@talking
async def test_header_tables_of_the_server_are_followed(talk: Talk) -> None:
    for day in ("Mon", "Mon", "Tue", "Tue", "Mon"):
        future = talk.post()
        await talk.exchange()
        talk.answer(talk.of(RequestReceived)[-1].stream_id, date=day, server="x")
        await talk.exchange()
        assert (await asyncio.wait_for(future, 30)).field(b"date") == day.encode()


LONG = b"\x00" * 16_385
NASTY = {
    "a frame too large": b"\x00\x40\x01\x00\x00\x00\x00\x00\x01" + LONG,
    "data on no stream": frame(0, 0, 0, b"x"),
    "data nobody asked for": frame(0, 0, 99, b"x"),
    "data before headers": frame(0, 0, 1, b"x"),
    "an even stream": frame(0, 0, 2, b"x"),
    "padding beyond the frame": frame(0, 8, 1, b"\x09ab"),
    "a push promise": frame(5, 4, 1, b"\x00\x00\x00\x02"),
    "settings of a stream": frame(4, 0, 1),
    "settings cut short": frame(4, 0, 0, b"\x00\x01\x00"),
    "an acknowledgement with content": frame(4, 1, 0, b"\x00" * 6),
    "a window of nothing": frame(8, 0, 0, bytes(4)),
    "a window too wide": frame(8, 0, 0, b"\x7f\xff\xff\xff"),
    "a window cut short": frame(8, 0, 0, b"\x00"),
    "a ping of five": frame(6, 0, 0, b"12345"),
    "a goaway cut short": frame(7, 0, 0, b"\x00"),
    "a continuation of nothing": frame(9, 4, 1, b"\x88"),
    "a block interrupted": frame(1, 0, 1, b"\x88") + frame(6, 0, 0, bytes(8)),
    "an endless block": frame(1, 0, 1, bytes(16_000)) + frame(9, 0, 1, bytes(16_000)) * 5,
    "a block that is none": frame(1, 4, 1, b"\xff\xff\xff\xff\xff\xff"),
    "no status": frame(1, 4, 1, b""),
    "a first window too wide": frame(4, 0, 0, b"\x00\x04\xff\xff\xff\xff"),
    "a frame size too small": frame(4, 0, 0, b"\x00\x05\x00\x00\x00\x01"),
    "a server that wants pushes": frame(4, 0, 0, b"\x00\x02\x00\x00\x00\x01"),
}


@pytest.mark.parametrize("bad", NASTY.values(), ids=NASTY.keys())
def test_whoever_breaks_the_protocol_is_told_and_left(bad: bytes) -> None:
    async def run(talk: Talk) -> None:
        future = talk.post()
        await asyncio.sleep(0)
        assert talk.wire.written.startswith(PREFACE)
        talk.wire.written = b""
        talk.ours.data_received(bad)
        # A goaway with a reason, and nothing but unknown about what was on its way.
        assert talk.wire.written[3] == 7
        assert talk.wire.written[-4:] != bytes(4)
        assert (await end_of(future), talk.wire.closing, talk.ours.room) == ("Unanswered lost", True, 0)

    talking(run)()


@talking
async def test_frames_nobody_knows_and_priorities_are_passed_over(talk: Talk) -> None:
    future = talk.post()
    await talk.exchange()
    talk.say(frame(0xFA, 0xFF, 77, b"?"), frame(2, 0, 1, bytes(5)), SettingsFrame(0, settings={0x99: 5}))
    talk.answer(1)
    await talk.exchange()
    assert await end_of(future) == "200"
    assert not talk.of(PingAckReceived)
