"""All simulated phones in one process: two long polls, one connection pool, hundreds of phones."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import structlog

from workers.sandbox.phones.bells import listen
from workers.sandbox.phones.doors import Doors
from workers.sandbox.phones.memory import MemoryFile
from workers.sandbox.phones.phone import Phone
from workers.sandbox.phones.plain import PlainPhone
from workers.sandbox.phones.public_api import PublicApi
from workers.sandbox.phones.roster import Person
from workers.sandbox.phones.world import World

log = structlog.get_logger(__name__)
CONNECTIONS = 8
"""To the API, for all phones together: it answers in milliseconds, and it has other guests."""

BROKEN_PAUSE_S = 30.0
CALL = "call"
"""Kind of an arrival that is no text: the phone rings."""
SILENT_TEST = "reach_test"
"""Type of a push that shows nothing: the app acknowledges it, and its owner never hears of it."""


@dataclass(frozen=True)
class Addresses:
    """Base URLs of the API and of the stand-ins; an empty one is not there."""

    api: str
    fcm: str
    twilio: str
    aliyun: str = ""
    webpush: str = ""


class Living(Protocol):
    """Anything that lives until it is cancelled."""

    async def live(self) -> None: ...


class Town:
    """Finds the phone a push or a text message is for."""

    def __init__(self, phones: Sequence[Phone | PlainPhone]) -> None:
        self._apps = [phone for phone in phones if isinstance(phone, Phone)]
        self._by_token = {phone.push_token: phone for phone in self._apps}
        self._by_number = {phone.person.phone: phone for phone in phones}
        self._by_subscription: dict[str, Phone] = {}

    def push_arrived(self, token: str, message: dict[str, Any]) -> None:
        """Ring the phone with this token; a token nobody here has belongs to another machine's run."""
        phone = self._by_token.get(token)
        if phone is None:
            return
        _deliver(phone, message.get("data") or {})

    def webpush_arrived(self, subscription: str, message: dict[str, Any]) -> None:
        """Ring the phone with this subscription. Subscriptions are made as phones come up, so look them up again."""
        if subscription not in self._by_subscription:
            self._by_subscription = {phone.subscription_id: phone for phone in self._apps}
        phone = self._by_subscription.get(subscription)
        if phone is not None:
            _deliver(phone, message)

    def sms_arrived(self, number: str, message: dict[str, Any]) -> None:
        """Hand a text or a call to the phone with this number."""
        phone = self._by_number.get(number)
        if phone is None:
            return
        if message.get("kind") == CALL:
            phone.receive_call(str(message["sid"]))
        else:
            phone.receive_sms(str(message["body"]))


async def simulate(people: Sequence[Person], addresses: Addresses, memories: MemoryFile, world: World) -> None:
    """Run until cancelled."""
    timeout = aiohttp.ClientTimeout(total=None)
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as to_api,
        aiohttp.ClientSession(timeout=timeout) as to_providers,
    ):
        api = PublicApi(to_api, addresses.api)
        if addresses.webpush:
            world.subscribe = partial(subscribe, to_providers, addresses.webpush)
        doors = Doors(to_api, to_providers, addresses.twilio)
        phones = [
            Phone(person, api, memories, world) if person.app else PlainPhone(person, doors, world) for person in people
        ]
        town = Town(phones)
        log.info("phones_start", count=len(phones))
        async with asyncio.TaskGroup() as group:
            group.create_task(listen(to_providers, addresses.fcm, town.push_arrived))
            group.create_task(listen(to_providers, addresses.twilio, town.sms_arrived))
            if addresses.aliyun:
                group.create_task(listen(to_providers, addresses.aliyun, town.sms_arrived))
            if addresses.webpush:
                group.create_task(listen(to_providers, addresses.webpush, town.webpush_arrived))
            for phone in phones:
                group.create_task(keep_alive(phone))


def _deliver(phone: Phone, data: Mapping[str, Any]) -> None:
    if data.get("type") == SILENT_TEST:
        phone.prove(str(data["msg_id"]))
    else:
        phone.ring()


async def subscribe(session: aiohttp.ClientSession, base_url: str, key: str) -> str:
    """A subscription from the push service, as the phone keeps it."""
    async with session.post(f"{base_url}/_subscriptions", json={"key": key}) as answer:
        answer.raise_for_status()
        return json.dumps(await answer.json(), separators=(",", ":"), sort_keys=True)


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
