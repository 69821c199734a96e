"""All simulated phones in one process: two long polls, one connection pool, hundreds of phones."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import structlog

from workers.sandbox.phones.bells import listen
from workers.sandbox.phones.memory import MemoryFile
from workers.sandbox.phones.phone import Phone
from workers.sandbox.phones.public_api import PublicApi
from workers.sandbox.phones.roster import Person
from workers.sandbox.phones.world import World

log = structlog.get_logger(__name__)
CONNECTIONS = 8
"""To the API, for all phones together: it answers in milliseconds, and it has other guests."""

BROKEN_PAUSE_S = 30.0


@dataclass(frozen=True)
class Addresses:
    """Base URLs of the API and of the two stand-ins."""

    api: str
    fcm: str
    twilio: str


class Living(Protocol):
    """Anything that lives until it is cancelled."""

    async def live(self) -> None: ...


class Town:
    """Finds the phone a push or a text message is for."""

    def __init__(self, phones: Sequence[Phone]) -> None:
        self._by_token = {phone.push_token: phone for phone in phones}
        self._by_number = {phone.person.phone: phone for phone in phones}

    def push_arrived(self, token: str, message: dict[str, Any]) -> None:
        """Ring the phone with this token; a token nobody here has belongs to another machine's run."""
        phone = self._by_token.get(token)
        if phone is not None:
            phone.ring()

    def sms_arrived(self, number: str, message: dict[str, Any]) -> None:
        """Hand a text to the phone with this number."""
        phone = self._by_number.get(number)
        if phone is not None:
            phone.receive_sms(str(message["body"]))


async def simulate(people: Sequence[Person], addresses: Addresses, memories: MemoryFile, world: World) -> None:
    """Run until cancelled."""
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as to_api,
        aiohttp.ClientSession(timeout=timeout) as to_providers,
    ):
        api = PublicApi(to_api, addresses.api)
        phones = [Phone(person, api, memories, world) for person in people]
        town = Town(phones)
        log.info("phones_start", count=len(phones))
        async with asyncio.TaskGroup() as group:
            group.create_task(listen(to_providers, addresses.fcm, town.push_arrived))
            group.create_task(listen(to_providers, addresses.twilio, town.sms_arrived))
            for phone in phones:
                group.create_task(keep_alive(phone))


async def keep_alive(phone: Living) -> None:
    """One phone that breaks must not take the others with it; it is loud about it and starts again."""
    while True:
        try:
            await phone.live()
        except Exception:
            log.exception("phone_broke")
            # Something that broke while it was being cancelled hides the cancellation.
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            await asyncio.sleep(BROKEN_PAUSE_S)
        else:
            return


async def wait_for_file(path: Path, pause: float = 1.0) -> None:
    """Wait until the demo data has been loaded for the first time."""
    while not path.exists():
        await asyncio.sleep(pause)
