"""Push over our own HTTP/2: firebase-admin's credentials, messages and reading of errors, without its transport.

The SDK's transport costs three seconds of processor time per thousand messages; this one about a hundredth of it
(docs/decisions/0027). tests/pusher/test_fcm_requests.py holds the two to equal requests.
"""

import asyncio

import firebase_admin
import httpx
import orjson
import structlog
from firebase_admin import _http_client, _utils, messaging

from api.notifications.gateways.fcm import GOOGLE, build_message, outcome_of
from api.notifications.gateways.fcm_bodies import Unencodable, encode_push
from api.notifications.gateways.google_account import StaleToken, TokenKeeper
from api.notifications.gateways.http2 import Answer, NotTaken, Pool, Unanswered
from api.notifications.gateways.http2.answers import Fields
from api.notifications.gateways.port import DEADLINE_S
from api.notifications.types import Envelope, Outcome, OutcomeKind, Provider, PushEnvelope

_K = OutcomeKind
log = structlog.get_logger(__name__)
# An alert never waits for a place that a notice has: it has connections of its own.
URGENT_WARM, URGENT_MOST = 2, 4
BULK_WARM, BULK_MOST = 2, 20
# Waiting for a connection and a place on it; the rest of the deadline is the call's.
PATIENCE = 0.6
FIREBASE = f"fire-admin-python/{firebase_admin.__version__}"


class FcmHttp2Gateway:
    """The FCM HTTP v1 API for one project, for one event loop."""

    provider = Provider.FCM

    def __init__(self, credentials_path: str, base_url: str = "", *, deadline_s: float = DEADLINE_S) -> None:
        self._tokens = TokenKeeper(credentials_path)
        self._deadline_s = deadline_s
        base_url = base_url.rstrip("/") or GOOGLE
        patience = min(PATIENCE * deadline_s, 5.0)
        self._urgent = Pool(base_url, warm=URGENT_WARM, most=URGENT_MOST, patience_s=patience)
        self._bulk = Pool(base_url, warm=BULK_WARM, most=BULK_MOST, patience_s=patience)
        scheme, _, authority = base_url.partition("://")
        self._fields: Fields = (
            (b":method", b"POST"),
            (b":scheme", scheme.encode()),
            (b":authority", authority.encode()),
            (b":path", f"/v1/projects/{self._tokens.project_id}/messages:send".encode()),
            (b"content-type", b"application/json"),
            (b"accept", b"*/*"),
            (b"accept-encoding", b"gzip"),
            (b"x-goog-api-format-version", b"2"),
            (b"x-firebase-client", FIREBASE.encode()),
            (b"user-agent", b"gridloop"),
        )
        self._authorized: tuple[str | None, Fields] = (None, ())

    async def open(self) -> None:
        await self._tokens.ensure()
        self._tokens.start()
        await self._urgent.open()
        await self._bulk.open()

    async def send(self, envelope: Envelope) -> Outcome:
        """One push. `retry` and `credentials` mean that it was certainly not accepted."""
        if not isinstance(envelope, PushEnvelope):
            raise TypeError("FCM carries pushes only")
        try:
            return await self._send(envelope)
        except Exception as error:
            # The request may have left before this: unknown is the only safe thing to say.
            log.error("gateway_failed", error=type(error).__name__, exc_info=True)
            return Outcome(_K.UNKNOWN, type(error).__name__)

    async def close(self) -> None:
        await self._tokens.stop()
        await self._urgent.close()
        await self._bulk.close()

    async def _send(self, envelope: PushEnvelope) -> Outcome:
        try:
            body = encode_push(envelope, build_message)
        except Unencodable:
            return Outcome(_K.PERMANENT, "refused_by_sdk", provider_wide=False)
        ends_at = asyncio.get_running_loop().time() + self._deadline_s
        pool = self._urgent if envelope.interruption_level == "time-sensitive" else self._bulk
        for _ in range(2):
            if not self._tokens.credentials.valid and (refused := await self._tokens.ensure()) is not None:
                return refused
            token: str | None = self._tokens.credentials.token
            try:
                answer = await pool.post(self._with(token), body, ends_at)
            except StaleToken:
                continue  # it ended in this very moment
            except NotTaken as error:
                # Too many calls at once is our trouble and says nothing about the provider.
                return Outcome(_K.RETRY, error.reason, provider_wide=error.reason != "no_room")
            except Unanswered as error:
                return Outcome(_K.UNKNOWN, error.reason)
            if answer.status != 401:
                return outcome_of_answer(answer)
            # A 401 was not accepted, so a second try with a fresh token doubles nothing.
            if (refused := await self._tokens.replace(token)) is not None:
                return refused
        return Outcome(_K.CREDENTIALS, "unauthenticated")

    def _with(self, token: str | None) -> Fields:
        """The headers with this access token; the same object as long as it is the same token."""
        if token is None or self._authorized[0] != token:
            headers = dict(_http_client.METRICS_HEADERS)
            self._tokens.credentials.before_request(None, "POST", GOOGLE, headers)
            ours = ((name.lower().encode(), value.encode()) for name, value in headers.items())
            self._authorized = (token, (*self._fields, *ours))
        return self._authorized[1]


def outcome_of_answer(answer: Answer) -> Outcome:
    """What an answer means; errors are read by the SDK's own code."""
    if answer.status == 200:
        try:
            return Outcome(_K.ACCEPTED, provider_ref=str(orjson.loads(answer.body)["name"]))
        except (ValueError, KeyError, TypeError):
            # Accepted says the status, and by what name we shall never know.
            return Outcome(_K.UNKNOWN, "answer_unreadable")
    fields = [pair for pair in answer.fields if not pair[0].startswith((b":", b"content-"))]
    response = httpx.Response(answer.status, headers=fields, content=answer.body, request=_REQUEST)
    error = httpx.HTTPStatusError(str(answer.status), request=_REQUEST, response=response)
    read = _utils.handle_platform_error_from_httpx(error, messaging._MessagingService._build_fcm_error_httpx)
    return outcome_of(read)


_REQUEST = httpx.Request("POST", GOOGLE)
