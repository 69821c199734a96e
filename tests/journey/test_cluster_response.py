"""From an empty installation to a closed loop, while the processes that carry it are killed one after the other."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.kernel.phones import demo_number
from deploy.local.redis_server import ensure_redis
from tests.journey.desk import Desk, appoint
from tests.journey.system import System, eventually, running_system

STATION = "500102999000"
HERE = {"lat": 29.7031, "lon": 107.3897, "datum": "wgs84"}
# Simulated people live this many times faster: a reply after a minute comes after some two seconds.
SPEED = 25


@pytest.fixture
def system(tmp_path: Path, clone_database: Callable[[], str]) -> Iterator[System]:
    redis_url = ensure_redis("test").url.replace("db=0", "db=7")
    with running_system(tmp_path, clone_database(), redis_url) as running:
        running.flask("station", "found", STATION, "试验派出所")
        running.start()
        yield running


def test_the_loop_closes_though_every_process_is_killed_on_the_way(system: System) -> None:
    admin = appoint(system, STATION, "admin", "station_admin", demo_number(900))
    dispatcher = appoint(system, STATION, "dispatcher", "dispatcher", demo_number(901))
    supervisor = appoint(system, STATION, "supervisor", "supervisor", demo_number(902))
    import_roster(admin, people=12)
    # Ten with the app, of whom two refuse and one never answers; one without a phone that is on; one who is far away.
    start_phones(system, ["willing"] * 7 + ["refusing"] * 2 + ["silent"] + ["off"])
    eventually(lambda: len(dispatcher.get("/v1/duty/live")["items"]) >= 10, within=90, what="ten people on duty")

    incident = dispatcher.post(
        "/v1/incidents", kind="urgent_help", category="urgent_help", colour="orange", source="call", place=HERE,
        description="老人在家摔倒", requester={"name": "王女士", "phone": "+8613800000000"}, needs=[{"wanted": 3}],
    )  # fmt: skip
    path = f"/v1/incidents/{incident['id']}"
    system.kill("pusher")
    dispatch = dispatcher.post(f"{path}/dispatches")
    assert dispatch["state"] == "asking"
    system.start("pusher")
    system.kill("relay")
    system.start("relay")
    system.kill("worker-urgent")
    system.start("worker-urgent")

    in_review = supervisor.until(path, "in_review", within=150)
    assert len(in_review["feedbacks"]) == 3
    went = supervisor.get(f"/v1/dispatches/{dispatch['id']}")
    assert [need["got"] for need in went["needs"]] == [3]
    supervisor.post(f"{path}/reviews", decision="approved")
    dispatcher.post(f"{path}/call-backs", outcome="reached", rating=5)
    assert dispatcher.get(path)["state"] == "closed"

    assert_nobody_was_asked_twice(system, went)
    assert "The chain holds." in system.flask("audit", "verify")
    story = supervisor.get(f"{path}/timeline", limit=200)["items"]
    assert story[0]["kind"] == "reported"
    # A receipt may still come in after the end.
    assert [event["data"]["state"] for event in story if event["kind"] == "state"][-1] == "closed"


def import_roster(admin: Desk, *, people: int) -> None:
    """Import a roster with a bad row: seen in the dry run, left out on request, the same the second time."""
    rows = [f"志愿者{number},{demo_number(number)},{force(number)}" for number in range(people)]
    content = "\n".join(["姓名,手机号,力量", *rows, "座机,023-72223333,volunteer"]).encode()
    dry = admin.upload("/v1/roster/imports", "名册.csv", content)
    assert dry["dry_run"] is True
    assert [(fault["row"], bool(fault["zh"]), bool(fault["en"])) for fault in dry["faults"]] == [
        (people + 2, True, True)
    ]
    real = admin.upload("/v1/roster/imports", "名册.csv", content, dry_run="false", keep_good="true")
    assert real["created"] == people
    again = admin.upload("/v1/roster/imports", "名册.csv", content, dry_run="false", keep_good="true")
    assert (again["created"], again["unchanged"]) == (0, people)


def force(number: int) -> str:
    return "grid_officer" if number % 4 == 0 else "volunteer"


def start_phones(system: System, behaviours: list[str], *, away: float = 0.0) -> None:
    """One simulated phone per behaviour, some tens of metres from one another and `away` degrees from the place."""
    lat, lon = HERE["lat"] + away, HERE["lon"]
    roster = [
        {"phone": demo_number(n), "lat": lat + 0.0004 * (n + 1), "lon": lon, "behaviour": behaviour}
        for n, behaviour in enumerate(behaviours)
    ]
    path = system.folder / "phones-roster.json"
    path.write_text(json.dumps(roster))
    state = system.folder / "phones.json"
    system.run(
        "phones", sys.executable, "-m", "workers.sandbox.phones", "--roster", str(path), "--api", system.url,
        "--fcm", system.fcm.base_url, "--twilio", system.twilio.base_url, "--speed", str(SPEED), "--state", str(state),
    )  # fmt: skip


def assert_nobody_was_asked_twice(system: System, dispatch: dict) -> None:
    """One offer per member; and however often a message was sent, a phone that drops known ids showed it once."""
    members = Counter(offer["member_id"] for offer in dispatch["offers"])
    assert set(members.values()) == {1}
    pushed = [(line["address"], line["message"]["data"]) for line in system.fcm.messages()]
    shown = {(address, data["subject_id"], data["msg_id"]) for address, data in pushed if data["type"] == "offer"}
    assert len(shown) >= 3
    assert set(Counter((address, subject) for address, subject, _ in shown).values()) == {1}
