"""Text messages through Alibaba Cloud's SendSms: registered wordings by code, signed requests, no SDK.

It answers 200 to nearly everything and says in `Code` what became of it.
"""

import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import structlog

from api.kernel.phones import is_demo_number
from api.notifications.gateways.aliyun_signature import EMPTY_BODY, authorization, canonical_query
from api.notifications.gateways.port import (
    DEADLINE_S,
    LONGEST_THROTTLE_S,
    THROTTLED_S,
    TIMEOUT,
    outcome_of_transport,
    retry_after_s,
    within_deadline,
)
from api.notifications.types import Envelope, Outcome, OutcomeKind, Provider, SmsEnvelope

log = structlog.get_logger(__name__)
_K = OutcomeKind
ALIYUN = "https://dysmsapi.aliyuncs.com"
VERSION = "2017-05-25"
# Our account, our money or our rights: the same for every recipient.
_OUR_FAULT = frozenset(
    {
        "isv.OUT_OF_SERVICE", "isv.PRODUCT_UN_SUBSCRIPT", "isv.ACCOUNT_NOT_EXISTS", "isv.ACCOUNT_ABNORMAL",
        "isv.AMOUNT_NOT_ENOUGH", "isp.RAM_PERMISSION_DENY", "isv.DENY_IP_RANGE", "isv.BILLING_DEDUCTION_ERROR",
    }
)  # fmt: skip
_DEAD_NUMBER = frozenset({"isv.MOBILE_NUMBER_ILLEGAL"})
_DAY_IS_FULL = "isv.DAY_LIMIT_CONTROL"


class AliyunGateway:
    """SendSms for one access key, for one event loop."""

    provider = Provider.ALIYUN

    def __init__(
        self, key: tuple[str, str], base_url: str = "", *, deadline_s: float = DEADLINE_S,
        clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._key = key
        self._real = not base_url
        self._base_url = base_url.rstrip("/") or ALIYUN
        self._host = urlsplit(self._base_url).netloc
        self._client = httpx.AsyncClient(timeout=TIMEOUT, trust_env=False, follow_redirects=False)
        self._deadline_s = deadline_s
        self._clock = clock

    async def open(self) -> None:
        return None

    async def send(self, envelope: Envelope) -> Outcome:
        """One text, by the code of its registered wording. A demo number is refused unless a stand-in answers."""
        if not isinstance(envelope, SmsEnvelope) or envelope.registered is None:
            raise TypeError("Aliyun carries registered text messages only")
        if self._real and is_demo_number(envelope.to):
            return Outcome(_K.PERMANENT, "demo_number", provider_wide=False, called=False)
        return await within_deadline(lambda: self._send(envelope), self._deadline_s)

    async def close(self) -> None:
        await self._client.aclose()

    async def _send(self, envelope: SmsEnvelope) -> Outcome:
        query = canonical_query(parameters_of(envelope))
        headers = self._headers()
        headers["Authorization"] = authorization(self._key, "POST", query, headers)
        try:
            answer = await self._client.post(f"{self._base_url}/?{query}", headers=headers)
        except httpx.HTTPError as error:
            return outcome_of_transport(error)
        return outcome_of(answer)

    def _headers(self) -> dict[str, str]:
        return {
            "host": self._host,
            "x-acs-action": "SendSms",
            "x-acs-version": VERSION,
            # Aliyun compares it with its own clock and refuses what is fifteen minutes off.
            "x-acs-date": datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": secrets.token_hex(16),
            "x-acs-content-sha256": EMPTY_BODY,
        }


def parameters_of(envelope: SmsEnvelope) -> dict[str, str]:
    """The request's parameters: who, in whose name, which wording, with what in its places, under which reference."""
    if envelope.registered is None:
        raise TypeError("Aliyun carries registered text messages only")
    return {
        "PhoneNumbers": envelope.to.removeprefix("+86"),
        "SignName": envelope.registered.signature,
        "TemplateCode": envelope.registered.code,
        # Values must be strings, also where they are numbers.
        "TemplateParam": json.dumps(dict(envelope.values), ensure_ascii=False, sort_keys=True),
        "OutId": envelope.reference,
    }


def outcome_of(answer: httpx.Response) -> Outcome:
    """What an answer means for the message, the number and the account."""
    try:
        content = answer.json()
        code = str(content["Code"])
    except (ValueError, KeyError, TypeError):
        content, code = {}, ""
    if answer.status_code >= 500 or answer.status_code == 429 or code.startswith("Throttling"):
        return _outcome_of_trouble(answer, code)
    if answer.status_code >= 400:
        # Signature, key, rights, clock: the request never came as far as the message.
        return Outcome(_K.CREDENTIALS, code or str(answer.status_code))
    if code == "OK":
        return Outcome(_K.ACCEPTED, provider_ref=str(content.get("BizId") or content.get("RequestId") or code))
    return _outcome_of_code(code) if code else Outcome(_K.UNKNOWN, "unreadable")


def _outcome_of_trouble(answer: httpx.Response, code: str) -> Outcome:
    if answer.status_code == 504:
        return Outcome(_K.UNKNOWN, "504")
    throttled = answer.status_code == 429 or code.startswith("Throttling")
    wait = retry_after_s(answer.headers, THROTTLED_S if throttled else None)
    return Outcome(_K.RETRY, "throttled" if throttled else str(answer.status_code), retry_after_s=wait)


def _outcome_of_code(code: str) -> Outcome:
    if code in _OUR_FAULT:
        return Outcome(_K.CREDENTIALS, code)
    if code == _DAY_IS_FULL:
        return Outcome(_K.RETRY, code, retry_after_s=LONGEST_THROTTLE_S)
    if code.startswith("isp."):
        return Outcome(_K.RETRY, code)
    if code in _DEAD_NUMBER:
        return Outcome(_K.PERMANENT, code, address_dead=True, provider_wide=False)
    # Their limits, our registration, a word they do not like: the number is fine, so another provider may.
    log.warning("text_refused", provider="aliyun", code=code)
    return Outcome(_K.PERMANENT, code, provider_wide=False, elsewhere=True)
