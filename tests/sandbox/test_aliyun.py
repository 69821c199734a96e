"""The Aliyun stand-in: signatures, registered words, limits, reports.

Signed here by the gateway's code, which the published example vouches for.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime

import httpx
import pytest

from api.notifications.gateways.aliyun_signature import EMPTY_BODY, authorization, canonical_query
from tests.sandbox.webhook import Webhook
from tests.sandboxes import RunningAliyun


@pytest.mark.unit
def test_the_signature_is_that_of_the_published_example() -> None:
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-content-sha256": EMPTY_BODY,
        "x-acs-date": "2023-10-26T10:22:32Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }  # fmt: skip
    query = canonical_query(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    found = authorization(("YourAccessKeyId", "YourAccessKeySecret"), "POST", query, headers)
    assert found.endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def send(
    aliyun: RunningAliyun, number: str, *, wrong: dict | None = None, key: tuple[str, str] | None = None, **changes
):
    """One request; `wrong` headers replace signed ones, `changes` the parameters (None leaves one out)."""
    given = {
        "PhoneNumbers": number.removeprefix("+86"), "SignName": "网格联动", "TemplateCode": "SMS_1",
        "TemplateParam": '{"code": "123456"}', "OutId": secrets.token_hex(16),
    } | changes  # fmt: skip
    query = canonical_query({name: value for name, value in given.items() if value is not None})
    headers = {
        "host": aliyun.base_url.removeprefix("http://"), "x-acs-action": "SendSms", "x-acs-version": "2017-05-25",
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-content-sha256": EMPTY_BODY,
    }  # fmt: skip
    late = (wrong or {}).pop("before_signing", {})
    headers |= late
    headers["Authorization"] = authorization(key or (aliyun.key_id, aliyun.key_secret), "POST", query, headers)
    return httpx.post(f"{aliyun.base_url}/?{query}", headers=headers | (wrong or {}))


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["Code"]


def test_a_right_request_reaches_the_phone(aliyun: RunningAliyun, number: str) -> None:
    answer = send(aliyun, number)
    assert code(answer) == (200, "OK")
    [arrived] = aliyun.messages(number, wait=20)
    assert arrived["message"]["body"] == "【网格联动】验证码 123456"
    assert arrived["message"]["biz_id"] == answer.json()["BizId"]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"key": ("LTAIsomebodyelse", "x" * 30)}, (404, "InvalidAccessKeyId.NotFound")),
        ({"key": ("LTAItesttesttesttest", "x" * 30)}, (400, "SignatureDoesNotMatch")),
        ({"wrong": {"Authorization": "Bearer x"}}, (400, "IncompleteSignature")),
        ({"wrong": {"x-acs-security-token": "x"}}, (400, "IncompleteSignature")),
        ({"wrong": {"x-acs-date": "2020-01-01T00:00:00Z"}}, (400, "InvalidTimeStamp.Expired")),
        ({"wrong": {"x-acs-signature-nonce": "other"}}, (400, "SignatureDoesNotMatch")),
        ({"wrong": {"x-acs-content-sha256": hashlib.sha256(b"x").hexdigest()}}, (400, "SignatureDoesNotMatch")),
        ({"wrong": {"before_signing": {"x-acs-action": "SendMms"}}}, (404, "InvalidAction.NotFound")),
    ],
)
def test_what_is_not_signed_right_is_refused(aliyun: RunningAliyun, number: str, how: dict, expected) -> None:
    assert code(send(aliyun, number, **how)) == expected


def test_a_request_heard_before_is_refused(aliyun: RunningAliyun, number: str) -> None:
    same = {"before_signing": {"x-acs-signature-nonce": secrets.token_hex(8)}}
    assert code(send(aliyun, number, wrong=dict(same)))[1] == "OK"
    assert code(send(aliyun, number, wrong=dict(same))) == (400, "SignatureNonceUsed")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"SignName": "别人"}, (200, "isv.SMS_SIGNATURE_ILLEGAL")),
        ({"TemplateCode": "SMS_2"}, (200, "isv.SMS_TEMPLATE_ILLEGAL")),
        ({"TemplateParam": None}, (200, "isv.TEMPLATE_MISSING_PARAMETERS")),
        ({"TemplateParam": "{"}, (200, "isv.INVALID_JSON_PARAM")),
        ({"TemplateParam": '{"code": 123456}'}, (200, "isv.INVALID_JSON_PARAM")),
        ({"TemplateParam": '{"code": "1", "more": "2"}'}, (200, "isv.INVALID_PARAMETERS")),
        ({"TemplateParam": json.dumps({"code": "1" * 65})}, (200, "isv.PARAM_LENGTH_LIMIT")),
        ({"TemplateParam": '{"code": "http://a.example"}'}, (200, "isv.PARAM_NOT_SUPPORT_URL")),
        ({"PhoneNumbers": "12345"}, (200, "isv.MOBILE_NUMBER_ILLEGAL")),
        ({"PhoneNumbers": "13800000000,13800000001"}, (200, "isv.MOBILE_COUNT_OVER_LIMIT")),
        ({"PhoneNumbers": None}, (400, "MissingPhoneNumbers")),
        ({"Content": "free words"}, (400, "InvalidParameter")),
    ],
)
def test_what_is_not_registered_or_not_asked_for_is_refused(
    aliyun: RunningAliyun, number: str, changes, expected
) -> None:
    assert code(send(aliyun, number, **changes)) == expected


def test_no_text_thrice_and_codes_once_a_minute(aliyun: RunningAliyun, number: str) -> None:
    answers = [code(send(aliyun, number))[1] for _ in range(3)]
    assert answers == ["OK", "OK", "isv.BUSINESS_LIMIT_CONTROL"]
    aliyun.register(["网格联动"], [{"code": "SMS_9", "body": "验证码 ${code}", "type": 0}])
    other = number[:-1] + ("1" if number[-1] != "1" else "2")
    codes = [{"TemplateCode": "SMS_9", "TemplateParam": json.dumps({"code": str(n)})} for n in range(2)]
    assert [code(send(aliyun, other, **one))[1] for one in codes] == ["OK", "isv.BUSINESS_LIMIT_CONTROL"]


def test_a_report_comes_back_with_our_reference(aliyun: RunningAliyun, number: str, webhook: Webhook) -> None:
    aliyun.control(report_url=f"{webhook.base}/reports", outcomes={number: "MK:0001"})
    answer = send(aliyun, number, OutId="ours")
    [report] = json.loads(webhook.wait(1)[0].body)
    assert (report["out_id"], report["biz_id"]) == ("ours", answer.json()["BizId"])
    assert (report["success"], report["err_code"]) == (False, "MK:0001")
    assert aliyun.messages(number) == []
