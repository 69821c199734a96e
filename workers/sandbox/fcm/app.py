"""The FCM stand-in as an HTTP application."""

import secrets
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from aiohttp import web

from workers.sandbox.control import add_control_routes
from workers.sandbox.documents import FCM_EXTRACT, load_extract
from workers.sandbox.faults import Faults
from workers.sandbox.fcm import errors
from workers.sandbox.fcm.account import ServiceAccount
from workers.sandbox.fcm.errors import FcmRefusal, Violation
from workers.sandbox.fcm.fields import SchemaReader
from workers.sandbox.fcm.oauth import GrantRefusal, TokenOffice
from workers.sandbox.fcm.rules import check_message, is_token, target_of
from workers.sandbox.ledger import Ledger
from workers.sandbox.serving import GOAWAY_EVERY
from workers.sandbox.standin import StandIn

Json = dict[str, Any]


@dataclass(frozen=True)
class FcmFaults(Faults):
    """Settings of this stand-in beside the common ones."""

    dead_tokens: frozenset[str] = frozenset()
    foreign_tokens: frozenset[str] = frozenset()
    invalid_tokens: frozenset[str] = frozenset()
    quota_tokens: frozenset[str] = frozenset()
    token_ttl_s: int = 3599
    goaway_every: int = 0
    """Requests an HTTP/2 connection is good for; 0: any number."""


class FcmStandIn:
    """Handlers for the token endpoint and for messages:send."""

    def __init__(self, stand_in: StandIn[FcmFaults], account: ServiceAccount) -> None:
        document = load_extract(FCM_EXTRACT)
        self._stand_in = stand_in
        self._account = account
        self._office = TokenOffice(account)
        self._reader = SchemaReader(document["schemas"])
        self._request_schema = document["request"]
        self._scopes = set(document["scopes"])
        self._query = set(document["query"])

    async def token(self, request: web.Request) -> web.Response:
        """POST /token."""
        form = await request.post()
        try:
            if self._stand_in.faults.revoked:
                raise GrantRefusal("invalid_grant", "Invalid grant: account not found")
            answer = self._office.grant(form, self._stand_in.faults.token_ttl_s)
        except GrantRefusal as refusal:
            error, description = refusal.args
            answer = {"error": error, "error_description": description}
            return web.json_response(answer, status=400)
        return web.json_response(answer)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/projects/{project}/messages:send."""
        raw = await request.read()
        try:
            self._authorize(request)
            body = self._parse(request, raw)
        except FcmRefusal as refusal:
            return self._stand_in.refused(refusal.answer())
        return await self._stand_in.exchange(request, _key(body), partial(self._accept, body))

    def _authorize(self, request: web.Request) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise errors.unauthenticated("CREDENTIALS_MISSING")
        scopes = self._office.scopes(token)
        if scopes is None or self._stand_in.faults.revoked:
            raise errors.unauthenticated("ACCESS_TOKEN_EXPIRED")
        if not self._scopes.intersection(scopes):
            raise errors.scope_missing()
        project = request.match_info["project"]
        if project != self._account.project:
            raise errors.project_denied(project)

    def _parse(self, request: web.Request, raw: bytes) -> Json:
        """The JSON body; the schema is looked at later, when the request's fate is known."""
        for name in request.query:
            if name not in self._query:
                text = f'Unknown name "{name}": Cannot bind query parameter.'
                raise errors.malformed([Violation("", f"Invalid JSON payload received. {text}")])
        if request.content_type != "application/json":
            raise errors.not_json("Content-Type application/json is wanted.")
        try:
            body = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise errors.not_json(f"Unexpected token. {error}") from None
        if not isinstance(body, dict):
            raise errors.not_json("Root element must be a message.")
        return body

    async def _accept(self, body: Json) -> web.Response:
        try:
            request = self._checked(body)
            message, target = request["message"], str(target_of(request["message"]))
            self._check_target(message, target)
        except FcmRefusal as refusal:
            return refusal.answer()
        if request.get("validate_only"):
            return _named(f"projects/{self._account.project}/messages/fake_message_id")
        stamp = f"0:{time.time_ns() // 1000}%{secrets.token_hex(8)}"
        name = f"projects/{self._account.project}/messages/{stamp}"
        msg_id = message.get("data", {}).get("msg_id")
        self._stand_in.ledger.append(msg_id=msg_id, to=target, id=name)
        self._stand_in.mailbox.deliver(target, message)
        return _named(name)

    def _checked(self, body: Json) -> Json:
        request, misfits = self._reader.read(self._request_schema, body)
        if "message" not in request:
            misfits.append(Violation("message", "message is required."))
        if misfits:
            raise errors.malformed(misfits)
        broken = check_message(request["message"])
        if broken:
            raise errors.forbidden_content(broken)
        return request

    def _check_target(self, message: Json, target: str) -> None:
        faults = self._stand_in.faults
        single = "token" in message or "fid" in message
        if target in faults.invalid_tokens or (single and not is_token(target)):
            raise errors.invalid_token()
        if target in faults.dead_tokens:
            raise errors.unregistered()
        if target in faults.foreign_tokens:
            raise errors.sender_mismatch()
        if target in faults.quota_tokens:
            raise errors.quota_exceeded(target, self._stand_in.retry_after())


def build_app(ledger: Ledger, account: ServiceAccount, faults: Json, control_key: str) -> web.Application:
    """The whole application, ready to serve."""
    stand_in = StandIn(ledger, FcmFaults().merged(faults), errors.trouble)
    fcm = FcmStandIn(stand_in, account)
    app = web.Application()
    app.router.add_post("/token", fcm.token)
    app.router.add_post("/v1/projects/{project}/messages:send", fcm.send)
    add_control_routes(app, stand_in, control_key)
    app[GOAWAY_EVERY] = lambda: stand_in.faults.goaway_every
    return app


def _key(body: Json) -> str:
    """What the fate of a request is drawn by: its target and our message id."""
    message = body.get("message")
    if not isinstance(message, dict):
        return ""
    data = message.get("data")
    msg_id = data.get("msg_id") if isinstance(data, dict) else None
    return f"{target_of(message)} {msg_id}"


def _named(name: str) -> web.Response:
    return web.Response(
        body=errors.pretty({"name": name}),
        headers={"Content-Type": "application/json; charset=UTF-8"},
    )
