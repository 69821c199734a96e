"""Both ways to FCM send the same requests: the SDK's over HTTP/1.1 or HTTP/2, and ours; captured as they arrive."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from aiohttp import web

from api.notifications.gateways.fcm import FcmGateway, build_message
from api.notifications.gateways.fcm_bodies import Unencodable, encode_push
from api.notifications.gateways.fcm_http2 import FcmHttp2Gateway
from api.notifications.rules.payloads import push_envelope
from api.notifications.types import OutcomeKind, PushEnvelope, Urgency, Wording
from tests.notifications.letters import letter
from tests.sandboxes import RunningFcm, make_token
from workers.sandbox.http2 import Doorway

PUSH = push_envelope(letter(address=make_token("requests")))
KINDS = {
    "alert": PUSH,
    "another of its kind": replace(
        PUSH, token=make_token("other"), ttl_s=1, tag="t", data={**PUSH.data, "msg_id": "m"}
    ),
    "a notice": push_envelope(letter(address=make_token("notice"), urgency=Urgency.NORMAL, template="stand_down")),
    "silent": replace(PUSH, silent=True, apns_headers={"apns-priority": "5"}),
    "no subject": replace(PUSH, data={**PUSH.data, "subject_id": ""}, ttl_s=0),
    "marks and quotes": replace(
        PUSH, tag='"\\\u2028\x7f\n', data={"a": '"', "b": "\\u0000\t", "c": "7777777", "d": "\ue0000\ue001"}
    ),
    "its own words": push_envelope(
        letter(
            address=make_token("words"), urgency=Urgency.NORMAL, wording=Wording('"7777777s"\\ 汛 🌊', "\ue000", "x")
        )
    ),
    "no data": replace(PUSH, data={}, apns_headers={}),
}
# What differs by protocol, or says which program it is.
OWN = {"host", "connection", "user-agent", "accept-encoding", "content-length"}


@dataclass
class Captured:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@asynccontextmanager
async def capturing() -> AsyncIterator[tuple[str, list[Captured]]]:
    """A server for both protocols that accepts everything and keeps it."""
    seen: list[Captured] = []

    async def keep(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen.append(Captured(request.method, request.path_qs, headers, await request.read()))
        return web.json_response({"name": "projects/x/messages/1"})

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", keep)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Doorway(runner.server, lambda: 0), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", seen
    finally:
        server.close()
        await runner.cleanup()


def test_the_sdk_s_requests_and_ours_are_equal(fcm: RunningFcm) -> None:
    async def run() -> list[list[Captured]]:
        async with capturing() as (base_url, seen):
            for kind in (FcmGateway, FcmHttp2Gateway):
                gateway = kind(str(fcm.service_account), base_url)
                for envelope in KINDS.values():
                    outcome = await gateway.send(envelope)
                    assert (outcome.kind, outcome.provider_ref) == (OutcomeKind.ACCEPTED, "projects/x/messages/1")
                await gateway.close()
            return [seen[: len(KINDS)], seen[len(KINDS) :]]

    theirs, ours = asyncio.run(run())
    for name, sdk, own in zip(KINDS, theirs, ours, strict=True):
        assert own.body == sdk.body, name
        assert json.loads(own.body)["message"]["token"] == KINDS[name].token
        assert (own.method, own.path) == (sdk.method, sdk.path)
        assert own.path == "/v1/projects/gridloop-sandbox/messages:send"
        said = [{key: value for key, value in x.headers.items() if key not in OWN} for x in (sdk, own)]
        for headers in said:
            # Each fetched a token of its own.
            assert headers.pop("authorization").startswith("Bearer ya29.")
        assert said[0] == said[1]
        assert int(own.headers["content-length"]) == len(own.body) == int(sdk.headers["content-length"])


def test_a_kind_is_encoded_once_and_what_the_sdk_refuses_is_refused() -> None:
    seen = []

    def build(envelope: PushEnvelope) -> object:
        seen.append(envelope)
        return build_message(envelope)

    for number in range(5):
        body = encode_push(replace(PUSH, token=f"t{number}", data={**PUSH.data, "msg_id": str(number)}), build)
        message = json.loads(body)["message"]
        assert (message["token"], message["data"]["msg_id"]) == (f"t{number}", str(number))
    assert len(seen) == 1
    for wrong in ({"data": {"n": 1}}, {"token": ""}, {"ttl_s": -1}, {"tag": "\ud800"}, {"title": 5}):
        with pytest.raises(Unencodable):
            encode_push(replace(PUSH, **wrong), build_message)
