"""The side door of a stand-in: settings, ledger, and the phones' inboxes.

Open to this machine, or to whoever holds GRIDLOOP_SANDBOX_CONTROL_KEY: a stand-in in a
container is reached over a network where others may be.
"""

import asyncio
import hmac
import ipaddress
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from workers.sandbox.mailbox import Arrival
from workers.sandbox.standin import StandIn

POLL_LIMIT = 25.0
"""Longest wait of a poll, seconds: below the 30 s at which proxies lose patience."""
GATHER = 0.02
"""After the first arrival a poll over all phones waits this long for the rest of a burst."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def add_control_routes(app: web.Application, stand_in: StandIn[Any], control_key: str) -> None:
    """Give `app` the routes every stand-in has: health, control, ledger, phones."""
    doors = SideDoors(stand_in)
    app.router.add_get("/healthz", doors.health)
    for method, path, handler in (
        ("GET", "/_control", doors.show_settings),
        ("POST", "/_control", doors.change_settings),
        ("DELETE", "/_control", doors.reset_settings),
        ("GET", "/_ledger", doors.show_ledger),
        ("GET", "/_ledger/counts", doors.show_counts),
        ("GET", "/_phones/messages", doors.show_messages),
        ("GET", "/_phones/{address}/messages", doors.show_messages),
    ):
        app.router.add_route(method, path, guard(handler, control_key))


def guard(handler: Handler, control_key: str) -> Handler:
    """Let only this machine or the holder of the key through."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        shown = request.headers.get("X-Control-Key", "")
        if _is_local(request) or (control_key and hmac.compare_digest(shown, control_key)):
            return await handler(request)
        raise web.HTTPForbidden(text="the control key is missing\n")

    return guarded


class SideDoors:
    """Handlers over one stand-in."""

    def __init__(self, stand_in: StandIn[Any]) -> None:
        self._stand_in = stand_in

    async def health(self, request: web.Request) -> web.Response:
        """Alive; says nothing about the settings, an ill stand-in is still up."""
        return web.json_response({"status": "ok"})

    async def show_settings(self, request: web.Request) -> web.Response:
        """The settings in force."""
        return web.json_response(self._stand_in.faults.as_json())

    async def change_settings(self, request: web.Request) -> web.Response:
        """Merge the JSON body into the settings; 400 with the reason if it does not fit."""
        try:
            changes: Any = json.loads(await request.read() or b"null")
            if not isinstance(changes, dict):
                raise ValueError("settings are a JSON object")
            self._stand_in.faults = self._stand_in.faults.merged(changes)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        return await self.show_settings(request)

    async def reset_settings(self, request: web.Request) -> web.Response:
        """Healthy again; ledger and inboxes stay."""
        self._stand_in.heal()
        return await self.show_settings(request)

    async def show_ledger(self, request: web.Request) -> web.Response:
        """Ledger lines behind `after`, at most `limit`."""
        after, limit = _number(request, "after", 0), _number(request, "limit", 1000)
        return web.json_response({"entries": self._stand_in.ledger.entries(after, limit)})

    async def show_counts(self, request: web.Request) -> web.Response:
        """Accepted, distinct, extras, refused by status, fates, early calls."""
        return web.json_response(self._stand_in.counts())

    async def show_messages(self, request: web.Request) -> web.Response:
        """What arrived after `after`, on one phone or on all; waits up to `wait` seconds.

        `after=now` answers at once with where a poller that wants no history has to begin.
        """
        mailbox = self._stand_in.mailbox
        address = request.match_info.get("address")
        if request.query.get("after") == "now":
            return web.json_response({"epoch": mailbox.epoch, "next": mailbox.latest, "messages": []})
        after = _number(request, "after", 0)
        if after > mailbox.latest or request.query.get("epoch", mailbox.epoch) != mailbox.epoch:
            after = 0
        found = await mailbox.wait(address, after, min(_number(request, "wait", 0), POLL_LIMIT))
        if found and address is None and "wait" in request.query:
            await asyncio.sleep(GATHER)
            found = mailbox.arrivals(None, after)
        return web.json_response(
            {
                "epoch": mailbox.epoch,
                "next": found[-1].seq if found else after,
                "messages": [_as_json(arrival) for arrival in found],
            }
        )


def _as_json(arrival: Arrival) -> dict[str, Any]:
    return dict(arrival._asdict())


def _number(request: web.Request, name: str, default: int) -> int:
    try:
        return max(0, int(request.query.get(name, default)))
    except ValueError:
        raise web.HTTPBadRequest(text=f"{name} is a number\n") from None


def _is_local(request: web.Request) -> bool:
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False
