"""The Web Push stand-in as an HTTP application."""

import json
import secrets
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from workers.sandbox.control import add_control_routes, guard
from workers.sandbox.faults import Faults
from workers.sandbox.ledger import Ledger
from workers.sandbox.standin import StandIn
from workers.sandbox.webpush import errors
from workers.sandbox.webpush.decrypting import decrypt
from workers.sandbox.webpush.errors import PushRefusal
from workers.sandbox.webpush.headers import read_sender, read_wish
from workers.sandbox.webpush.subscriptions import belongs_to, encode, new_id, phone_of

Json = dict[str, Any]
LARGEST_BODY = 4_096
_FIELDS = frozenset({"msg_id", "type", "subject_id", "v", "title", "body", "channel", "interruption-level", "silent"})


@dataclass(frozen=True)
class WebPushFaults(Faults):
    """Settings of this stand-in beside the common ones."""

    gone: frozenset[str] = frozenset()
    """Ids of subscriptions that were given up."""
    location: str = ""
    """Answer every push by a redirect there: no sender may follow."""


class WebPushStandIn:
    """The push resource, and the side door where phones subscribe."""

    def __init__(self, stand_in: StandIn[WebPushFaults], base_url: str) -> None:
        self._stand_in = stand_in
        self._base_url = base_url

    async def subscribe(self, request: web.Request) -> web.Response:
        """POST /_subscriptions {"key": the sender's public key}: what a browser gives its page."""
        try:
            key = json.loads(await request.read())["key"]
            if not isinstance(key, str) or not key:
                raise ValueError
        except (ValueError, KeyError, TypeError):
            return web.json_response({"error": "a subscription is made for a key"}, status=400)
        phone = phone_of(new_id(key))
        return web.json_response(
            {
                "endpoint": f"{self._base_url}/push/{phone.id}",
                "keys": {"p256dh": encode(phone.public), "auth": encode(phone.auth)},
            }
        )

    async def push(self, request: web.Request) -> web.StreamResponse:
        """POST /push/{id}."""
        body = await request.read()
        try:
            content = self._open(request, body)
        except PushRefusal as refusal:
            return self._stand_in.refused(refusal.answer())
        if self._stand_in.faults.location:
            return web.Response(status=307, headers={"Location": self._stand_in.faults.location})
        address = request.match_info["id"]
        return await self._stand_in.exchange(
            request, f"{address} {content['msg_id']}", partial(self._accept, address, content)
        )

    def _open(self, request: web.Request, body: bytes) -> Json:
        address, faults = request.match_info["id"], self._stand_in.faults
        if faults.revoked:
            raise PushRefusal(403, "the sender's key is blocked")
        key = read_sender(request.headers.get("Authorization", ""), self._base_url, time.time())
        if not belongs_to(address, key):
            raise PushRefusal(403, "made for another sender")
        if address in faults.gone:
            raise PushRefusal(410, "gone")
        if len(body) > LARGEST_BODY:
            raise PushRefusal(413, "too large")
        wish = read_wish(request.headers)
        content = _read_content(decrypt(body, phone_of(address)))
        return {**content, "_ttl": wish.ttl_s, "_urgency": wish.urgency, "_topic": wish.topic}

    async def _accept(self, address: str, content: Json) -> web.Response:
        message_id = secrets.token_urlsafe(12)
        self._stand_in.ledger.append(
            msg_id=content["msg_id"], to=address, id=message_id, ttl=content["_ttl"], urgency=content["_urgency"]
        )
        self._stand_in.mailbox.deliver(address, content)
        return web.Response(status=201, headers={"Location": f"{self._base_url}/message/{message_id}"})


def build_app(ledger: Ledger, base_url: str, faults: Json, control_key: str) -> web.Application:
    """The whole application, ready to serve."""
    stand_in = StandIn(ledger, WebPushFaults().merged(faults), errors.trouble)
    webpush = WebPushStandIn(stand_in, base_url.rstrip("/"))
    app = web.Application()
    app.router.add_post("/push/{id}", webpush.push)
    app.router.add_post("/_subscriptions", guard(webpush.subscribe, control_key))
    add_control_routes(app, stand_in, control_key)
    return app


def _read_content(raw: bytes) -> Json:
    """The payload as our phones expect it: strings only, nothing they do not know."""
    try:
        content: Any = json.loads(raw)
    except ValueError:
        raise PushRefusal(400, "the payload is no JSON") from None
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise PushRefusal(400, "the payload is not strings by name")
    if set(content) - _FIELDS or "msg_id" not in content:
        raise PushRefusal(400, "a field no phone knows, or none that names the message")
    return content
