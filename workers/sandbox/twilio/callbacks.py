"""Status callbacks: when each goes out, what it says, how it is signed."""

import asyncio
import base64
import hashlib
import hmac
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

import aiohttp
import yarl

from workers.sandbox.faults import Faults
from workers.sandbox.mailbox import Mailbox
from workers.sandbox.twilio.records import SmsRecord

LOGGED = 20_000
IMMEDIATE_FAILURES = (30001, 30002)
"""Codes with which a message fails before it leaves Twilio; the others come from the carrier."""


@dataclass(frozen=True)
class TwilioFaults(Faults):
    """Settings of this stand-in beside the common ones."""

    stopped_numbers: frozenset[str] = frozenset()
    landlines: frozenset[str] = frozenset()
    invalid_numbers: frozenset[str] = frozenset()
    outcomes: dict[str, str] = field(default_factory=dict)
    """By number: "delivered", "silent" (no final receipt) or an error code such as "30003"."""
    undelivered_rate: float = 0.0
    callback_delay_ms: float = 20.0
    callback_jitter_ms: float = 0.0
    callback_times: int = 1
    callback_shuffle: bool = False
    callback_drop: float = 0.0
    callback_first: bool = False
    call_answers: dict[str, str] = field(default_factory=dict)
    """By number: the keys pressed after answering ("1", "9,1", "" for none), or "busy", "no-answer", "failed"."""
    ring_s: float | None = None
    """Calls ring no longer than this; None: as long as the application asked."""
    inbound_url: str = ""
    """Where texts from the phones go; empty: the address given at the start."""


class Step(NamedTuple):
    """A change of status, `after` seconds from acceptance."""

    after: float
    status: str
    error_code: int | None = None


def plan_course(faults: TwilioFaults, key: str, to: str) -> list[Step]:
    """The statuses a message goes through, and when. Pure."""
    random = Random(f"{faults.seed}:course:{key}")
    outcome = faults.outcomes.get(to, "delivered")
    if outcome == "delivered" and random.random() < faults.undelivered_rate:
        outcome = "30003"
    pace = (faults.callback_delay_ms + random.uniform(0, faults.callback_jitter_ms)) / 1000
    steps = [Step(0.0, "queued"), Step(pace, "sent")]
    if outcome == "delivered":
        return [*steps, Step(2 * pace, "delivered")]
    if outcome == "silent":
        return steps
    code = int(outcome)
    if code in IMMEDIATE_FAILURES:
        return [steps[0], Step(pace, "failed", code)]
    return [*steps, Step(2 * pace, "undelivered", code)]


def plan_callbacks(faults: TwilioFaults, key: str, course: list[Step]) -> list[Step]:
    """Which callbacks go out, and when: lost, doubled and shuffled as the settings say. Pure."""
    random = Random(f"{faults.seed}:callbacks:{key}")
    kept = [step for step in course if random.random() >= faults.callback_drop]
    copies = [step for step in kept for _ in range(faults.callback_times)]
    if not faults.callback_shuffle:
        return copies
    moments = [step.after for step in copies]
    random.shuffle(copies)
    return [step._replace(after=moment) for step, moment in zip(copies, moments, strict=True)]


def sign(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the URL and the sorted names and values."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


class Courier:
    """Carries messages to the phones and receipts back to the application."""

    def __init__(self, mailbox: Mailbox, auth_token: str) -> None:
        self._mailbox = mailbox
        self._auth_token = auth_token
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.log: deque[dict[str, Any]] = deque(maxlen=LOGGED)

    async def open(self) -> None:
        """Make the HTTP client; it belongs to the running loop."""
        # Twilio gives a webhook 15 s.
        timeout = aiohttp.ClientTimeout(total=15)
        self._session = aiohttp.ClientSession(timeout=timeout)

    async def close(self) -> None:
        """Drop what is still under way."""
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            await self._session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The HTTP client, while the stand-in runs."""
        if self._session is None:
            raise RuntimeError("the courier is not open")
        return self._session

    async def take(self, record: SmsRecord, faults: TwilioFaults) -> None:
        """Start a message on its way; returns at once unless callbacks are to come first."""
        key = f"{record.to} {record.callback}"
        course = plan_course(faults, key, record.to)
        receipts = plan_callbacks(faults, key, course) if record.callback else []
        if faults.callback_first:
            for step in receipts:
                await self._tell(record, step)
            receipts = []
        self._start(self._travel(record, course))
        if receipts:
            self._start(self._report(record, receipts))

    async def _travel(self, record: SmsRecord, course: list[Step]) -> None:
        begun = time.monotonic()
        for step in course:
            await _until(begun + step.after)
            record.move(step.status, step.error_code)
        # "sent" as the last word is a carrier without receipts: the message still arrives.
        if record.status in ("delivered", "sent"):
            self._mailbox.deliver(record.to, record.as_json())

    async def _report(self, record: SmsRecord, receipts: list[Step]) -> None:
        begun = time.monotonic()
        for step in receipts:
            await _until(begun + step.after)
            self._start(self._tell(record, step))

    async def _tell(self, record: SmsRecord, step: Step) -> None:
        if self._session is None or record.callback is None:
            return
        form = _receipt(record, step)
        headers = {"X-Twilio-Signature": sign(self._auth_token, record.callback, form)}
        answer: int | str
        try:
            # As given, letter by letter: the signature covers the URL, and re-quoting breaks it.
            url = yarl.URL(record.callback, encoded=True)
            async with self._session.post(url, data=form, headers=headers) as reply:
                answer = reply.status
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = type(error).__name__
        self.log.append(
            {
                "at": time.time(),
                "sid": record.sid,
                "status": step.status,
                "url": record.callback,
                "answer": answer,
            }
        )

    def _start(self, work: Any) -> None:
        # The loop keeps only a weak reference to a task.
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _receipt(record: SmsRecord, step: Step) -> dict[str, str]:
    form = {
        "AccountSid": record.account,
        "ApiVersion": "2010-04-01",
        "From": record.sender,
        "MessageSid": record.sid,
        "MessageStatus": step.status,
        "SmsSid": record.sid,
        "SmsStatus": step.status,
        "To": record.to,
    }
    if step.error_code is not None:
        form["ErrorCode"] = str(step.error_code)
    if step.status in ("delivered", "undelivered"):
        form["RawDlrDoneDate"] = time.strftime("%y%m%d%H%M", time.gmtime())
    return form


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.monotonic()))
