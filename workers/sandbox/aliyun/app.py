"""The Aliyun stand-in as an HTTP application."""

import re
import secrets
import time
from collections import OrderedDict
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from workers.sandbox.aliyun import errors
from workers.sandbox.aliyun.errors import AliyunRefusal, request_id
from workers.sandbox.aliyun.limits import Limits
from workers.sandbox.aliyun.registry import Registry
from workers.sandbox.aliyun.reports import AliyunFaults, Reporter, Text
from workers.sandbox.aliyun.signing import check_signature
from workers.sandbox.control import add_control_routes, guard
from workers.sandbox.ledger import Ledger
from workers.sandbox.standin import StandIn
from workers.sandbox.twilio.segments import count_segments

Json = dict[str, Any]
ACTION, VERSION = "SendSms", "2017-05-25"
KEPT_NONCES = 100_000
LONGEST_REFERENCE = 256
_REQUIRED = ("PhoneNumbers", "SignName", "TemplateCode")
_KNOWN = frozenset({*_REQUIRED, "TemplateParam", "OutId"})
_MOBILE = re.compile(r"(?:\+86|86|0086)?(1[3-9]\d{9})\Z")


class AliyunStandIn:
    """The handler of SendSms."""

    def __init__(self, stand_in: StandIn[AliyunFaults], key: tuple[str, str], registry: Registry, url: str) -> None:
        self._stand_in = stand_in
        self._key = key
        self._registry = registry
        self._limits = Limits()
        self._nonces: OrderedDict[str, None] = OrderedDict()
        self.reporter = Reporter(stand_in.mailbox, url)

    async def call(self, request: web.Request) -> web.StreamResponse:
        """POST /?Action's parameters."""
        try:
            await self._authorize(request)
            given = _read_parameters(request.rel_url.raw_query_string)
        except AliyunRefusal as refusal:
            return self._stand_in.refused(refusal.answer())
        key = f"{given['PhoneNumbers']} {given.get('OutId', '')}"
        return await self._stand_in.exchange(request, key, partial(self._accept, given))

    async def show_reports(self, request: web.Request) -> web.Response:
        """The reports that went out, and what they were answered."""
        return web.json_response({"reports": list(self.reporter.log)})

    async def _authorize(self, request: web.Request) -> None:
        if self._stand_in.faults.revoked:
            raise AliyunRefusal("InvalidAccessKeyId.Inactive", 403)
        headers = {name.lower(): value for name, value in request.headers.items()}
        parts = (request.method, request.rel_url.raw_path, request.rel_url.raw_query_string, await request.read())
        check_signature(self._key, parts, headers, time.time())
        nonce = headers["x-acs-signature-nonce"]
        if nonce in self._nonces:
            raise AliyunRefusal("SignatureNonceUsed", 400)
        self._nonces[nonce] = None
        if len(self._nonces) > KEPT_NONCES:
            self._nonces.popitem(last=False)
        if (headers["x-acs-action"], headers["x-acs-version"]) != (ACTION, VERSION):
            raise AliyunRefusal("InvalidAction.NotFound", 404)

    async def _accept(self, given: dict[str, str]) -> web.Response:
        faults, now = self._stand_in.faults, time.time()
        try:
            number = _read_number(given["PhoneNumbers"])
            if f"+86{number}" in faults.invalid_numbers:
                raise AliyunRefusal("isv.MOBILE_NUMBER_ILLEGAL")
            template = self._registry.template(given["SignName"], given["TemplateCode"])
            body = f"【{given['SignName']}】{template.fill(given.get('TemplateParam', ''))}"
            if f"+86{number}" in faults.limited_numbers:
                raise AliyunRefusal("isv.BUSINESS_LIMIT_CONTROL")
            if faults.limits:
                self._limits.check(number, template, body, now)
        except AliyunRefusal as refusal:
            answer = refusal.answer()
            # A refusal of the message is a 200; it is counted all the same.
            self._stand_in.refused(web.Response(status=499))
            return answer
        self._limits.note(number, template, body, now)
        return await self._take(number, body, given.get("OutId", ""), now)

    async def _take(self, number: str, body: str, out_id: str, now: float) -> web.Response:
        text = Text(secrets.token_hex(10), out_id, number, body, count_segments(body), now)
        self._stand_in.ledger.append(
            msg_id=_message_id(out_id), to=text.address, id=text.biz_id, out_id=out_id, body=body
        )
        answer = web.json_response({"Code": "OK", "Message": "OK", "RequestId": request_id(), "BizId": text.biz_id})
        await self.reporter.take(text, self._stand_in.faults)
        return answer


def build_app(
    ledger: Ledger, key: tuple[str, str], registry: Path, faults: Json, control_key: str, report_url: str = ""
) -> web.Application:
    """The whole application, ready to serve."""
    stand_in = StandIn(ledger, AliyunFaults().merged(faults), errors.trouble)
    aliyun = AliyunStandIn(stand_in, key, Registry(registry), report_url)
    app = web.Application()
    app.router.add_post("/", aliyun.call)
    app.router.add_get("/_reports", guard(aliyun.show_reports, control_key))
    add_control_routes(app, stand_in, control_key)

    async def run_reporter(_: web.Application) -> Any:
        await aliyun.reporter.open()
        yield
        await aliyun.reporter.close()

    app.cleanup_ctx.append(run_reporter)
    return app


def _read_parameters(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    given = dict(pairs)
    if len(given) < len(pairs) or set(given) - _KNOWN:
        raise AliyunRefusal("InvalidParameter", 400)
    for name in _REQUIRED:
        if not given.get(name):
            raise AliyunRefusal(f"Missing{name}", 400)
    if len(given.get("OutId", "")) > LONGEST_REFERENCE:
        raise AliyunRefusal("InvalidParameter", 400)
    return given


def _read_number(text: str) -> str:
    if "," in text:
        # Many numbers in one call share one answer; nobody here may send so.
        raise AliyunRefusal("isv.MOBILE_COUNT_OVER_LIMIT")
    found = _MOBILE.match(text)
    if found is None:
        raise AliyunRefusal("isv.MOBILE_NUMBER_ILLEGAL")
    return found[1]


def _message_id(out_id: str) -> str | None:
    """Our own message id, as far as the reference shows one."""
    head = out_id.partition(".")[0]
    if not re.fullmatch(r"[0-9a-f]{32}", head):
        return None
    return f"{head[:8]}-{head[8:12]}-{head[12:16]}-{head[16:20]}-{head[20:]}"
