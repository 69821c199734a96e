"""A lane: claims of one kind, sent with bounded concurrency, settled in batches."""

import asyncio
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import structlog

from api.notifications.gateways.port import Gateway
from api.notifications.rules.breakers import CREDENTIALS_REST_S
from api.notifications.rules.carriers import is_push
from api.notifications.rules.payloads import push_envelope, sms_envelope, voice_envelope
from api.notifications.rules.segments import count_segments
from api.notifications.rules.templates import Unrenderable
from api.notifications.service.claims import Claim, ClaimOrder, claim_letters, renew_leases
from api.notifications.service.settling import settle_attempts
from api.notifications.types import (
    Attempt,
    Channel,
    Envelope,
    Letter,
    Outcome,
    OutcomeKind,
    Provider,
    PushEnvelope,
    SmsEnvelope,
    Urgency,
    VoiceEnvelope,
)
from workers.pusher.database import Database, is_passing
from workers.pusher.gathering import Gatherer
from workers.pusher.options import Options

log = structlog.get_logger(__name__)
# Outcomes are settled together with those of the next moment: a transaction for each would compete with the calls.
SETTLE_LINGER_S = 0.02


@dataclass(frozen=True)
class Addressing:
    """What an envelope needs beside its letter."""

    public_url: str
    key: bytes


@dataclass(frozen=True)
class Rest:
    """A provider is left in peace: since when every claim knows of it, and when it ends; both by this process's clock.

    Until the settlement is written, nobody who claims can know: `known` is infinite.
    """

    known: float
    ends: float


_NO_REST = Rest(0.0, 0.0)


