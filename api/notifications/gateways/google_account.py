"""The service account: access tokens fetched ahead of need, off the event loop, and nothing sent home besides.

Left alone, google-auth refreshes inside the event loop with a two-minute time-out, and after each refresh asks another
Google service about "regional access boundaries" with our token.
"""

import asyncio
import contextlib
import functools

import requests
import structlog
from google.auth import exceptions as auth_errors
from google.auth.credentials import TokenState
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from api.notifications.types import Outcome, OutcomeKind

log = structlog.get_logger(__name__)
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
REFRESH_TIMEOUT_S = 3.0
LOOK_EVERY_S = 30.0
# A refusal is believed for this long, so that a hundred messages in flight do not ask a hundred times.
REFUSAL_LASTS_S = 1.0


class StaleToken(auth_errors.RefreshError):
    """The SDK wanted a refresh inside the event loop; the gateway fetches one outside and sends again."""


class QuietCredentials(service_account.Credentials):
    """A service account that never refreshes by itself."""

    def refresh(self, request: object) -> None:
        raise StaleToken("refreshed ahead of need only")  # type: ignore[no-untyped-call]

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False

    def renew(self) -> None:
        """Fetch a new access token. Blocks for seconds; raises google-auth's errors."""
        with requests.Session() as session:
            session.trust_env = False
            self._perform_refresh_token(functools.partial(Request(session), timeout=REFRESH_TIMEOUT_S))

    def forget(self) -> None:
        """The token was refused: do not use it again."""
        self.token = None


class TokenKeeper:
    """Keeps the credentials fresh for one event loop."""

    def __init__(self, path: str) -> None:
        self.credentials = QuietCredentials.from_service_account_file(  # type: ignore[no-untyped-call]
            path, scopes=[SCOPE]
        )
        self._lock = asyncio.Lock()
        self._refused: tuple[float, Outcome] | None = None
        self._ahead: asyncio.Task[None] | None = None

    @property
    def project_id(self) -> str:
        """The project the account belongs to."""
        return str(self.credentials.project_id)

    def start(self) -> None:
        """Begin to refresh ahead of expiry."""
        self._ahead = asyncio.create_task(self._refresh_ahead())

    async def stop(self) -> None:
        """Stop refreshing."""
        if self._ahead is not None:
            self._ahead.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ahead

    async def ensure(self) -> Outcome | None:
        """None when there is a usable token now; else why not, as the outcome of the message that wanted it."""
        if self.credentials.valid:
            return None
        async with self._lock:
            if self.credentials.valid:
                return None
            if self._refused is not None and self._refused[0] > asyncio.get_running_loop().time():
                return self._refused[1]
            return await self._renew()

    async def replace(self, refused: str | None) -> Outcome | None:
        """Fetch another token in place of `refused`, unless somebody did meanwhile."""
        if self.credentials.token == refused:
            self.credentials.forget()
        return await self.ensure()

    async def _renew(self) -> Outcome | None:
        try:
            await asyncio.to_thread(self.credentials.renew)
        except (auth_errors.TransportError, auth_errors.RefreshError) as error:
            # Nothing was sent. A refused grant is our account's trouble; an office that is away comes back.
            away = isinstance(error, auth_errors.TransportError) or getattr(error, "retryable", False)
            outcome = (
                Outcome(OutcomeKind.RETRY, "token_office_away")
                if away
                else Outcome(OutcomeKind.CREDENTIALS, "grant_refused")
            )
            self._refused = (asyncio.get_running_loop().time() + REFUSAL_LASTS_S, outcome)
            return outcome
        self._refused = None
        return None

    async def _refresh_ahead(self) -> None:
        # google-auth calls a token stale some minutes before it expires.
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            if self.credentials.token_state is not TokenState.FRESH:
                async with self._lock:
                    refused = await self._renew()
                if refused is not None:
                    log.warning("token_not_refreshed", provider="fcm", code=refused.code)
