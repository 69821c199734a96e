"""One HTTP/2 connection: requests out, answers in, and for each request the truth about whether it was taken."""

import asyncio
import itertools
import math
from collections.abc import Callable
from typing import cast

from api.notifications.gateways.http2.answers import LARGEST_BODY, Answer, Fields, NotTaken, Unanswered
from api.notifications.gateways.http2.frames import (
    ACK,
    CONTINUATION,
    DATA,
    END_HEADERS,
    END_STREAM,
    FIRST_WINDOW,
    GOAWAY,
    HEADERS,
    LARGEST_FRAME,
    LARGEST_WINDOW,
    LAST_STREAM,
    PING,
    PREFACE,
    PRIORITY,
    PUSH_PROMISE,
    RST_STREAM,
    SETTINGS,
    WINDOW_UPDATE,
    Broken,
    Code,
    Setting,
    frame,
    goaway_frame,
    number_frame,
    read_goaway,
    read_number,
    read_settings,
    settings_frame,
    unwrap,
    widened,
)
from api.notifications.gateways.http2.headers import AnswerHeaders, RequestHeaders, status_of
from api.notifications.gateways.http2.reading import FrameReader

MOST_STREAMS = 100
# What the server may send on the whole connection before we say that we have read it.
WINDOW = 4 * 2**20
PING_CONTENT = b"gridloop"
Told = Callable[["Connection", str], None]


class Stream:
    """One request and what there is of its answer. `rest`: what is left of the body; None once all of it is out."""

    __slots__ = ("body", "ends_at", "fields", "future", "rest", "status", "window")

    def __init__(self, future: asyncio.Future[Answer], body: bytes, window: int, ends_at: float) -> None:
        self.future = future
        self.ends_at = ends_at
        self.rest: bytes | None = body
        self.window = window
        self.status = 0
        self.fields: Fields = ()
        self.body = b""


