"""What is going on at the demo station when its pages are photographed: calls, a dispatch, a notice, a dispute."""

import json
import sys
import uuid
from dataclasses import dataclass
from typing import Any

import httpx
from flask import Flask
from sqlalchemy import text

from api.identity import service
from api.plumbing.context import SYSTEM, unit_of_work
from tests.journey.system import System, eventually

PERSON = text("SELECT id FROM people WHERE username = :username")
# Simulated people live this many times faster.
SPEED = 20
PHONES = 24
CALLS = (
    ("urgent_help", "urgent_help", "red", "老人在楼道摔倒，需要搀扶", (0.0012, 0.0008)),
    ("urgent_help", "urgent_help", "orange", "孕妇突感不适，等待救护车", (-0.0041, 0.0052)),
    ("urgent_help", "urgent_help", "yellow", "小区门口车辆剐蹭，双方争执", (0.0063, -0.0047)),
    ("urgent_help", "urgent_help", "blue", "独居老人多日未取牛奶", (-0.0078, -0.0061)),
)


@dataclass
class Stage:
    """Ids of what can be opened."""

    clients: dict[str, httpx.Client]
    incident_ids: list[str]
    grid_id: str = ""

    def get(self, who: str, path: str, **query: Any) -> Any:
        """GET as one of the staff."""
        answer = self.clients[who].get(path, params=query)
        assert answer.status_code < 400, f"{path}: {answer.text}"
        return answer.json()

    def post(self, who: str, path: str, **body: Any) -> Any:
        """POST as one of the staff."""
        answer = self.clients[who].post(path, json=body, headers={"Idempotency-Key": uuid.uuid4().hex})
        assert answer.status_code < 400, f"{path}: {answer.text}"
        return answer.json() if answer.content else None


def set_the_stage(system: System, app: Flask) -> Stage:
    """Phones that live, four calls, and one dispatch under way."""
    stage = Stage({name: client_of(system, app, name) for name in ("dispatcher", "supervisor", "admin")}, [])
    start_phones(system)
    here = eventually(lambda: some_on_duty(stage), within=120, what="phones on duty")
    for kind, category, colour, words, (north, east) in CALLS:
        place = {"lat": here["lat"] + north, "lon": here["lon"] + east, "datum": "wgs84"}
        made = stage.post(
            "dispatcher", "/v1/incidents", kind=kind, category=category, colour=colour, source="call", place=place,
            description=words, address="荔枝街道滨江路 12 号", duplicate_checked=True, needs=[{"wanted": 2}],
            requester={"name": "王女士", "phone": "+8613800000000"},
        )  # fmt: skip
        stage.incident_ids.append(made["id"])
    for incident_id in stage.incident_ids[:2]:
        stage.post("dispatcher", f"/v1/incidents/{incident_id}/dispatches")
    stage.grid_id = stage.get("admin", "/v1/units", kind="grid", limit=1)["items"][0]["id"]
    return stage


def client_of(system: System, app: Flask, username: str) -> httpx.Client:
    """A signed-in client of the API."""
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        person_id = ctx.session.execute(PERSON, {"username": username}).scalar_one()
        token = service.open_session(ctx, person_id=person_id, method="password").access_token
    client = httpx.Client(base_url=system.url, timeout=30, headers={"Authorization": f"Bearer {token}"})
    system.clients.append(client)
    return client


def start_phones(system: System) -> None:
    """Some of the demo's phones, on a clock that runs faster."""
    roster = json.loads((system.folder / "demo-phones.json").read_text())[:PHONES]
    path = system.folder / "phones.json"
    path.write_text(json.dumps(roster))
    system.run(
        "phones", sys.executable, "-m", "workers.sandbox.phones", "--roster", str(path), "--api", system.url,
        "--fcm", system.fcm.base_url, "--twilio", system.twilio.base_url, "--speed", str(SPEED),
        "--state", str(system.folder / "phones-state.json"),
    )  # fmt: skip


def some_on_duty(stage: Stage) -> dict[str, float] | None:
    """Where one of them stands, once most are on duty."""
    items = stage.get("dispatcher", "/v1/duty/live")["items"]
    places = [row["position"] for row in items if row.get("position")]
    return places[0] if len(places) >= PHONES // 2 else None
