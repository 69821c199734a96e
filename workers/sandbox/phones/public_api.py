"""Gridloop's public API as an app on a phone uses it. Every path and field name is here."""

import asyncio
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp

from workers.sandbox.phones.walking import Spot

Json = dict[str, Any]
TOTAL_SECONDS = 20.0
TRIES = 6
LONGEST_PAUSE = 30.0
LONGEST_WAIT = 90.0
"""What Retry-After is believed, seconds."""


class ApiRefusal(Exception):
    """The API said no: `status`, and the problem's code with the fields it names."""

    def __init__(self, status: int, code: str, retry_after: float | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.retry_after = retry_after


class ApiUnreachable(Exception):
    """No answer, or only 5xx, after several tries."""


@dataclass(frozen=True)
class SignedIn:
    """What a sign-in or a refresh gives. `expires_in` counts seconds."""

    access_token: str
    refresh_token: str
    expires_in: float


@dataclass(frozen=True)
class Move:
    """A step in an offer: accept, decline, depart, arrive, finish, drop-out or feedback.

    The key belongs to the step, so that a step repeated after a lost answer counts once.
    """

    offer_id: str
    verb: str
    body: Json = field(default_factory=dict)
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


class PublicApi:
    """Calls over one shared connection pool. Safe to use from many phones at once.

    Every POST carries an Idempotency-Key that stays the same over its retries, so a request
    whose answer was lost has one effect.
    """

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")

    async def ask_code(self, phone: str) -> None:
        """Have a sign-in code sent by SMS."""
        await self._post("/v1/sign-in/code", None, {"phone": phone})

    async def verify_code(self, phone: str, code: str) -> SignedIn:
        """Trade the code for tokens."""
        body = {"phone": phone, "code": code, "device_label": "simulated phone"}
        return _signed_in(await self._post("/v1/sign-in/code/verify", None, body))

    async def refresh(self, refresh_token: str) -> SignedIn:
        """Trade a refresh token for a new pair; the old one is spent."""
        return _signed_in(await self._post("/v1/sign-in/refresh", None, {"refresh_token": refresh_token}))

    async def push_key(self, token: str) -> str:
        """The key a Web Push subscription is made for."""
        return str((await self._get("/v1/devices/push-key", token))["key"])

    async def register_device(self, token: str, install_id: str, push_token: str, provider: str = "fcm") -> None:
        """Tell where pushes reach this phone."""
        body = {"install_id": install_id, "provider": provider, "token": push_token, "platform": "android"}
        await self._post("/v1/devices", token, body)

    async def go_on_duty(self, token: str) -> None:
        """Be there to be asked. Twice is once."""
        await self._post("/v1/duty/on", token, {})

    async def send_positions(self, token: str, spots: list[Spot], accuracy_m: float) -> None:
        """Report where the phone has been, newest last, as of now."""
        now = timestamp()
        fixes = [{"lat": s.lat, "lon": s.lon, "accuracy_m": accuracy_m, "captured_at": now} for s in spots]
        await self._post("/v1/positions", token, {"datum": "wgs84", "fixes": fixes})

    async def read_inbox(self, token: str) -> list[Json]:
        """The last messages to this person, oldest first."""
        items: list[Json] = (await self._get("/v1/inbox", token))["items"]
        return items[::-1]

    async def acknowledge(self, token: str, message_id: str, kind: str) -> None:
        """Say that a message was received, shown or read."""
        body = {"kind": kind, "occurred_at": timestamp()}
        await self._post(f"/v1/messages/{message_id}/acknowledgements", token, body)

    async def open_offers(self, token: str) -> list[Json]:
        """Offers made to this person, open ones first."""
        items: list[Json] = (await self._get("/v1/offers", token))["items"]
        return items

    async def read_offer(self, token: str, offer_id: str) -> Json:
        """One offer; its `task` is there once it is accepted."""
        return await self._get(f"/v1/offers/{offer_id}", token)

    async def read_notice(self, token: str, notice_id: str) -> None:
        """Open a notice and say that it was read."""
        await self._get(f"/v1/notices/{notice_id}", token)
        await self._post(f"/v1/notices/{notice_id}/read", token, {})

    async def move_offer(self, token: str, move: Move) -> Json:
        """Take one step in an offer; the answer says where it stands now."""
        return await self._post(f"/v1/offers/{move.offer_id}/{move.verb}", token, move.body, key=move.key)

    async def _post(self, path: str, token: str | None, body: Json, key: str | None = None) -> Json:
        headers = _headers(token) | {"Idempotency-Key": key or str(uuid.uuid4())}
        return await self._call("POST", path, headers, body)

    async def _get(self, path: str, token: str) -> Json:
        return await self._call("GET", path, _headers(token))

    async def _call(self, method: str, path: str, headers: dict[str, str], body: Json | None = None) -> Json:
        pause = 0.5
        for _ in range(TRIES):
            try:
                return await self._once(method, path, headers, body)
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(pause)
            except ApiRefusal as refusal:
                if refusal.status < 500 and refusal.status != 429:
                    raise
                await asyncio.sleep(min(refusal.retry_after or pause, LONGEST_WAIT))
            pause = min(2 * pause, LONGEST_PAUSE)
        raise ApiUnreachable(f"{method} {path}")

    async def _once(self, method: str, path: str, headers: dict[str, str], body: Json | None) -> Json:
        timeout = aiohttp.ClientTimeout(total=TOTAL_SECONDS)
        url = self._base_url + path
        async with self._session.request(method, url, json=body, headers=headers, timeout=timeout) as answer:
            if answer.status >= 400:
                raise await _refusal(answer)
            if answer.status == 204:
                return {}
            content: Json = await answer.json(content_type=None) or {}
            return content


def timestamp() -> str:
    """Now, as the API takes it."""
    return datetime.now(UTC).isoformat()


def place_json(spot: Spot) -> Json:
    """A place with its datum, as the API takes it."""
    return {"lat": spot.lat, "lon": spot.lon, "datum": "wgs84"}


def _headers(token: str | None) -> dict[str, str]:
    language = {"Accept-Language": "zh-CN"}
    return language if token is None else {**language, "Authorization": f"Bearer {token}"}


async def _refusal(answer: aiohttp.ClientResponse) -> ApiRefusal:
    try:
        problem = await answer.json(content_type=None)
        places = ",".join(issue["pointer"] for issue in problem.get("errors", ()))
        code = f"{problem['code']} {places}".strip()
    except (ValueError, KeyError, TypeError, AttributeError):
        code = "no_problem_document"
    wait = answer.headers.get("Retry-After", "")
    return ApiRefusal(answer.status, code, float(wait) if wait.isdigit() else None)


def _signed_in(answer: Json) -> SignedIn:
    return SignedIn(answer["access_token"], answer["refresh_token"], float(answer["expires_in"]))
