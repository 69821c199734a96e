"""Notices as the desk sends them over HTTP: written, submitted, agreed to by a second person."""

import itertools
import json
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import text

from api.identity.service import enroll_people, open_session
from api.identity.types import NewPerson, Role
from api.plumbing.context import SYSTEM, Actor, unit_of_work
from bench.running import Api

_LARGEST = "SELECT station_id, count(*) FROM people GROUP BY station_id ORDER BY count(*) DESC LIMIT 1"
_GRIDS = """
    SELECT grid_id, count(*) AS people FROM members WHERE station_id = :station AND status = 'active'
    AND grid_id IS NOT NULL GROUP BY grid_id ORDER BY count(*), grid_id
"""
_keys = itertools.count()


@dataclass(frozen=True)
class Audience:
    """Whom the notices of one size are for; `units` None: the whole station."""

    people: int
    units: tuple[str, ...] | None


@dataclass(frozen=True)
class Sent:
    """One notice: when the last word on it was posted, and the seconds until that was answered."""

    posted_at: float
    answered_s: float
    notice_id: str = ""


class Announcers:
    """Two people of the largest station: one writes, the other one agrees."""

    def __init__(self, app: Flask, api: Api) -> None:
        self._api = api
        with app.app_context(), unit_of_work(SYSTEM) as ctx:
            self.station, people = ctx.session.execute(text(_LARGEST)).one()
            grids = ctx.session.execute(text(_GRIDS), {"station": self.station}).all()
        self._grids = [(str(row.grid_id), row.people) for row in grids]
        self._writer, self._approver = (self._enrol(app, number) for number in range(2))
        self.people = people

    def audience(self, people: int) -> Audience:
        """Grids that hold about so many people, or the whole station."""
        if people >= self.people:
            return Audience(self.people, None)
        units, reached = [], 0
        for grid, count in self._grids:
            if reached + count <= people:
                units.append(grid)
                reached += count
        return Audience(reached, tuple(units))

    def send(self, audience: Audience) -> Sent:
        """Send a notice; measured is the request that gets it going."""
        target: dict[str, Any] = {"whole_station": True} if audience.units is None else {"unit_ids": audience.units}
        draft = {
            "category": "flood", "severity": "yellow", "zh": {"title": "通知", "body": "测试"}, "target": target,
            "expires_at": (datetime.now(UTC) + timedelta(hours=6)).isoformat(),
        }  # fmt: skip
        notice = self._post(self._writer, "", draft)[0]
        path = f"/{notice['id']}"
        notice, sent = self._post(self._writer, f"{path}/submit", {}, version=notice["version"])
        if notice["state"] == "awaiting":
            notice, sent = self._post(self._approver, f"{path}/decision", {"decision": "approve"})
        if notice["state"] != "sending":
            raise SystemExit(f"the notice is {notice['state']}")
        return replace(sent, notice_id=notice["id"])

    def withdraw(self, notice_id: str) -> None:
        """Take a notice back: what is not sent yet is not sent."""
        self._post(self._approver, f"/{notice_id}/withdraw", {}, statuses=(200,))

    def _post(
        self,
        who: dict[str, str],
        path: str,
        body: Any,
        version: int | None = None,
        statuses: tuple[int, ...] = (201, 202),
    ) -> tuple[Any, Sent]:
        headers = {**who, "Idempotency-Key": f"announcing-{next(_keys)}"}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        # A connection of its own: the last one may have been closed while the notice went out.
        client = self._api.client()
        client.connect()
        posted_at, started = time.time(), time.perf_counter()
        status, answer = client.send("POST", f"/v1/station/notices{path}", body, headers)
        took = time.perf_counter() - started
        if status not in statuses:
            raise SystemExit(f"the notice was answered {status}: {answer[:400]!r}")
        return json.loads(answer), Sent(posted_at, took)

    def _enrol(self, app: Flask, number: int) -> dict[str, str]:
        station: UUID = self.station
        with app.app_context(), unit_of_work(Actor(kind="system", station_id=station)) as ctx:
            person = NewPerson("值班长", f"+8619900002{number:03d}", (Role.SUPERVISOR,))
            [person_id] = enroll_people(ctx, [person]).values()
            token = open_session(ctx, person_id=person_id, method="password").access_token
        return {"Authorization": f"Bearer {token}"}
