"""Push through firebase-admin, with explicit deadlines and its silent re-sends switched off.

Nothing public of the SDK sets the host, the retries or the connect time-out, so three private names are used here;
tests/notifications/test_fcm_gateway.py pins them.
"""

import firebase_admin
import httpx
from firebase_admin import _http_client, _retry, exceptions, messaging
from google.auth import exceptions as auth_errors

from api.notifications.gateways.google_account import StaleToken, TokenKeeper
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
GOOGLE = "https://fcm.googleapis.com"
# What the answer to a message of ours says when the registration token itself is not one.
_NOT_A_TOKEN = "not a valid FCM registration token"  # noqa: S105 - a text, not a secret


class FcmGateway:
    """The FCM HTTP v1 API for one project, for one event loop."""

    provider = Provider.FCM

    def __init__(self, credentials_path: str, base_url: str = "", *, deadline_s: float = DEADLINE_S) -> None:
        self._tokens = TokenKeeper(credentials_path)
        self._base_url = base_url.rstrip("/") or GOOGLE
        self._deadline_s = deadline_s
        project = self._tokens.project_id
        self._app = firebase_admin.initialize_app(
            self._tokens.credentials, {"projectId": project}, name=f"gridloop-{id(self)}"
        )
        service = messaging._get_messaging_service(self._app)
        service._fcm_url = f"{self._base_url}/v1/projects/{project}/messages:send"
        service._async_client = self._client = _http_client.HttpxAsyncClient(
            credential=self._tokens.credentials,
            retry_config=_retry.HttpxRetry(max_retries=0, status_forcelist=[]),
            timeout=TIMEOUT,
        )

    async def open(self) -> None:
        await self._tokens.ensure()
        self._tokens.start()

    async def send(self, envelope: Envelope) -> Outcome:
        """One push. `retry` and `credentials` mean that it was certainly not accepted."""
        if not isinstance(envelope, PushEnvelope):
            raise TypeError("FCM carries pushes only")
        return await within_deadline(lambda: self._send(build_message(envelope)), self._deadline_s)

    async def close(self) -> None:
        await self._tokens.stop()
        await self._client.aclose()
        # Not delete_app(): it starts an event loop of its own to close the client that belongs to this one.
        firebase_admin._apps.pop(self._app.name, None)

    async def _send(self, message: messaging.Message) -> Outcome:
        for _ in range(2):
            refused = await self._tokens.ensure()
            if refused is not None:
                return refused
            token = self._tokens.credentials.token
            try:
                # dry_run is true by default in the layer below: nothing would arrive, and every answer look fine.
                batch = await messaging.send_each_async([message], dry_run=False, app=self._app)
            except ValueError:
                return Outcome(_K.PERMANENT, "refused_by_sdk", provider_wide=False)
            except exceptions.UnknownError as error:
                if not isinstance(error.cause, StaleToken):
                    return _outcome_of_exchange(error.cause)
                # A 401 was not accepted, so a second try with a fresh token doubles nothing.
                refused = await self._tokens.replace(token)
                if refused is not None:
                    return refused
                continue
            answer = batch.responses[0]
            if answer.success:
                return Outcome(_K.ACCEPTED, provider_ref=answer.message_id)
            return outcome_of(answer.exception)
        return Outcome(_K.CREDENTIALS, "unauthenticated")


def build_message(envelope: PushEnvelope) -> messaging.Message:
    """The SDK's message of an envelope."""
    if envelope.silent:
        return _addressed(build_silent(envelope), envelope)
    message = messaging.Message(
        data=dict(envelope.data),
        notification=messaging.Notification(title=envelope.title, body=envelope.body),
        android=messaging.AndroidConfig(
            priority="high",
            ttl=envelope.ttl_s,
            notification=messaging.AndroidNotification(channel_id=envelope.android_channel, tag=envelope.tag),
        ),
        apns=messaging.APNSConfig(
            headers=dict(envelope.apns_headers),
            payload=messaging.APNSPayload(
                # Aps has no argument for it.
                aps=messaging.Aps(sound="default", custom_data={"interruption-level": envelope.interruption_level})
            ),
        ),
    )
    return _addressed(message, envelope)


def build_silent(envelope: PushEnvelope) -> messaging.Message:
    """Data only. Of normal priority: FCM takes high priority away from an app whose pushes show nothing."""
    return messaging.Message(
        data=dict(envelope.data),
        android=messaging.AndroidConfig(priority="normal", ttl=envelope.ttl_s),
        apns=messaging.APNSConfig(
            headers=dict(envelope.apns_headers),
            payload=messaging.APNSPayload(aps=messaging.Aps(content_available=True)),
        ),
    )


def _addressed(message: messaging.Message, envelope: PushEnvelope) -> messaging.Message:
    # Assigned, because the constructor warns about tokens in favour of installation ids, which our phones do not send.
    message.token = envelope.token
    return message


def outcome_of(error: exceptions.FirebaseError) -> Outcome:
    """What an answer that is no success means for the message, its token and the channel."""
    response: httpx.Response | None = error.http_response
    if response is None:
        return _outcome_of_exchange(error.cause)
    if isinstance(error, messaging.UnregisteredError):
        return Outcome(_K.PERMANENT, "unregistered", address_dead=True, provider_wide=False)
    if isinstance(error, messaging.SenderIdMismatchError):
        # The one 403 that is about the token: it belongs to another project.
        return Outcome(_K.PERMANENT, "sender_mismatch", address_dead=True, provider_wide=False)
    if isinstance(error, messaging.ThirdPartyAuthError):
        return Outcome(_K.CREDENTIALS, "third_party_auth")
    if response.status_code == 400:
        dead = _NOT_A_TOKEN in str(error)
        code = "invalid_token" if dead else "invalid_argument"
        return Outcome(_K.PERMANENT, code, address_dead=dead, provider_wide=False)
    if response.status_code == 429:
        wait = retry_after_s(response.headers, THROTTLED_S)
        return Outcome(_K.RETRY, "throttled", retry_after_s=wait, provider_wide=not _is_about_one_device(response))
    return _outcome_of_status(response)


def _outcome_of_status(response: httpx.Response) -> Outcome:
    status = response.status_code
    if status == 504:
        # A gateway gave up waiting for FCM, which may have taken the message meanwhile.
        return Outcome(_K.UNKNOWN, "504")
    if status >= 500:
        return Outcome(_K.RETRY, str(status), retry_after_s=retry_after_s(response.headers))
    # 401, 403, and whatever else says that our account or our address is wrong: the recipient is not to blame.
    return Outcome(_K.CREDENTIALS, str(status))


def _outcome_of_exchange(cause: BaseException | None) -> Outcome:
    if isinstance(cause, httpx.HTTPError):
        return outcome_of_transport(cause)
    if isinstance(cause, auth_errors.GoogleAuthError):
        return Outcome(_K.CREDENTIALS, "token_refused")
    return Outcome(_K.UNKNOWN, type(cause).__name__)


def _is_about_one_device(response: httpx.Response) -> bool:
    """Whether a 429 names one device's quota and not the project's."""
    try:
        details = response.json()["error"]["details"]
        subjects = [v["subject"] for detail in details for v in detail.get("violations", ())]
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return bool(subjects) and not any("project" in str(subject) for subject in subjects)
