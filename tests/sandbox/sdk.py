"""The real SDKs, pointed at a stand-in as the gateways do it: explicit deadlines, no silent re-sends."""

import asyncio
import json
import uuid
import warnings
from typing import Any

import firebase_admin
import httpx
import requests
from firebase_admin import _http_client, _retry, exceptions, messaging
from google.oauth2 import service_account
from pywebpush import WebPushException, webpush
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.sandboxes import RunningFcm, RunningTwilio, RunningWebPush

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
PATIENCE = 10.0
"""Seconds for an answer that will come, on however busy a machine."""
IMPATIENCE = 1.0
"""Seconds in the tests that wait for an answer that will not."""


class HomelessCredentials(service_account.Credentials):
    """The SDK's credentials without their background call to Google after each refresh."""

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


class PushClient:
    """firebase-admin, bound to one stand-in."""

    def __init__(self, app: firebase_admin.App, credentials: HomelessCredentials, base_url: str) -> None:
        self.app = app
        self.credentials = credentials
        self.read_timeout = PATIENCE
        self.service = messaging._get_messaging_service(app)
        self.service._fcm_url = f"{base_url}/v1/projects/{credentials.project_id}/messages:send"
        self.service._client.session.mount(base_url, requests.adapters.HTTPAdapter(max_retries=0))

    def send(self, message: messaging.Message, **options: Any) -> str:
        return messaging.send(message, app=self.app, **options)

    def send_each(self, batch: list[messaging.Message]) -> list[messaging.SendResponse]:
        return messaging.send_each(batch, app=self.app).responses

    def send_async(self, batch: list[messaging.Message], deadline: float = 30.0) -> list[messaging.SendResponse]:
        """Through httpx, in a loop of its own, under a total deadline."""

        async def run() -> list[messaging.SendResponse]:
            timeout = httpx.Timeout(self.read_timeout, connect=PATIENCE)
            retry = _retry.HttpxRetry(max_retries=0, status_forcelist=[])
            client = _http_client.HttpxAsyncClient(credential=self.credentials, retry_config=retry, timeout=timeout)
            await self.service._async_client.aclose()
            self.service._async_client = client
            try:
                async with asyncio.timeout(deadline):
                    return (await messaging.send_each_async(batch, dry_run=False, app=self.app)).responses
            finally:
                await client.aclose()

        return asyncio.run(run())

    def error(self, message: messaging.Message) -> exceptions.FirebaseError:
        """The error the asynchronous form reports for one message."""
        exception = self.send_async([message])[0].exception
        assert isinstance(exception, exceptions.FirebaseError)
        return exception

    def close(self) -> None:
        self.service._client.close()
        firebase_admin.delete_app(self.app)


def make_push_client(fcm: RunningFcm) -> PushClient:
    credentials = HomelessCredentials.from_service_account_file(str(fcm.service_account), scopes=[SCOPE])
    app = firebase_admin.initialize_app(
        credentials, {"projectId": fcm.project_id, "httpTimeout": PATIENCE}, name=uuid.uuid4().hex
    )
    return PushClient(app, credentials, fcm.base_url)


def make_message(token: str, msg_id: str, **parts: Any) -> messaging.Message:
    """A message as Gridloop sends it: opaque data, a generic text, high priority."""
    shown = messaging.AndroidNotification(title="新任务", body="请打开应用查看", tag=msg_id, channel_id="alerts")
    content: dict[str, Any] = {
        "data": {"msg_id": msg_id, "kind": "offer"},
        "android": messaging.AndroidConfig(priority="high", ttl=30, notification=shown),
        "apns": messaging.APNSConfig(
            headers={"apns-priority": "10", "apns-collapse-id": msg_id},
            payload=messaging.APNSPayload(
                messaging.Aps(alert="新任务", custom_data={"interruption-level": "time-sensitive"})
            ),
        ),
    }
    with warnings.catch_warnings():
        # `token` is deprecated in favour of installation ids; phones register tokens still.
        warnings.simplefilter("ignore", DeprecationWarning)
        return messaging.Message(token=token, **content | parts)


def push_to_browser(subscription: dict[str, Any], content: dict[str, Any], **changes: Any) -> requests.Response:
    """A message over Web Push with the real library: encrypted, signed, urgent."""
    claims = {"sub": "mailto:desk@grid.example"} | changes.pop("claims", {})
    key = changes.pop("key", RunningWebPush.vapid_key)
    headers = {"Urgency": "high"} | changes.pop("headers", {})
    try:
        return webpush(
            subscription, json.dumps(content), vapid_private_key=key, vapid_claims=claims, ttl=60, headers=headers,
            timeout=PATIENCE, **changes,
        )  # fmt: skip
    except WebPushException as error:
        if error.response is None:
            raise
        return error.response


class RedirectedHttpClient(TwilioHttpClient):
    """Twilio's HTTP client with another host."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=PATIENCE)
        self._base_url = base_url
        self.last_headers: dict[str, str] = {}

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        answer = super().request(method, url.replace("https://api.twilio.com", self._base_url, 1), *args, **kwargs)
        self.last_headers = dict(answer.headers)
        return answer


class SmsClient:
    """twilio, bound to one stand-in."""

    def __init__(self, twilio: RunningTwilio) -> None:
        self.http = RedirectedHttpClient(twilio.base_url)
        self.api = Client(twilio.account_sid, twilio.auth_token, http_client=self.http)

    def send(self, to: str | None, **parts: Any) -> Any:
        return self.api.messages.create(**{"to": to, "from_": "+15005550006", "body": "验证码 123456"} | parts)

    def error(self, to: str | None, **parts: Any) -> TwilioRestException:
        """The error a send raises; fails if it raises none."""
        try:
            self.send(to, **parts)
        except TwilioRestException as error:
            return error
        raise AssertionError("Twilio's stand-in took a message it should refuse")


def make_sms_client(twilio: RunningTwilio) -> SmsClient:
    return SmsClient(twilio)
