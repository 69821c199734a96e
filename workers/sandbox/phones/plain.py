"""A phone without the app: it reads texts, opens the link in them, or texts back, and can be called."""

import asyncio
import re
from collections.abc import Awaitable
from typing import Any

import structlog

from workers.sandbox.phones.behaviour import Answer, draw_reaction, person_random
from workers.sandbox.phones.doors import Doors
from workers.sandbox.phones.roster import Person
from workers.sandbox.phones.world import World

log = structlog.get_logger(__name__)
_LINK = re.compile(r"https?://\S+/t/[A-Za-z0-9_-]{35}")
_CODE = re.compile(r"(?:回复|reply )(\d{2})")
PICK_UP_S = (3.0, 15.0)
KEYS = {Answer.ACCEPT: "1", Answer.REFUSE: "2"}
WORDS = {Answer.ACCEPT: "去", Answer.REFUSE: "不去"}


class PlainPhone:
    """A phone that knows nothing but texts and calls."""

    def __init__(self, person: Person, doors: Doors, world: World) -> None:
        self.person = person
        self._doors = doors
        self._world = world
        self._tasks: set[asyncio.Task[None]] = set()

    def receive_sms(self, body: str) -> None:
        """A text has come: if it asks something, think about it, then answer as it says one can."""
        link, code = _LINK.search(body), _CODE.search(body)
        if link or code:
            self._start(self._answer(link.group() if link else "", code.group(1) if code else ""))

    def receive_call(self, sid: str) -> None:
        """It rings."""
        self._start(self._pick_up(sid))

    async def live(self) -> None:
        """Texts and calls come by themselves; there is nothing to keep up."""
        await asyncio.Event().wait()

    async def _answer(self, link: str, code: str) -> None:
        random = person_random(self._world.seed, self.person.phone, link or code)
        reaction = draw_reaction(self.person.behaviour, random)
        await self._world.pause(reaction.delay_s)
        if reaction.answer is Answer.SILENT:
            return
        if code:
            await self._doors.text(self.person.phone, f"{code}{WORDS[reaction.answer]}")
        else:
            await self._doors.answer_page(link, yes=reaction.answer is Answer.ACCEPT)

    async def _pick_up(self, sid: str) -> None:
        random = person_random(self._world.seed, self.person.phone, sid)
        reaction = draw_reaction(self.person.behaviour, random)
        await self._world.pause(random.uniform(*PICK_UP_S))
        if reaction.answer is not Answer.SILENT:
            await self._doors.pick_up(self.person.phone, KEYS[reaction.answer])

    def _start(self, work: Awaitable[Any]) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(_survive(work))
        # The loop keeps only a weak reference to a task.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _survive(work: Awaitable[Any]) -> None:
    try:
        await work
    except Exception as error:
        # A page that is gone or a stand-in that restarts: the person shrugs.
        log.info("phone_refused", reason=type(error).__name__)
