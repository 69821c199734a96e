"""Somebody goes and never says so: the positions of their phone tell that they left, when they come, and that they are
there; somebody beside them is added by hand; and more people come when they ask for them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.kernel.phones import demo_number
from deploy.local.redis_server import ensure_redis
from tests.journey.desk import Desk, appoint
from tests.journey.system import System, eventually, running_system
from tests.journey.test_cluster_response import HERE, STATION, import_roster, start_phones


@pytest.fixture
def system(tmp_path: Path, clone_database: Callable[[], str]) -> Iterator[System]:
    redis_url = ensure_redis("test").url.replace("db=0", "db=6")
    with running_system(tmp_path, clone_database(), redis_url) as running:
        running.flask("station", "found", STATION, "试验派出所")
        running.start()
        yield running


def test_positions_alone_bring_somebody_there(system: System) -> None:
    admin = appoint(system, STATION, "admin", "station_admin", demo_number(900))
    desk = appoint(system, STATION, "dispatcher", "dispatcher", demo_number(901))
    import_roster(admin, people=6)
    start_phones(system, ["forgetful"] * 4, away=0.003)  # a few minutes' walk
    eventually(lambda: len(desk.get("/v1/duty/live")["items"]) >= 4, within=90, what="four people on duty")
    incident = desk.post(
        "/v1/incidents", kind="urgent_help", category="urgent_help", colour="orange", source="call", place=HERE,
        description="老人在家摔倒", needs=[{"wanted": 1}],
    )  # fmt: skip
    dispatch = desk.post(f"/v1/incidents/{incident['id']}/dispatches")["id"]
    going = eventually(lambda: first(desk, dispatch, "accepted", "on_the_way"), within=60, what="somebody to say yes")
    assert going["eta_at"]
    followed = eventually(
        lambda: first(desk, dispatch, "on_the_way", "arrived", fix=True), within=60, what="an ETA from a fix"
    )
    arrived = eventually(lambda: arrival(desk, dispatch), within=90, what="somebody to be there")
    assert (arrived["arrived_how"], arrived["departed_how"]) == ("geofence", "geofence")
    assert desk.get(f"/v1/dispatches/{dispatch}")["lead_offer_id"] == arrived["id"]
    others = [row for row in desk.get(f"/v1/dispatches/{dispatch}")["offers"] if row["id"] != arrived["id"]]
    added = desk.post(f"/v1/dispatches/{dispatch}/offers", member_id=others[0]["member_id"], agreed=True)
    assert added["state"] == "accepted"
    desk.until(f"/v1/incidents/{incident['id']}", "in_review", within=120)
    story = [line["kind"] for line in desk.get(f"/v1/incidents/{incident['id']}/timeline", limit=200)["items"]]
    assert [story.count(kind) for kind in ("depart", "arrive", "finish", "feedback")] == [2, 2, 2, 2]
    print(f"\nthe ETA was {followed['eta_at']} from the fix of {followed['fix_at']}; there at {arrived['arrived_at']}")


def first(desk: Desk, dispatch: str, *states: str, fix: bool = False) -> dict | None:
    rows = desk.get(f"/v1/dispatches/{dispatch}")["offers"]
    return next((row for row in rows if row["state"] in states and (row["fix_at"] or not fix)), None)


def arrival(desk: Desk, dispatch: str) -> dict | None:
    rows = desk.get(f"/v1/dispatches/{dispatch}")["offers"]
    return next((row for row in rows if row["arrived_at"]), None)
