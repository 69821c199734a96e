"""The app on one member's phone: signed in, registered, on duty, and woken by a push."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import count
from random import Random
from typing import Any, TypeVar

import structlog

from workers.sandbox.phones.behaviour import Answer, Behaviour, draw_reaction, person_random
from workers.sandbox.phones.errand import GOING, OPEN, Errand
from workers.sandbox.phones.login import Login
from workers.sandbox.phones.memory import MemoryFile
from workers.sandbox.phones.public_api import ApiRefusal, ApiUnreachable, Move, PublicApi
from workers.sandbox.phones.roster import Person
from workers.sandbox.phones.walking import Spot
from workers.sandbox.phones.world import World

log = structlog.get_logger(__name__)
Result = TypeVar("Result")

KEPT_IDS = 1000
"""Ids of messages remembered, so that one sent twice is shown once."""
ASKING = ("offer", "offer_reminder", "drill")
NOTICE = "notice_"
WANTING_FEEDBACK = ("feedback_due", "feedback_returned")
GIVEN = "task_given"
"""The desk has put the person on a task, as they said on the telephone."""
QUESTIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "still_coming": ("still-coming", {}),
    "welfare_check": ("welfare", {"all_right": True}),
}
"""Types of message that ask the person for something; the others are news."""
HEARTBEAT_S = 120.0
"""Between positions of somebody on duty who stands still. Not sped up: it is load, not story."""
BEATS_PER_DUTY = 30
"""Every so many heartbeats the app says again that its owner is on duty: duty ends by itself."""
BEATS_PER_LOOK = 5
"""A lost push is healed by looking into the inbox now and then."""
RETRY_S = 15.0
ACCURACY_M = 12.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 2.0, 120.0


class Phone:
    """One phone. `ring` and `receive_sms` come from outside, everything else it does itself."""

    def __init__(self, person: Person, api: PublicApi, memories: MemoryFile, world: World) -> None:
        self.person = person
        self.api = api
        self.world = world
        self.spot = person.home
        self._memories = memories
        self._memory = memories.of(person.phone)
        self._login = Login(person.phone, api, memories)
        self._rung = asyncio.Event()
        self._to_prove: list[str] = []
        self._errands: dict[str, Errand] = {}
        self._minded: set[str] = set()
        """Offers being thought about or gone to: a reminder changes nothing."""

    @property
    def subscription_id(self) -> str:
        """What a Web Push service calls this phone; empty until it has subscribed, and for other phones."""
        kept = self._memory.subscription
        return str(json.loads(kept)["endpoint"]).rpartition("/")[2] if kept else ""

    @property
    def push_token(self) -> str:
        """Where a push for this phone goes."""
        return self._memory.push_token

    def ring(self) -> None:
        """A push has come. What it is about stands in the inbox."""
        self._rung.set()

    def prove(self, message_id: str) -> None:
        """A silent test has come: say that it did, and nothing else."""
        self._to_prove.append(message_id)
        self._rung.set()

    def receive_sms(self, body: str) -> None:
        """A text message has come."""
        self._login.read_sms(body)

    def receive_call(self, sid: str) -> None:
        """It rings: whoever has not looked into the app for so long does not take a call either."""

    async def live(self) -> None:
        """Get ready, then serve pushes and report positions until cancelled."""
        pause = FIRST_PAUSE_S
        while not await self._survive(self._get_ready()):
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        if self.person.behaviour is Behaviour.OFF:
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(self._serve_pushes(group))
            group.create_task(self._stand_by())

    async def call(self, action: Callable[[str], Awaitable[Result]]) -> Result:
        """Run one API call as this person."""
        return await self._login.call(action)

    async def report(self, spot: Spot) -> None:
        """Move the phone and tell where it is now."""
        self.spot = spot
        measured = spot.jittered(self.world.noise, ACCURACY_M / 2)
        await self.call(lambda token: self.api.send_positions(token, [measured], ACCURACY_M))

    async def _get_ready(self) -> None:
        async with self.world.starting:
            await self._login.access_token()
            await self._register()
            if self.person.duty:
                await self.call(self.api.go_on_duty)
                await self.report(self.person.home)

    async def _register(self) -> None:
        memory = self._memory
        if self.person.push == "webpush":
            await self._subscribe()
        provider = self.person.push
        address = memory.subscription or memory.push_token
        await self.call(lambda token: self.api.register_device(token, memory.install_id, address, provider))
        memory.registered = True
        self._memories.save()

    async def _subscribe(self) -> None:
        """Subscribe as a browser does: for the key of whoever will send."""
        if not self._memory.subscription:
            key = await self.call(self.api.push_key)
            self._memory.subscription = await self.world.subscribe(key)

    async def _stand_by(self) -> None:
        """Stay reachable and on duty, and keep the position fresh. A phone under way reports by itself."""
        await asyncio.sleep(self.world.noise.uniform(0, HEARTBEAT_S))
        for beat in count(1):
            if not self._memory.registered:
                await self._survive(self._register())
            if self.person.duty and beat % BEATS_PER_DUTY == 0:
                await self._survive(self.call(self.api.go_on_duty))
            if beat % BEATS_PER_LOOK == 0:
                self.ring()
            if self.person.duty and not self._errands:
                await self._survive(self.report(self.spot))
            await asyncio.sleep(HEARTBEAT_S)

    async def _take_up(self, group: asyncio.TaskGroup) -> None:
        """Go on with what was under way when the phone was switched off."""
        for offer in await self.call(self.api.open_offers):
            if offer["state"] in GOING:
                random = person_random(self.world.seed, self.person.phone, offer["id"])
                going = partial(self._go, offer["id"], random, offer["state"])
                group.create_task(self._survive(self._mind(offer["id"], going)))

    async def _serve_pushes(self, group: asyncio.TaskGroup) -> None:
        await self._survive(self._take_up(group))
        # The first look is for what came while the phone was off.
        self._rung.set()
        while True:
            await self._rung.wait()
            self._rung.clear()
            if not await self._survive(self._open_inbox(group)):
                asyncio.get_running_loop().call_later(RETRY_S, self._rung.set)

    async def _open_inbox(self, group: asyncio.TaskGroup) -> None:
        while self._to_prove:
            await self._acknowledge(self._to_prove[0], "received")
            del self._to_prove[0]
        fresh = [item for item in await self.call(self.api.read_inbox) if item["id"] not in self._memory.seen]
        for item in fresh:
            await self._acknowledge(item["id"], "received")
            self._memory.seen = [*self._memory.seen[-KEPT_IDS + 1 :], item["id"]]
            if item["type"] in ASKING:
                offer_id = str(item["subject_id"])
                reacting = partial(self._react, offer_id, item["id"])
                group.create_task(self._survive(self._mind(offer_id, reacting)))
            if item["type"].startswith(NOTICE):
                group.create_task(self._survive(self._read_notice(str(item["subject_id"]))))
            if item["type"] in WANTING_FEEDBACK:
                group.create_task(self._survive(self._report_back(item)))
            if item["type"] == GIVEN:
                group.create_task(self._survive(self._take_up(group)))
            if item["type"] in QUESTIONS:
                group.create_task(self._survive(self._answer(item)))
        if fresh:
            self._memories.save()
            for errand in self._errands.values():
                errand.look_up()

    async def _mind(self, offer_id: str, work: Callable[[], Awaitable[None]]) -> None:
        """Be busy with an offer, unless one is already."""
        if offer_id in self._minded:
            return
        self._minded.add(offer_id)
        try:
            await work()
        finally:
            self._minded.discard(offer_id)

    async def _react(self, offer_id: str, message_id: str) -> None:
        """Look at an offer, think about it as this person does, then answer it or not."""
        offer = await self.call(lambda token: self.api.read_offer(token, offer_id))
        if offer["state"] not in OPEN:
            return
        random = person_random(self.world.seed, self.person.phone, offer_id)
        reaction = draw_reaction(self.person.behaviour, random)
        await self.world.pause(reaction.delay_s)
        if reaction.reads:
            await self._acknowledge(message_id, "read")
        if reaction.answer is Answer.REFUSE:
            decline = Move(offer_id, "decline")
            await self.call(lambda token: self.api.move_offer(token, decline))
        if reaction.answer is Answer.ACCEPT:
            await self._go(offer_id, random)

    async def _read_notice(self, notice_id: str) -> None:
        """Read what the station tells everybody, some time after the bell; who is silent never looks."""
        reaction = draw_reaction(self.person.behaviour, person_random(self.world.seed, self.person.phone, notice_id))
        await self.world.pause(reaction.delay_s)
        if reaction.reads:
            await self.call(lambda token: self.api.read_notice(token, notice_id))

    async def _report_back(self, item: dict[str, Any]) -> None:
        offer_id = str(item["subject_id"])
        random = person_random(self.world.seed, self.person.phone, f"{offer_id} {item['id']}")
        await self.world.pause(draw_reaction(Behaviour.WILLING, random).delay_s)
        await Errand(self, offer_id, random).report_back()

    async def _answer(self, item: dict[str, Any]) -> None:
        """A question of the way or the scene; somebody who stays at home says nothing to it."""
        if self.person.behaviour is Behaviour.STILL:
            return
        offer_id, (verb, body) = str(item["subject_id"]), QUESTIONS[item["type"]]
        random = person_random(self.world.seed, self.person.phone, f"{offer_id} {item['id']}")
        await self.world.pause(draw_reaction(Behaviour.WILLING, random).delay_s)
        await Errand(self, offer_id, random).answer_questions(verb, body)

    async def _go(self, offer_id: str, random: Random, state: str = "offered") -> None:
        errand = self._errands[offer_id] = Errand(self, offer_id, random)
        try:
            await errand.run(state)
        finally:
            del self._errands[offer_id]

    async def _acknowledge(self, message_id: str, kind: str) -> None:
        await self.call(lambda token: self.api.acknowledge(token, message_id, kind))

    async def _survive(self, work: Awaitable[None]) -> bool:
        """Whether it worked. A refusal is written down and lived with, as an app does."""
        try:
            await work
        except (ApiRefusal, ApiUnreachable, TimeoutError) as error:
            reason = str(error) or type(error).__name__
            log.info("phone_refused", phone=f"…{self.person.phone[-4:]}", reason=reason)
            return False
        return True