class Lane:
    """One kind of message over one channel. It claims what it can call about at once; no batch waits for another.

    The fence: a call is made under a lease that is fresh, or renewed just before. A process that was asleep between
    claim and call (stopped, swapped out, its loop blocked) finds out there that its messages went to somebody else.
    """

    def __init__(
        self, urgencies: tuple[Urgency, ...], width: int, gateways: Mapping[Provider, Gateway], channel: Channel, *,
        database: Database, options: Options, addressing: Addressing, caps: Mapping[str, Decimal],
    ) -> None:  # fmt: skip
        self.urgencies, self.channel = urgencies, channel
        self._width = width
        self._gateways = gateways
        self._caps = caps
        self._database = database
        self._options = options
        self._addressing = addressing
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._more = False  # whether the last look left something behind
        self._calling = 0
        self._rests: dict[Provider, Rest] = {}
        self._renewals = Gatherer(self._renew)
        self._settlements = Gatherer(self._settle, linger_s=SETTLE_LINGER_S)

    def wake(self) -> None:
        """Look for work now."""
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more, and give back what no call was made for."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Claim and send until told to stop; returns when nothing is in hand any more."""
        while not self._stopping:
            self._wake.clear()
            await self._wait(await self._fill())
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def _fill(self) -> float:
        """Claim for the free places, if there are enough of them; returns how long to wait before the next look."""
        room, asked = self._room(), time.monotonic()
        # Small claims cost as much as large ones, so a busy lane waits until a quarter of it is free.
        self._more = room * 4 < self._width
        if self._more:
            return self._options.poll_s
        claim = await self._claim(room)
        for letter in claim.letters:
            self._start(letter, asked)
        self._more = claim.more
        return 0.0 if claim.more and self._room() * 4 >= self._width else self._options.poll_s

    def _room(self) -> int:
        # Calls that have ended wait for their settlement beside the next ones, up to once more the width.
        return min(self._width - self._calling, 2 * self._width - len(self._tasks))

    async def _claim(self, room: int) -> Claim:
        carriers = tuple(self._gateways)
        order = ClaimOrder(self.urgencies, self.channel, room, self._options.lease, carriers, self._caps)
        try:
            return await self._database.run(lambda ctx: claim_letters(ctx, order))
        except Exception as error:
            # Nothing may end a lane: whatever was wrong with this claim, the next poll tries again.
            passing = is_passing(error)
            (log.warning if passing else log.error)(
                "claim_failed", error=type(error).__name__, channel=self.channel, exc_info=not passing
            )
            return Claim()

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    def _start(self, letter: Letter, claimed: float) -> None:
        self._calling += 1
        task = asyncio.create_task(self._deliver(letter, claimed))
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its lease runs out and the sweeper takes the message up again.
            log.error("delivery_failed", error=type(error).__name__, channel=self.channel, exc_info=error)
        self._look_for_more()

    def _look_for_more(self) -> None:
        if self._more and self._room() * 4 >= self._width:
            self._wake.set()

    async def _deliver(self, letter: Letter, claimed: float) -> None:
        started = time.perf_counter()
        try:
            outcome, segments = await self._call(letter, claimed)
        finally:
            self._calling -= 1
            self._look_for_more()
        if outcome is None:
            return
        self._heed(letter, outcome)
        took_ms = int((time.perf_counter() - started) * 1000)
        attempt = Attempt(letter, self._carrier(letter), outcome, took_ms, random.random(), segments)
        await self._settlements.submit(attempt)

    async def _call(self, letter: Letter, claimed: float) -> tuple[Outcome | None, int | None]:
        """The outcome and the segments of a text; no outcome when the message is not ours any more."""
        held = self._held(letter, claimed)
        envelope = held or self._prepare(letter)
        if isinstance(envelope, Outcome):
            return envelope, None
        if time.monotonic() - claimed > self._options.fresh_s and not await self._renewals.submit(letter):
            return None, None
        segments = count_segments(envelope.body) if isinstance(envelope, SmsEnvelope) else None
        return await self._gateways[self._carrier(letter)].send(envelope), segments

    def _carrier(self, letter: Letter) -> Provider:
        """Whom the claim chose; one that this process cannot call is never among them."""
        if letter.carriage and letter.carriage.provider in self._gateways:
            return letter.carriage.provider
        return next(iter(self._gateways))

    def _held(self, letter: Letter, claimed: float) -> Outcome | None:
        if self._stopping:
            return Outcome(OutcomeKind.HELD, "stopping", retry_after_s=0.0, called=False)
        if letter.carriage and letter.carriage.stop:
            return letter.carriage.stop
        rest = self._rests.get(self._carrier(letter), _NO_REST)
        left = rest.ends - time.monotonic()
        # One asked for after the rest was written has the database's leave: the rest is over, or this is the probe.
        if left > 0 and claimed <= rest.known:
            return Outcome(OutcomeKind.HELD, "provider_resting", retry_after_s=left, called=False)
        return None

    def _heed(self, letter: Letter, outcome: Outcome) -> None:
        """Leave a provider in peace from the very answer that asks for it; the breaker follows with the settlement."""
        if not outcome.called or not outcome.provider_wide:
            return
        asked = outcome.retry_after_s if outcome.kind is OutcomeKind.RETRY else None
        if outcome.kind is OutcomeKind.CREDENTIALS:
            asked = CREDENTIALS_REST_S
        if asked:
            self._rests[self._carrier(letter)] = Rest(math.inf, time.monotonic() + asked)

    def _prepare(self, letter: Letter) -> Envelope | Outcome:
        if letter.address is None:
            code = "no_registration" if is_push(letter) else "no_number"
            return Outcome(OutcomeKind.PERMANENT, code, provider_wide=False, called=False)
        try:
            return _ENVELOPES[letter.channel](letter, self._addressing)
        except Unrenderable:
            log.error("message_unrenderable", message_id=str(letter.id), channel=letter.channel)
            return Outcome(OutcomeKind.PERMANENT, "unrenderable", provider_wide=False, called=False)

    async def _renew(self, letters: list[Letter]) -> list[bool]:
        lease = self._options.lease
        mine = await self._database.insist(lambda ctx: renew_leases(ctx, letters, lease))
        return [letter.id in mine for letter in letters]

    async def _settle(self, attempts: list[Attempt]) -> list[None]:
        try:
            settled, now = await self._database.insist(lambda ctx: (settle_attempts(ctx, attempts), ctx.now))
        except Exception as error:
            if len(attempts) == 1:
                raise
            # One of them cannot be written: it alone is left to its lease.
            log.error("batch_not_settled", error=type(error).__name__, count=len(attempts), exc_info=True)
            for attempt in attempts:
                await self._settle_alone(attempt)
            return [None] * len(attempts)
        for provider, until in settled.resting.items():
            # The database's clock says how long; this process only counts the seconds down.
            known = time.monotonic()
            self._rests[provider] = Rest(known, known + (until - now).total_seconds())
        return [None] * len(attempts)

    async def _settle_alone(self, attempt: Attempt) -> None:
        try:
            await self._settle([attempt])
        except Exception as error:
            log.error("not_settled", message_id=str(attempt.letter.id), error=type(error).__name__)


def _push(letter: Letter, _: Addressing) -> PushEnvelope:
    return push_envelope(letter)


def _sms(letter: Letter, addressing: Addressing) -> SmsEnvelope:
    return sms_envelope(letter, addressing.public_url, addressing.key)


def _voice(letter: Letter, addressing: Addressing) -> VoiceEnvelope:
    return voice_envelope(letter, addressing.public_url, addressing.key)


_ENVELOPES: dict[Channel, Callable[[Letter, Addressing], Envelope]] = {
    Channel.PUSH: _push,
    Channel.WEBPUSH: _push,
    Channel.SMS: _sms,
    Channel.VOICE: _voice,
}
