"""The doors of a phone without the app: the page behind a link, and the telephone network."""

import re

import aiohttp

_FIELD = re.compile(r'name="mark" value="([^"]+)"')
TIMEOUT = aiohttp.ClientTimeout(total=20)


class PageGone(Exception):
    """The link's page has no form any more: full, ended, answered."""


class Doors:
    """Pages by HTTP, texts and calls through the Twilio stand-in."""

    def __init__(self, to_api: aiohttp.ClientSession, to_providers: aiohttp.ClientSession, twilio: str) -> None:
        self._to_api = to_api
        self._to_providers = to_providers
        self._twilio = twilio

    async def answer_page(self, link: str, *, yes: bool) -> None:
        """Open the page behind a link and press one of its two buttons; raises PageGone."""
        async with self._to_api.get(link, timeout=TIMEOUT) as page:
            found = _FIELD.search(await page.text())
        if found is None:
            raise PageGone(link)
        form = {"mark": found.group(1), "action": "accept" if yes else "decline", "reason": "busy"}
        async with self._to_api.post(link, data=form, timeout=TIMEOUT, allow_redirects=False) as answer:
            answer.raise_for_status()

    async def text(self, number: str, body: str) -> None:
        """Text the station's number."""
        await self._tell(number, "texts", {"body": body})

    async def pick_up(self, number: str, keys: str) -> None:
        """Take the call that rings, and press these keys."""
        await self._tell(number, "pickup", {"keys": keys})

    async def _tell(self, number: str, what: str, body: dict[str, str]) -> None:
        url = f"{self._twilio}/_phones/{number}/{what}"
        async with self._to_providers.post(url, json=body, timeout=TIMEOUT) as answer:
            answer.raise_for_status()