class Connection(asyncio.Protocol):
    """A connection, from the moment it is made. `tell` hears of: ready, room, goaway, refused, reset, broken, lost."""

    def __init__(self, tell: Told) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._request_headers, self._answer_headers = RequestHeaders(), AnswerHeaders()
        self._streams: dict[int, Stream] = {}
        self._held: dict[int, Stream] = {}  # those whose body waits for a window
        self._next, self._flushed = 1, -1
        self._out: list[bytes] = []
        self._reader = FrameReader()
        self._most, self._window, self._first_window = MOST_STREAMS, FIRST_WINDOW, FIRST_WINDOW
        self._largest = LARGEST_FRAME
        self._unread = 0
        self._choked = False
        self.going = False  # no new request
        self.made_at = self.heard_at = self._loop.time()
        self.pinged_at: float | None = None
        self._act = {
            DATA: self._on_data,
            HEADERS: self._on_headers,
            PRIORITY: self._on_nothing,
            RST_STREAM: self._on_reset,
            SETTINGS: self._on_settings,
            PUSH_PROMISE: self._on_promise,
            PING: self._on_ping,
            GOAWAY: self._on_goaway,
            WINDOW_UPDATE: self._on_window,
        }

    @property
    def room(self) -> int:
        """How many more requests it takes now."""
        if self.going or self._choked or self._window <= 0:
            return 0
        return self._most - len(self._streams)

    @property
    def busy(self) -> int:
        """Requests without an answer."""
        return len(self._streams)

    def post(self, fields: Fields, body: bytes, ends_at: float = math.inf) -> tuple[int, asyncio.Future[Answer]]:
        """Send a request; only while there is room. The future ends as an Answer, NotTaken or Unanswered."""
        number, self._next = self._next, self._next + 2
        if self._next > LAST_STREAM:
            self.going = True
        stream = Stream(self._loop.create_future(), body, self._first_window, ends_at)
        self._streams[number] = stream
        block = self._request_headers.encode(fields, len(body))
        first, rest = block[: self._largest], block[self._largest :]
        self._send(frame(HEADERS, 0 if rest else END_HEADERS, number, first))
        while rest:
            part, rest = rest[: self._largest], rest[self._largest :]
            self._send(frame(CONTINUATION, 0 if rest else END_HEADERS, number, part))
        self._send_body(number, stream)
        return number, stream.future

    def abandon(self, number: int) -> None:
        """Nobody waits for this answer any more."""
        if self._streams.pop(number, None) is not None:
            self._held.pop(number, None)
            self._send(number_frame(RST_STREAM, number, Code.CANCEL))
            self._ended()

    def expire(self, now: float) -> None:
        """Give up those whose time is over; the oldest stand first, and the first that has time left ends the look."""
        for number, stream in list(itertools.takewhile(lambda pair: pair[1].ends_at <= now, self._streams.items())):
            self._fail(number, stream, "deadline")
            self.abandon(number)

    def ping(self) -> None:
        """Ask for a sign of life; whatever comes is one."""
        self.pinged_at = self._loop.time()
        self._send(frame(PING, 0, 0, PING_CONTENT))

    def retire(self) -> None:
        """No new request; it closes when the last answer is there."""
        self.going = True
        if not self._streams:
            self.close()

    def close(self) -> None:
        """Take leave and close now; what has no answer stays without."""
        self.going = True
        if self._transport is not None and not self._transport.is_closing():
            self._send(goaway_frame(Code.NO_ERROR))
            self._flush()
            self._transport.close()

    def drop(self) -> None:
        """Close without a word: nobody is there to hear it."""
        self.going = True
        if self._transport is not None:
            self._transport.abort()

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._out.append(PREFACE)
        self._send(settings_frame({Setting.ENABLE_PUSH: 0}))
        self._send(number_frame(WINDOW_UPDATE, 0, WINDOW - FIRST_WINDOW))
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self.going = True
        self._out.clear()
        streams, self._streams = self._streams, {}
        for number, stream in streams.items():
            self._fail(number, stream, "lost")
        self._tell(self, "lost")

    def pause_writing(self) -> None:
        self._choked = True

    def resume_writing(self) -> None:
        self._choked = False
        self._tell(self, "room")

    def data_received(self, data: bytes) -> None:
        self.heard_at, self.pinged_at = self._loop.time(), None
        try:
            for kind, flags, number, payload in self._reader.read(data):
                act = self._act.get(kind)
                if act is not None:  # what we do not know is passed over
                    act(flags, number, payload)
        except Broken as broken:
            self._break_off(broken)

    # What frames say.

    def _on_data(self, flags: int, number: int, payload: bytes) -> None:
        self._check_number(number)
        self._note_read(len(payload))
        content = unwrap(DATA, flags, payload)
        stream = self._streams.get(number)
        if stream is None:
            return  # abandoned, and still on its way
        if not stream.status:
            raise Broken(Code.PROTOCOL_ERROR, "a body before its headers")
        stream.body += content
        if len(stream.body) > LARGEST_BODY:
            self._end(number, stream, Unanswered("answer_too_large"), Code.CANCEL)
        elif flags & END_STREAM:
            self._finish(number, stream)

    def _on_headers(self, flags: int, number: int, block: bytes) -> None:
        self._check_number(number)
        # Decoded whoever it is for: later blocks build on it.
        fields = self._answer_headers.decode(block)
        stream = self._streams.get(number)
        if stream is None:
            return
        if not stream.status:
            status = status_of(fields)
            if status < 200 and not flags & END_STREAM:
                return  # not the answer yet
            stream.status, stream.fields = status, fields
        elif not flags & END_STREAM:
            raise Broken(Code.PROTOCOL_ERROR, "headers in the middle of a body")
        if flags & END_STREAM:
            self._finish(number, stream)

    def _finish(self, number: int, stream: Stream) -> None:
        answer = Answer(stream.status, stream.fields, stream.body)
        said = answer.field(b"content-length")
        if said and said != b"%d" % len(stream.body):
            self._end(number, stream, Unanswered("answer_cut_short"))
        else:
            # An answer that comes before all of the body is out makes the rest of it pointless.
            self._end(number, stream, answer, None if stream.rest is None else Code.NO_ERROR)

    def _on_reset(self, flags: int, number: int, payload: bytes) -> None:
        self._check_number(number)
        code = read_number(payload)
        stream = self._streams.get(number)
        if stream is None:
            return
        if code == Code.REFUSED_STREAM:
            self._tell(self, "refused")
            self._end(number, stream, NotTaken("refused"))
        else:
            self._tell(self, "reset")
            self._end(number, stream, Unanswered("reset"))

    def _on_settings(self, flags: int, number: int, payload: bytes) -> None:
        if number:
            raise Broken(Code.PROTOCOL_ERROR, "settings of a stream")
        if flags & ACK:
            if payload:
                raise Broken(Code.FRAME_SIZE_ERROR, "an acknowledgement with content")
            return
        for name, value in read_settings(payload):
            self._set(name, value)
        self._send(frame(SETTINGS, ACK, 0))
        self._send_held()
        self._tell(self, "room")

    def _set(self, name: int, value: int) -> None:
        if name == Setting.HEADER_TABLE_SIZE:
            self._request_headers.resize(value)
        elif name == Setting.ENABLE_PUSH and value:
            raise Broken(Code.PROTOCOL_ERROR, "a server that wants pushes")
        elif name == Setting.MAX_CONCURRENT_STREAMS:
            self._most = min(value, MOST_STREAMS)
        elif name == Setting.INITIAL_WINDOW_SIZE:
            if value > LARGEST_WINDOW:
                raise Broken(Code.FLOW_CONTROL_ERROR, "a window too large")
            for stream in self._streams.values():
                stream.window += value - self._first_window
            self._first_window = value
        elif name == Setting.MAX_FRAME_SIZE:
            if not LARGEST_FRAME <= value < 2**24:
                raise Broken(Code.PROTOCOL_ERROR, "a frame size nobody may want")
            self._largest = value

    def _on_window(self, flags: int, number: int, payload: bytes) -> None:
        more = read_number(payload)
        if number == 0:
            self._window = widened(self._window, more)
            self._send_held()
            self._tell(self, "room")
            return
        self._check_number(number)
        if (stream := self._streams.get(number)) is not None:
            stream.window = widened(stream.window, more)
            self._send_held()

    def _on_ping(self, flags: int, number: int, payload: bytes) -> None:
        if number or len(payload) != len(PING_CONTENT):
            raise Broken(Code.PROTOCOL_ERROR if number else Code.FRAME_SIZE_ERROR, "not a ping")
        if not flags & ACK:
            self._send(frame(PING, ACK, 0, payload))

    def _on_goaway(self, flags: int, number: int, payload: bytes) -> None:
        last, _ = read_goaway(payload)
        self.going = True
        self._tell(self, "goaway")
        # The server never looked at these, and says so.
        for later in [key for key in self._streams if key > last]:
            self._end(later, self._streams[later], NotTaken("goaway"))
        if not self._streams:
            self.close()

    def _on_promise(self, flags: int, number: int, payload: bytes) -> None:
        raise Broken(Code.PROTOCOL_ERROR, "a promise nobody asked for")

    def _on_nothing(self, flags: int, number: int, payload: bytes) -> None:
        self._check_number(number)

    # Sending.

    def _send(self, data: bytes) -> None:
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(data)

    def _flush(self) -> None:
        if self._out and self._transport is not None and not self._transport.is_closing():
            data = b"".join(self._out)
            self._out.clear()
            self._flushed = self._next - 2
            self._transport.write(data)

    def _send_body(self, number: int, stream: Stream) -> None:
        rest = stream.rest or b""
        while True:
            size = min(len(rest), self._largest, self._window, stream.window)
            if size <= 0 and rest:
                stream.rest = rest
                self._held[number] = stream
                return
            self._window -= size
            stream.window -= size
            part, rest = rest[:size], rest[size:]
            self._send(frame(DATA, 0 if rest else END_STREAM, number, part))
            if not rest:
                stream.rest = None
                return

    def _send_held(self) -> None:
        held, self._held = self._held, {}
        for number, stream in held.items():
            self._send_body(number, stream)

    def _note_read(self, size: int) -> None:
        # No stream gets a larger window than it begins with, which is as large as the largest answer.
        self._unread += size
        if self._unread > WINDOW // 2:
            self._send(number_frame(WINDOW_UPDATE, 0, self._unread))
            self._unread = 0

    # Ends.

    def _end(self, number: int, stream: Stream, end: Answer | NotTaken | Unanswered, reset: Code | None = None) -> None:
        del self._streams[number]
        self._held.pop(number, None)
        if reset is not None:
            self._send(number_frame(RST_STREAM, number, reset))
        if not stream.future.done():
            if isinstance(end, Answer):
                stream.future.set_result(end)
            else:
                stream.future.set_exception(end)
        self._ended()

    def _ended(self) -> None:
        if self.going and not self._streams:
            self.close()
        else:
            self._tell(self, "room")

    def _fail(self, number: int, stream: Stream, reason: str) -> None:
        # Without the end of its body nobody can have acted on it.
        unsent = number > self._flushed or stream.rest is not None
        if not stream.future.done():
            stream.future.set_exception(NotTaken(reason) if unsent else Unanswered(reason))

    def _break_off(self, broken: Broken) -> None:
        self._tell(self, "broken")
        if self._transport is not None:
            self._out.clear()
            self._transport.write(goaway_frame(broken.code))
            self._transport.close()
        self.connection_lost(broken)

    def _check_number(self, number: int) -> None:
        if not number % 2 or number >= self._next:
            raise Broken(Code.PROTOCOL_ERROR, "a stream nobody opened")
