"""One long poll for all phones behind a provider."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import structlog

log = structlog.get_logger(__name__)

Arrived = Callable[[str, dict[str, Any]], None]
"""(address, message) -> None; must not block."""

POLL_SECONDS = 25
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0


async def listen(session: aiohttp.ClientSession, base_url: str, arrived: Arrived) -> None:
    """Call `arrived` for every message from now on. Runs until cancelled; survives a restart of the stand-in."""
    place: dict[str, Any] = {"after": "now"}
    pause = FIRST_PAUSE
    while True:
        try:
            page = await _poll(session, base_url, place)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.info("stand_in_unreachable", url=base_url, error=type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            continue
        pause = FIRST_PAUSE
        place = {"after": page["next"], "epoch": page["epoch"]}
        for arrival in page["messages"]:
            arrived(arrival["address"], arrival["message"])


async def _poll(session: aiohttp.ClientSession, base_url: str, place: dict[str, Any]) -> dict[str, Any]:
    query = {**place, "wait": POLL_SECONDS}
    timeout = aiohttp.ClientTimeout(total=POLL_SECONDS + 10)
    async with session.get(f"{base_url}/_phones/messages", params=query, timeout=timeout) as answer:
        answer.raise_for_status()
        page: dict[str, Any] = await answer.json()
        return page
