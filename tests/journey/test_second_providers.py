"""A station whose texts go by registered wordings, and half of whose phones have no Google services.

They sign in by a code that Alibaba Cloud's stand-in carried, are rung over Web Push, and go.
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.kernel.phones import demo_number
from deploy.local.redis_server import ensure_redis
from tests.journey.desk import Desk, appoint
from tests.journey.system import System, eventually, running_system
from tests.journey.test_cluster_response import HERE, SPEED, STATION, import_roster
from tests.sandboxes import RunningAliyun, RunningWebPush, start_aliyun, start_webpush


@pytest.fixture
def aliyun(tmp_path: Path) -> Iterator[RunningAliyun]:
    with start_aliyun(tmp_path) as running:
        yield running


@pytest.fixture
def webpush(tmp_path: Path) -> Iterator[RunningWebPush]:
    with start_webpush(tmp_path) as running:
        yield running


@pytest.fixture
def system(
    tmp_path: Path, clone_database: Callable[[], str], aliyun: RunningAliyun, webpush: RunningWebPush
) -> Iterator[System]:
    redis_url = ensure_redis("test").url.replace("db=0", "db=9")
    with running_system(tmp_path, clone_database(), redis_url) as running:
        running.env |= {
            "GRIDLOOP_ALIYUN_BASE_URL": aliyun.base_url,
            "GRIDLOOP_ALIYUN_ACCESS_KEY_ID": aliyun.key_id,
            "GRIDLOOP_ALIYUN_ACCESS_KEY_SECRET": aliyun.key_secret,
            "GRIDLOOP_WEBPUSH_BASE_URL": webpush.base_url,
            "GRIDLOOP_WEBPUSH_VAPID_KEY": webpush.vapid_key,
            "GRIDLOOP_WEBPUSH_CONTACT": "mailto:desk@grid.example",
        }
        running.flask("station", "found", STATION, "试验派出所")
        running.start()
        aliyun.control(report_url=f"{running.url}/webhooks/aliyun/reports")
        yield running


def test_texts_by_registered_words_and_pushes_without_google(system: System, aliyun, webpush) -> None:
    admin = appoint(system, STATION, "admin", "station_admin", demo_number(900))
    desk = appoint(system, STATION, "dispatcher", "dispatcher", demo_number(901))
    register(admin, aliyun)
    import_roster(admin, people=4)
    start_phones(system, aliyun, webpush)
    eventually(lambda: len(desk.get("/v1/duty/live")["items"]) >= 4, within=90, what="four people on duty")
    incident = desk.post(
        "/v1/incidents", kind="urgent_help", category="urgent_help", colour="orange", source="call", place=HERE,
        description="老人在家摔倒", needs=[{"wanted": 3}],
    )  # fmt: skip
    desk.post(f"/v1/incidents/{incident['id']}/dispatches")
    desk.until(f"/v1/incidents/{incident['id']}", "in_review", within=120)
    codes = [line for line in aliyun.ledger() if "验证码" in line["body"]]
    assert codes
    assert len(codes) + len([x for x in system.twilio.ledger() if x["to"] in phones_of(4)]) >= 4
    rung = [line for line in webpush.messages() if line["message"]["type"] == "offer"]
    assert {line["address"] for line in rung}
    assert [line for line in system.fcm.messages() if line["message"]["data"]["type"] == "offer"]
    assert {report["answer"] for report in aliyun.reports()} == {200}
    month = incident["reported_at"][:7]
    spent = {cost["provider"]: cost for cost in admin.get("/v1/message-costs", month=month)["items"]}
    assert spent["aliyun"]["messages"] >= len(codes)


def register(admin: Desk, aliyun: RunningAliyun) -> None:
    """Have every Chinese wording approved, here by hand and there as in the console."""
    drafts = admin.post("/v1/sms-templates/drafts", provider="aliyun")["items"]
    known = []
    for number, text in enumerate(x for x in drafts if x["language"] == "zh-CN"):
        code = f"SMS_{number}"
        admin.post("/v1/sms-templates/decisions", id=text["id"], event="submit")
        admin.post("/v1/sms-templates/decisions", id=text["id"], event="approve", code=code)
        known.append({"code": code, "body": text["body"], "type": int(text["template"] != "sign_in_code")})
    aliyun.register(["网格联动"], known)


def start_phones(system: System, aliyun: RunningAliyun, webpush: RunningWebPush) -> None:
    """Four willing people, every other one without Google's services."""
    roster = [
        {
            "phone": phone, "lat": HERE["lat"] + 0.0004 * (n + 1), "lon": HERE["lon"], "behaviour": "willing",
            "push": "webpush" if n % 2 else "fcm",
        }
        for n, phone in enumerate(phones_of(4))
    ]  # fmt: skip
    path = system.folder / "phones-roster.json"
    path.write_text(json.dumps(roster))
    system.run(
        "phones", sys.executable, "-m", "workers.sandbox.phones", "--roster", str(path), "--api", system.url,
        "--fcm", system.fcm.base_url, "--twilio", system.twilio.base_url, "--aliyun", aliyun.base_url,
        "--webpush", webpush.base_url, "--speed", str(SPEED), "--state", str(system.folder / "phones.json"),
    )  # fmt: skip


def phones_of(count: int) -> list[str]:
    return [demo_number(number) for number in range(count)]
