"""The sign-in of one phone: code by SMS, short access tokens, rotating refresh tokens."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from workers.sandbox.phones.memory import MemoryFile
from workers.sandbox.phones.public_api import ApiRefusal, PublicApi, SignedIn

Result = TypeVar("Result")

CODE_PATIENCE = 70.0
"""Seconds to wait for a sign-in code; a new one may be asked for once a minute."""
EXPIRY_MARGIN = 60.0

_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Login:
    """Keeps one phone signed in."""

    def __init__(self, number: str, api: PublicApi, memories: MemoryFile) -> None:
        self._number = number
        self._api = api
        self._memories = memories
        self._memory = memories.of(number)
        self._codes: asyncio.Queue[str] = asyncio.Queue()
        self._renewing = asyncio.Lock()

    def read_sms(self, body: str) -> None:
        """Look for a sign-in code in a text message."""
        found = _CODE.search(body)
        if found:
            self._codes.put_nowait(found.group())

    async def call(self, action: Callable[[str], Awaitable[Result]]) -> Result:
        """Run one API call with an access token; if the API no longer takes it, once more with a new one."""
        token = await self.access_token()
        try:
            return await action(token)
        except ApiRefusal as refusal:
            if refusal.status != 401:
                raise
        await self._renew(token)
        return await action(self._memory.access_token)

    async def access_token(self) -> str:
        """A token that is good for another minute at least."""
        held = self._memory.access_token
        if self._memory.expires_at < time.time() + EXPIRY_MARGIN:
            await self._renew(held)
        return self._memory.access_token

    async def _renew(self, spent: str) -> None:
        async with self._renewing:
            # Several calls may find the same token spent; a second refresh would revoke the family.
            if self._memory.access_token == spent:
                self._keep(await self._refreshed() or await self._signed_in())

    async def _refreshed(self) -> SignedIn | None:
        if not self._memory.refresh_token:
            return None
        try:
            return await self._api.refresh(self._memory.refresh_token)
        except ApiRefusal:
            return None

    async def _signed_in(self) -> SignedIn:
        """A new sign-in is a new session, so the push registration has to be made again."""
        self._memory.registered = False
        while not self._codes.empty():
            self._codes.get_nowait()
        await self._api.ask_code(self._number)
        code = await asyncio.wait_for(self._codes.get(), CODE_PATIENCE)
        return await self._api.verify_code(self._number, code)

    def _keep(self, tokens: SignedIn) -> None:
        self._memory.access_token = tokens.access_token
        self._memory.refresh_token = tokens.refresh_token
        self._memory.expires_at = time.time() + tokens.expires_in
        self._memories.save()
