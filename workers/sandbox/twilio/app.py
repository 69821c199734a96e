"""The Twilio stand-in as an HTTP application."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import UUID

import aiohttp
from aiohttp import web

from workers.sandbox.control import add_control_routes, guard
from workers.sandbox.documents import TWILIO_CALLS_EXTRACT, TWILIO_EXTRACT, load_extract
from workers.sandbox.ledger import Ledger
from workers.sandbox.standin import StandIn
from workers.sandbox.twilio import errors
from workers.sandbox.twilio.call_fields import check_call
from workers.sandbox.twilio.callbacks import Courier, TwilioFaults
from workers.sandbox.twilio.calls import Pickup, Switchboard
from workers.sandbox.twilio.errors import TwilioRefusal
from workers.sandbox.twilio.fields import check_message, read_parameters
from workers.sandbox.twilio.records import SmsRecords
from workers.sandbox.twilio.senders import deliver, inbound_form

Json = dict[str, Any]
DEFAULT_PAGE = 50
_PATH = "/2010-04-01/Accounts/{account}/Messages"
_CALLS = "/2010-04-01/Accounts/{account}/Calls"


@dataclass(frozen=True)
class Account:
    """The one account this stand-in has. An empty sender takes any From."""

    sid: str
    auth_token: str
    sender: str = ""
    inbound_url: str = ""


class TwilioStandIn:
    """Handlers for the Messages resource."""

    def __init__(self, stand_in: StandIn[TwilioFaults], account: Account) -> None:
        document = load_extract(TWILIO_EXTRACT)
        self._stand_in = stand_in
        self._account = account
        self._create = document["create"]
        self._list = document["list"]
        self._records = SmsRecords(account.sid)
        self.courier = Courier(stand_in.mailbox, account.auth_token)
        self._calling = load_extract(TWILIO_CALLS_EXTRACT)
        self.switchboard = Switchboard(stand_in.mailbox, account.sid, account.auth_token)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """POST Messages.json."""
        try:
            self._authorize(request)
            if request.content_type != "application/x-www-form-urlencoded":
                raise TwilioRefusal(20001, f"Content-Type {request.content_type}")
            given = _read_form(await request.read())
        except TwilioRefusal as refusal:
            return self._stand_in.refused(refusal.answer())
        key = urlencode([pair for pair in given if pair[0] in ("To", "StatusCallback", "Body")])
        return await self._stand_in.exchange(request, key, partial(self._accept, given))

    async def call(self, request: web.Request) -> web.StreamResponse:
        """POST Calls.json."""
        try:
            self._authorize(request)
            given = _read_form(await request.read())
        except TwilioRefusal as refusal:
            return self._stand_in.refused(refusal.answer())
        key = urlencode([pair for pair in given if pair[0] in ("To", "Url")])
        return await self._stand_in.exchange(request, key, partial(self._dial, given))

    async def fetch(self, request: web.Request) -> web.Response:
        """GET Messages/{Sid}.json."""
        try:
            self._authorize(request)
            record = self._records.get(request.match_info["sid"])
            if record is None:
                raise TwilioRefusal(20404, request.path)
        except TwilioRefusal as refusal:
            return refusal.answer()
        return web.json_response(record.as_json())

    async def browse(self, request: web.Request) -> web.Response:
        """GET Messages.json, newest first."""
        try:
            self._authorize(request)
            given = parse_qsl(request.query_string, keep_blank_values=True)
            wanted = read_parameters(self._list, given)
        except TwilioRefusal as refusal:
            return refusal.answer()
        return web.json_response(self._page(request.path, wanted))

    async def show_callbacks(self, request: web.Request) -> web.Response:
        """The status callbacks that went out, and what they were answered."""
        return web.json_response({"callbacks": list(self.courier.log)})

    def _authorize(self, request: web.Request) -> None:
        if self._stand_in.faults.revoked:
            raise TwilioRefusal(20005)
        try:
            given = aiohttp.BasicAuth.decode(request.headers.get("Authorization", ""))
        except ValueError:
            raise TwilioRefusal(20003) from None
        known = hmac.compare_digest(given.login, self._account.sid)
        if not (known and hmac.compare_digest(given.password, self._account.auth_token)):
            raise TwilioRefusal(20003)
        if request.match_info["account"] != self._account.sid:
            raise TwilioRefusal(20404, request.path)

    async def _accept(self, given: list[tuple[str, str]]) -> web.Response:
        try:
            parameters = read_parameters(self._create, given)
            check_message(parameters, self._account.sender)
            self._check_recipient(parameters["To"])
        except TwilioRefusal as refusal:
            return refusal.answer()
        record = self._records.add(parameters)
        self._stand_in.ledger.append(
            msg_id=_message_id(record.callback), to=record.to, id=record.sid, callback=record.callback
        )
        answer = web.json_response(record.as_json(), status=201)
        await self.courier.take(record, self._stand_in.faults)
        return answer

    async def _dial(self, given: list[tuple[str, str]]) -> web.Response:
        try:
            parameters = read_parameters(self._calling["create"], given)
            check_call(parameters, self._account.sender, self._calling["events"])
            if parameters["To"] in self._stand_in.faults.invalid_numbers:
                raise TwilioRefusal(21211, parameters["To"])
        except TwilioRefusal as refusal:
            return refusal.answer()
        record = self.switchboard.dial(parameters, self._stand_in.faults)
        self._stand_in.ledger.append(
            msg_id=_message_id(record.callback), to=record.to, id=record.sid, callback=record.callback, kind="call"
        )
        return web.json_response(record.as_json(), status=201)

    async def pick_up(self, request: web.Request) -> web.Response:
        """POST from a phone: its call is answered with these keys, or refused with a reason."""
        body = await request.json()
        pickup = Pickup(tuple(str(body.get("keys", ""))), str(body.get("failure", "")))
        return web.json_response({"rang": self.switchboard.pick_up(request.match_info["address"], pickup)})

    async def show_calls(self, request: web.Request) -> web.Response:
        """Every call, what was heard and what was pressed in it."""
        return web.json_response({"calls": self.switchboard.calls(), "callbacks": list(self.switchboard.log)})

    async def send_text(self, request: web.Request) -> web.Response:
        """POST from a phone: a text to the account's number; `sid` delivers an earlier one again."""
        body, sender = await request.json(), request.match_info["address"]
        url = self._stand_in.faults.inbound_url or self._account.inbound_url
        to = self._account.sender or "+15005550006"
        form = inbound_form(self._account.sid, sender, to, str(body["body"]), str(body.get("sid", "")))
        stopped = self._stand_in.faults.stopped_numbers
        if form.get("OptOutType"):
            stopped = stopped | {sender} if form["OptOutType"] == "STOP" else stopped - {sender}
            self._stand_in.faults = self._stand_in.faults.merged({"stopped_numbers": sorted(stopped)})
        status = await deliver(self.courier.session, self._account.auth_token, url, form)
        return web.json_response({"sid": form["MessageSid"], "answer": status})

    def _check_recipient(self, number: str) -> None:
        faults = self._stand_in.faults
        for code, numbers in (
            (21211, faults.invalid_numbers),
            (21614, faults.landlines),
            (21610, faults.stopped_numbers),
        ):
            if number in numbers:
                raise TwilioRefusal(code, number)

    def _page(self, path: str, wanted: Mapping[str, str]) -> Json:
        size, page = int(wanted.get("PageSize", DEFAULT_PAGE)), int(wanted.get("Page", 0))
        records, following = self._records.page(wanted, size)
        kept = {name: value for name, value in wanted.items() if name not in ("Page", "PageToken")}

        def uri(number: int, **more: str) -> str:
            query = {**kept, "PageSize": size, "Page": number, **more}
            return f"{path}?{urlencode(query)}"

        return {
            "first_page_uri": uri(0),
            "next_page_uri": uri(page + 1, PageToken=following) if following else None,
            "previous_page_uri": None,
            "page": page,
            "page_size": size,
            "start": page * size,
            "end": page * size + max(0, len(records) - 1),
            "uri": f"{path}?{urlencode(wanted)}",
            "messages": [record.as_json() for record in records],
        }


