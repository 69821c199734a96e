"""The registry over HTTP: for the station's admin, and for nobody else."""

from flask.testing import FlaskClient

from api.identity.types import Role
from api.plumbing.context import Ctx
from tests.builders.grids import make_station
from tests.builders.identity import bearer, enroll, open_session


def headers_of(ctx: Ctx, *roles: Role) -> dict[str, str]:
    return bearer(open_session(ctx, enroll(ctx, station_id=make_station(ctx), roles=list(roles))))


def test_an_admin_drafts_submits_and_approves(client: FlaskClient, ctx: Ctx) -> None:
    admin = headers_of(ctx, Role.STATION_ADMIN)
    drafts = client.post("/v1/sms-templates/drafts", json={"provider": "aliyun"}, headers=admin).json["items"]
    one = next(x for x in drafts if x["template"] == "sign_in_code" and x["language"] == "zh-CN")
    assert (one["state"], one["signature"], one["mapping"], one["current"]) == (
        "draft",
        "网格联动",
        {"code": "code"},
        True,
    )
    for event, extra, state in (("submit", {}, "submitted"), ("approve", {"code": "SMS_154950909"}, "approved")):
        order = {"id": one["id"], "event": event, **extra}
        answer = client.post("/v1/sms-templates/decisions", json=order, headers=admin)
        assert (answer.status_code, answer.json["state"]) == (200, state)
    found = client.get("/v1/sms-templates?provider=aliyun&state=approved", headers=admin).json["items"]
    assert [(x["id"], x["code"]) for x in found] == [(one["id"], "SMS_154950909")]


def test_a_decision_without_its_reason_or_out_of_turn_is_refused(client: FlaskClient, ctx: Ctx) -> None:
    admin = headers_of(ctx, Role.STATION_ADMIN)
    one = client.post("/v1/sms-templates/drafts", json={"provider": "aliyun"}, headers=admin).json["items"][0]

    def decide(**order: str):
        return client.post("/v1/sms-templates/decisions", json={"id": one["id"], **order}, headers=admin)

    assert decide(event="approve", code="SMS_1").status_code == 409
    assert decide(event="submit").status_code == 200
    assert decide(event="approve").json["code"] == "text_code_missing"
    assert decide(event="reject").json["code"] == "text_reason_missing"
    assert decide(event="reject", reason="含有变量链接").json["state"] == "rejected"


def test_other_words_are_refused(client: FlaskClient, ctx: Ctx) -> None:
    admin = headers_of(ctx, Role.STATION_ADMIN)
    order = {
        "provider": "aliyun", "template": "sign_in_code", "language": "zh-CN", "signature": "网格联动",
        "body": "恭喜中奖 ${code}", "mapping": {"code": "code"},
    }  # fmt: skip
    answer = client.post("/v1/sms-templates", json=order, headers={**admin, "Idempotency-Key": "k" * 20})
    assert (answer.status_code, answer.json["code"]) == (422, "text_unfit")
    order["body"] = "登录验证码 ${code}，5 分钟内有效，请勿告诉他人。"
    answer = client.post("/v1/sms-templates", json=order, headers={**admin, "Idempotency-Key": "l" * 20})
    assert (answer.status_code, answer.json["state"]) == (201, "draft")


def test_a_dispatcher_has_no_business_there(client: FlaskClient, ctx: Ctx) -> None:
    assert client.get("/v1/sms-templates", headers=headers_of(ctx, Role.DISPATCHER)).status_code == 403
