"""Web Push (RFC 8030, 8291, 8292): to browsers, and through UnifiedPush to phones without Google's services.

Every phone names its own server, so nothing one server says or does counts against the others: the breaker of this
channel opens only when our own key is missing, and a server that asks for a pause gets it alone.
"""

import asyncio
import json
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import httpx
from py_vapid import Vapid02
from pywebpush import WebPusher

from api.identity.rules.subscriptions import Subscription, read_subscription
from api.notifications.gateways.outward import EndpointForbidden, Guard, GuardedTransport
from api.notifications.gateways.port import (
    DEADLINE_S,
    THROTTLED_S,
    TIMEOUT,
    outcome_of_transport,
    retry_after_s,
    within_deadline,
)
from api.notifications.types import Envelope, Outcome, OutcomeKind, Provider, PushEnvelope

_K = OutcomeKind
CONNECTIONS = 50
LARGEST_ANSWER = 4_096
# A server may refuse a token that is good for longer than a day.
TOKEN_LASTS_S, TOKEN_RENEWED_S = 12 * 3_600, 6 * 3_600
KEPT_SERVERS = 1_000
T = TypeVar("T")


class WebPushGateway:
    """Web Push with one VAPID key, for one event loop. `stand_in`: the one address that may be plain http and here."""

    provider = Provider.WEBPUSH

    def __init__(
        self, key: str, contact: str, stand_in: str = "", *, deadline_s: float = DEADLINE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._vapid = Vapid02.from_raw(key.encode())
        self._contact = contact
        self._stand_in = stand_in
        self._deadline_s = deadline_s
        self._clock = clock
        transport = GuardedTransport(Guard(stand_in), CONNECTIONS)
        self._client = httpx.AsyncClient(transport=transport, timeout=TIMEOUT, trust_env=False, follow_redirects=False)
        self._signed: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._rests: OrderedDict[str, float] = OrderedDict()

    async def open(self) -> None:
        return None

    async def send(self, envelope: Envelope) -> Outcome:
        """One push. A subscription that is none any more, or leads where no push may go, is a dead address."""
        if not isinstance(envelope, PushEnvelope):
            raise TypeError("Web Push carries pushes only")
        subscription = read_subscription(envelope.token, stand_in=self._stand_in)
        if subscription is None:
            return _dead("subscription_invalid", called=False)
        server = _server_of(subscription.endpoint)
        left = self._rests.get(server, 0.0) - time.monotonic()
        if left > 0:
            return Outcome(_K.RETRY, "server_resting", retry_after_s=left, provider_wide=False, called=False)
        outcome = await within_deadline(lambda: self._send(envelope, subscription, server), self._deadline_s)
        if outcome.kind is _K.RETRY and outcome.retry_after_s:
            _keep(self._rests, server, time.monotonic() + outcome.retry_after_s)
        # Nothing here says anything about other servers.
        return Outcome(**{**vars(outcome), "provider_wide": False})

    async def close(self) -> None:
        await self._client.aclose()

    async def _send(self, envelope: PushEnvelope, subscription: Subscription, server: str) -> Outcome:
        try:
            # A third of a millisecond of curve arithmetic (measured), off the event loop.
            body = await asyncio.to_thread(encrypt, payload_of(envelope), subscription)
        except ValueError:
            return _dead("subscription_invalid", called=False)
        headers = {**headers_of(envelope), "Authorization": self._authorization(server)}
        try:
            async with self._client.stream("POST", subscription.endpoint, content=body, headers=headers) as answer:
                await _read_little(answer)
                return outcome_of(answer)
        except httpx.ConnectError as error:
            if isinstance(error.__cause__, EndpointForbidden):
                return _dead("endpoint_forbidden")
            return outcome_of_transport(error)
        except httpx.HTTPError as error:
            return outcome_of_transport(error)

    def _authorization(self, server: str) -> str:
        now = self._clock()
        kept = self._signed.get(server)
        if kept is None or kept[0] <= now:
            claims = {"aud": server, "sub": self._contact, "exp": int(now) + TOKEN_LASTS_S}
            kept = (now + TOKEN_RENEWED_S, self._vapid.sign(claims)["Authorization"])
            _keep(self._signed, server, kept)
        return kept[1]


def encrypt(payload: bytes, subscription: Subscription) -> bytes:
    """The payload for this phone alone (aes128gcm); raises ValueError for a key that is no point of the curve."""
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    body: bytes = WebPusher({"endpoint": subscription.endpoint, "keys": keys}).encode(payload)["body"]
    return body


def payload_of(envelope: PushEnvelope) -> bytes:
    """What the phone's service worker gets: the same opaque ids and generic texts as any push."""
    if envelope.silent:
        content = {**envelope.data, "silent": "1"}
    else:
        content = {
            **envelope.data,
            "title": envelope.title,
            "body": envelope.body,
            "channel": envelope.android_channel,
            "interruption-level": envelope.interruption_level,
        }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def headers_of(envelope: PushEnvelope) -> dict[str, str]:
    """How long it is worth keeping, how loud it is, and the name under which a second one replaces the first."""
    return {
        "TTL": str(envelope.ttl_s),
        "Urgency": "high" if envelope.interruption_level == "time-sensitive" else "normal",
        # At most 32 characters: the message's id without its dashes is just that.
        "Topic": envelope.tag.replace("-", "")[:32],
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
    }


def outcome_of(answer: httpx.Response) -> Outcome:
    """What a push server's answer means."""
    status = answer.status_code
    if status in (200, 201, 202, 204):
        return Outcome(_K.ACCEPTED, provider_ref=answer.headers.get("Location", "")[:500] or f"webpush-{status}")
    if status in (404, 410):
        return _dead("unregistered")
    if status == 429:
        return Outcome(_K.RETRY, "throttled", retry_after_s=retry_after_s(answer.headers, THROTTLED_S))
    if status == 504:
        return Outcome(_K.UNKNOWN, "504")
    if status >= 500:
        return Outcome(_K.RETRY, str(status), retry_after_s=retry_after_s(answer.headers))
    # 400, 401, 403, 413 and every redirect: this server will not have it, and the subscription is kept, because it may
    # be our key that is wrong.
    return Outcome(_K.PERMANENT, str(status))


async def _read_little(answer: httpx.Response) -> None:
    """Let a short answer end, so that the connection can be used again; a long one is cut off."""
    size = 0
    async for chunk in answer.aiter_raw():
        size += len(chunk)
        if size > LARGEST_ANSWER:
            break


def _dead(code: str, *, called: bool = True) -> Outcome:
    return Outcome(_K.PERMANENT, code, address_dead=True, provider_wide=False, called=called)


def _server_of(endpoint: str) -> str:
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def _keep(store: OrderedDict[str, T], server: str, value: T) -> None:
    store[server] = value
    store.move_to_end(server)
    if len(store) > KEPT_SERVERS:
        store.popitem(last=False)