def build_app(ledger: Ledger, account: Account, faults: Json, control_key: str) -> web.Application:
    """The whole application, ready to serve."""
    stand_in = StandIn(ledger, TwilioFaults().merged(faults), errors.trouble)
    twilio = TwilioStandIn(stand_in, account)
    app = web.Application()
    app.router.add_post(f"{_PATH}.json", twilio.create)
    app.router.add_get(f"{_PATH}.json", twilio.browse)
    app.router.add_get(f"{_PATH}/{{sid}}.json", twilio.fetch)
    app.router.add_post(f"{_CALLS}.json", twilio.call)
    app.router.add_get("/_calls", guard(twilio.show_calls, control_key))
    app.router.add_post("/_phones/{address}/pickup", guard(twilio.pick_up, control_key))
    app.router.add_post("/_phones/{address}/texts", guard(twilio.send_text, control_key))
    app.router.add_get("/_callbacks", guard(twilio.show_callbacks, control_key))
    add_control_routes(app, stand_in, control_key)

    async def run_courier(_: web.Application) -> Any:
        await twilio.courier.open()
        await twilio.switchboard.open()
        yield
        await twilio.switchboard.close()
        await twilio.courier.close()

    app.cleanup_ctx.append(run_courier)
    return app


def _read_form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise TwilioRefusal(20001, "the body is not UTF-8") from None


def _message_id(callback: str | None) -> str | None:
    """Our own message id, if the callback URL carries it: Twilio has no place for it."""
    query = parse_qs(urlsplit(callback or "").query)
    found = query.get("msg") or query.get("message") or query.get("msg_id")
    if found:
        return found[0]
    # Gridloop's own: the id in hex, a dot, a signature.
    head = query.get("m", [""])[0].partition(".")[0]
    return str(UUID(hex=head)) if re.fullmatch(r"[0-9a-f]{32}", head) else None
