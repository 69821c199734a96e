"""Calls: dialled, rung, answered by whoever the phone belongs to, and led by the application's documents."""

import asyncio
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import aiohttp
import yarl

from workers.sandbox.mailbox import Mailbox
from workers.sandbox.twilio.callbacks import TwilioFaults, sign
from workers.sandbox.twilio.speech import Gather, Hangup, Redirect, Say, Unspeakable, Verb, read_speech

Json = dict[str, Any]
KEPT = 5_000
MOST_DOCUMENTS = 12
"""A call that is led in a circle ends somewhere."""
FAILURES = ("busy", "no-answer", "failed")


@dataclass
class CallRecord:
    """One call and what was said and pressed in it."""

    sid: str
    account: str
    to: str
    sender: str
    url: str
    callback: str | None
    events: frozenset[str]
    timeout: float
    created: datetime
    status: str = "queued"
    heard: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)
    error: str | None = None

    def as_json(self) -> Json:
        """The Call resource."""
        uri = f"/2010-04-01/Accounts/{self.account}/Calls/{self.sid}.json"
        moment = format_datetime(self.created)
        return {
            "account_sid": self.account, "answered_by": None, "api_version": "2010-04-01", "caller_name": None,
            "date_created": moment, "date_updated": moment, "direction": "outbound-api", "duration": None,
            "end_time": None, "forwarded_from": None, "from": self.sender, "from_formatted": self.sender,
            "group_sid": None, "parent_call_sid": None, "phone_number_sid": None, "price": None, "price_unit": "USD",
            "queue_time": "0", "sid": self.sid, "start_time": None, "status": self.status, "subresource_uris": {},
            "to": self.to, "to_formatted": self.to, "trunk_sid": None, "uri": uri,
        }  # fmt: skip


@dataclass(frozen=True)
class Pickup:
    """Somebody answered, and the keys they will press; or why nobody did."""

    keys: tuple[str, ...] = ()
    failure: str = ""


