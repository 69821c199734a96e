"""An accepted offer: set off, walk there with the phone reporting, help, finish, write the feedback."""

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import Protocol, TypeVar

from workers.sandbox.phones.behaviour import Behaviour
from workers.sandbox.phones.public_api import ApiUnreachable, Json, Move, PublicApi, place_json, timestamp
from workers.sandbox.phones.roster import Person
from workers.sandbox.phones.walking import Spot
from workers.sandbox.phones.world import World

Result = TypeVar("Result")

REPORT_EVERY_S = 10.0
"""Human seconds between two positions on the way."""
UNREACHABLE_PAUSE_S = 5.0
STANDING_REPORT_S, MOST_STANDING_REPORTS = 5.0, 400
HELPING_S = (60.0, 240.0)
OPEN = ("offered", "silent")
"""States in which somebody may still say yes or no."""
GOING = ("accepted", "on_the_way", "arrived")
"""States in which the person is still wanted."""
DONE = "done"
FEEDBACKS = (
    ("resolved", "已到场处理完毕，现场恢复正常。"),
    ("resolved", "协助当事人，情况已解决。"),
    ("partly_resolved", "已初步处理，建议后续跟进。"),
    ("handed_over", "已移交到场民警处理。"),
    ("nothing_found", "到达现场后未发现异常。"),
)


class Carrier(Protocol):
    """What an errand needs of the phone that carries it."""

    person: Person
    api: PublicApi
    world: World
    spot: Spot

    async def call(self, action: Callable[[str], Awaitable[Result]]) -> Result: ...

    async def report(self, spot: Spot) -> None: ...


class StoodDown(Exception):
    """The person is not needed any more: full, ended, cancelled."""


class Errand:
    """One accepted offer on one phone."""

    def __init__(self, phone: Carrier, offer_id: str, random: Random) -> None:
        self._phone = phone
        self._offer_id = offer_id
        self._random = random
        self._in_doubt = False

    def look_up(self) -> None:
        """News have come: before the next step, see whether the offer still stands."""
        self._in_doubt = True

    async def run(self, state: str = "offered") -> None:
        """See the errand through from `state` on; ends early when stood down."""
        try:
            if state == "offered":
                self._check(await self._move("accept"))
            if self._phone.person.behaviour is Behaviour.STILL:
                await self._stay()
            if state != "arrived":
                await self._walk(_place(await self._read()), departed=state == "on_the_way")
            await self._help()
        except StoodDown:
            # Home again is where the phone is from now on; nobody reports the way back.
            self._phone.spot = self._phone.person.home

    async def _walk(self, goal: Spot, *, departed: bool) -> None:
        start, world, pace = self._phone.spot, self._phone.world, self._phone.person.speed_mps
        forgetful = self._phone.person.behaviour is Behaviour.FORGETFUL
        if not departed and not forgetful:
            await self._go_through("depart")
        whole, walked = start.metres_to(goal), 0.0
        while walked < whole:
            seconds = min(REPORT_EVERY_S, (whole - walked) / pace)
            await world.pause(seconds)
            await self._still_wanted()
            walked += max(seconds * pace, 0.1)
            await self._phone.report(start.towards(goal, walked))
        if forgetful:
            await self._stay(until="arrived")
        else:
            await self._go_through("arrive")

    async def _stay(self, until: str = DONE) -> None:
        """Stand where one is with the phone reporting, until the offer stands there or not at all any more."""
        for _ in range(MOST_STANDING_REPORTS):
            await self._phone.report(self._phone.spot)
            offer = await self._read()
            self._check(offer)
            if offer["state"] == until:
                return
            # The dwell is the server's and counts real seconds, so this pause is not sped up.
            await asyncio.sleep(STANDING_REPORT_S)

    async def answer_questions(self, verb: str, body: Json) -> None:
        """Say that one is still coming, or that all is well."""
        await self._move(verb, body)

    async def _help(self) -> None:
        await self._phone.world.pause(self._random.uniform(*HELPING_S))
        await self._still_wanted()
        await self._go_through("finish")
        await self.report_back()

    async def report_back(self) -> None:
        """Write the feedback: when done, when reminded, and again when it was returned."""
        outcome, text = self._random.choice(FEEDBACKS)
        await self._move("feedback", {"outcome": outcome, "text": text, "occurred_at": timestamp()})

    async def _go_through(self, verb: str) -> None:
        """A step on the way, with when and where it was taken."""
        body = {"occurred_at": timestamp(), "position": place_json(self._phone.spot)}
        self._check(await self._move(verb, body))

    async def _still_wanted(self) -> None:
        if self._in_doubt:
            self._in_doubt = False
            self._check(await self._read())

    def _check(self, offer: Json) -> None:
        if offer["state"] not in (*GOING, DONE):
            raise StoodDown(offer["state"])

    async def _read(self) -> Json:
        return await self._insist(lambda token: self._phone.api.read_offer(token, self._offer_id))

    async def _move(self, verb: str, body: Json | None = None) -> Json:
        move = Move(self._offer_id, verb, body or {})
        return await self._insist(lambda token: self._phone.api.move_offer(token, move))

    async def _insist(self, action: Callable[[str], Awaitable[Json]]) -> Json:
        """Try again for as long as there is no network: somebody under way does not give up."""
        while True:
            try:
                return await self._phone.call(action)
            except ApiUnreachable:
                await asyncio.sleep(UNREACHABLE_PAUSE_S)


def _place(offer: Json) -> Spot:
    if offer["task"] is None:
        raise StoodDown(offer["state"])
    place = offer["task"]["place"]
    return Spot(place["lat"], place["lon"])