class Switchboard:
    """Carries calls to the phones, and their events back to the application."""

    def __init__(self, mailbox: Mailbox, account: str, auth_token: str) -> None:
        self._mailbox = mailbox
        self._account = account
        self._auth_token = auth_token
        self._calls: OrderedDict[str, CallRecord] = OrderedDict()
        self._ringing: dict[str, asyncio.Future[Pickup]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.log: deque[Json] = deque(maxlen=KEPT)

    async def open(self) -> None:
        """Make the HTTP client; it belongs to the running loop."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15))

    async def close(self) -> None:
        """Hang up everywhere."""
        for task in self._tasks:
            task.cancel()
        if self._session is not None:
            await self._session.close()

    def dial(self, parameters: Mapping[str, str], faults: TwilioFaults) -> CallRecord:
        """Take a call that has been checked; it rings in its own time."""
        record = CallRecord(
            sid=f"CA{secrets.token_hex(16)}",
            account=self._account,
            to=parameters["To"],
            sender=parameters["From"],
            url=parameters["Url"],
            callback=parameters.get("StatusCallback"),
            events=frozenset(parameters.get("StatusCallbackEvent", "completed").split()),
            timeout=float(parameters.get("Timeout", "60")),
            created=datetime.now(UTC),
        )
        self._calls[record.sid] = record
        if len(self._calls) > KEPT:
            self._calls.popitem(last=False)
        task = asyncio.create_task(self._carry(record, faults))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return record

    def pick_up(self, number: str, pickup: Pickup) -> bool:
        """The phone with this number is answered (or its call refused); False when it does not ring."""
        waiting = self._ringing.get(number)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(pickup)
        return True

    def calls(self) -> list[Json]:
        """Every call with what was heard and pressed, oldest first."""
        return [
            {"sid": r.sid, "to": r.to, "status": r.status, "heard": r.heard, "pressed": r.pressed, "error": r.error}
            for r in self._calls.values()
        ]

    async def _carry(self, record: CallRecord, faults: TwilioFaults) -> None:
        pace = faults.callback_delay_ms / 1000
        await self._report(record, "initiated", "queued")
        await asyncio.sleep(pace)
        await self._report(record, "ringing", "ringing")
        pickup = await self._ring(record, faults)
        if pickup.failure:
            await self._report(record, "completed", pickup.failure)
            return
        await self._report(record, "answered", "in-progress")
        await self._lead(record, deque(pickup.keys))
        await asyncio.sleep(pace)
        await self._report(record, "completed", "completed")

    async def _ring(self, record: CallRecord, faults: TwilioFaults) -> Pickup:
        fixed = faults.call_answers.get(record.to)
        if fixed is not None:
            return Pickup(failure=fixed) if fixed in FAILURES else Pickup(tuple(fixed.replace(",", "")))
        waiting = self._ringing[record.to] = asyncio.get_running_loop().create_future()
        self._mailbox.deliver(record.to, {"kind": "call", "sid": record.sid, "from": record.sender})
        seconds = record.timeout if faults.ring_s is None else min(record.timeout, faults.ring_s)
        try:
            return await asyncio.wait_for(waiting, seconds)
        except TimeoutError:
            return Pickup(failure="no-answer")
        finally:
            self._ringing.pop(record.to, None)

    async def _lead(self, record: CallRecord, keys: deque[str]) -> None:
        """Do what the documents say until one hangs up or has nothing more to say."""
        url, more = record.url, dict[str, str]()
        for _ in range(MOST_DOCUMENTS):
            try:
                verbs = read_speech(await self._fetch(record, url, more))
            except (Unspeakable, aiohttp.ClientError, TimeoutError) as error:
                record.error = f"{type(error).__name__}: {error}"
                return
            following = self._perform(record, verbs, keys)
            if following is None:
                return
            url, more = following

    def _perform(self, record: CallRecord, verbs: list[Verb], keys: deque[str]) -> tuple[str, dict[str, str]] | None:
        for verb in verbs:
            if isinstance(verb, Hangup):
                return None
            if isinstance(verb, Say):
                record.heard.append(verb.text)
            elif isinstance(verb, Redirect):
                return verb.url, {}
            elif isinstance(verb, Gather):
                record.heard.extend(said.text for said in verb.said)
                if keys:
                    pressed = keys.popleft()
                    record.pressed.append(pressed)
                    return verb.action, {"Digits": pressed, "msg": "Gather End", "FinishedOnKey": ""}
        return None

    async def _fetch(self, record: CallRecord, url: str, more: Mapping[str, str]) -> str:
        status, text = await self._post(record, url, {**self._form(record, "in-progress"), **more})
        if status != 200:
            raise Unspeakable(f"{url.partition('?')[0]} answered {status}")
        return text

    async def _report(self, record: CallRecord, event: str, status: str) -> None:
        record.status = "queued" if status == "initiated" else status
        if record.callback is None or event not in record.events:
            return
        told = "initiated" if event == "initiated" else status
        form = self._form(record, told) | {"CallbackSource": "call-progress-events", "SequenceNumber": "0"}
        answer: int | str
        try:
            answer, _ = await self._post(record, record.callback, form)
        except (aiohttp.ClientError, TimeoutError) as error:
            answer = type(error).__name__
        self.log.append(
            {"at": time.time(), "sid": record.sid, "status": told, "url": record.callback, "answer": answer}
        )

    async def _post(self, record: CallRecord, url: str, form: Mapping[str, str]) -> tuple[int, str]:
        if self._session is None:
            raise TimeoutError
        headers = {"X-Twilio-Signature": sign(self._auth_token, url, form)}
        # As given, letter by letter: the signature covers the URL, and re-quoting breaks it.
        async with self._session.post(yarl.URL(url, encoded=True), data=dict(form), headers=headers) as reply:
            return reply.status, await reply.text()

    def _form(self, record: CallRecord, status: str) -> dict[str, str]:
        return {
            "AccountSid": record.account,
            "ApiVersion": "2010-04-01",
            "CallSid": record.sid,
            "CallStatus": status,
            "Called": record.to,
            "Caller": record.sender,
            "Direction": "outbound-api",
            "From": record.sender,
            "To": record.to,
        }
