"""WatermelonDB's `synchronize()`, as it comes from npm, against a real server process; and its wire by itself."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.plumbing.context import Ctx
from api.sync.service import prune_sync, pulling
from tests.builders.followups import Town, make_town, open_plan
from tests.builders.identity import Enrolled, open_session
from tests.builders.incidents import dispatch, make_scene, offers, report
from tests.files.phone_client import CLIENTS, need_clients
from tests.files.test_real_client import Server, server
from tests.sync.test_commands import command, sender

__all__ = ["sender", "server"]
TABLES = {"offers", "visits", "notices", "cases", "reference"}


@dataclass
class Melon:
    """An app with WatermelonDB, in a process of its own."""

    process: "subprocess.Popen[str]"

    def do(self, step: str, **given: Any) -> Any:
        """One step; fails when it did."""
        answer = self.try_(step, **given)
        assert "error" not in answer, answer
        return answer["ok"]

    def try_(self, step: str, **given: Any) -> dict[str, Any]:
        """One step, whatever comes of it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"step": step, **given}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read() if self.process.stderr else ""
        return json.loads(line)

    def rows(self, table: str) -> dict[str, dict[str, Any]]:
        """What the app has in a table, by id."""
        return {row["id"]: row for row in self.do("rows", table=table)}

    def say(self, type_: str, target: str | None, **payload: Any) -> str:
        """Write a command; returns its id."""
        now = round(datetime.now(UTC).timestamp() * 1000)
        values = {"type": type_, "target_id": target, "occurred_at": now, "payload": json.dumps(payload)}
        return self.do("create", table="commands", values=values)["id"]


@pytest.fixture
def melon(do, server: Server) -> Iterator[Any]:
    """Starts the app of a person."""
    node, running = need_clients(), []

    def start(person_id: UUID, station_id: UUID) -> Melon:
        token = do(lambda ctx: open_session(ctx, Enrolled(person_id, station_id, "", "")).access_token)
        process = subprocess.Popen(
            [node, str(CLIENTS / "synchronize.mjs"), server.url, token], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        running.append(process)
        return Melon(process)

    yield start
    for process in running:
        process.communicate(timeout=30)


@pytest.fixture
def asked(do) -> dict[str, Any]:
    """Somebody who is asked to an incident: person, station, offer."""

    def begin(ctx: Ctx) -> dict[str, Any]:
        scene = make_scene(ctx, volunteers=1)
        offer = offers(scene, dispatch(scene, report(scene)))[0]
        person = scene.people[0].person
        return {"person": person.id, "station": person.station_id, "offer": str(offer["id"])}

    return do(begin)


@pytest.mark.slow
def test_the_real_library_pulls_pushes_and_removes(melon, asked, do) -> None:
    app = melon(asked["person"], asked["station"])
    [first] = app.do("sync")["pulled"]
    assert first["changes"].keys() == TABLES
    offer = app.rows("offers")[asked["offer"]]
    assert (offer["state"], offer["_status"]) == ("offered", "synced")
    assert abs(offer["offered_at"] / 1000 - datetime.now(UTC).timestamp()) < 120
    assert {row["kind"] for row in app.rows("reference").values()} >= {"force", "skill", "dispute_category"}
    assert app.do("sync")["pulled"][0]["timestamp"] == first["timestamp"]  # nothing new, the same point

    said = app.say("offer.accept", asked["offer"])
    [result] = app.do("sync")["results"]
    assert (result["command_id"], result["status"]) == (said, "applied")
    assert app.rows("commands")[said]["_status"] == "synced"
    app.do("sync")
    offer = app.rows("offers")[asked["offer"]]
    assert offer["state"] == "accepted"
    assert json.loads(offer["task"])["ref"]
    # The app marks its own row, and the row comes again: it is the same command.
    app.do("change", table="commands", id=said, values={"answer": "done"})
    assert [each["status"] for each in app.do("sync")["results"]] == ["duplicate"]
    app.do("remove", table="commands", id=said)
    assert app.do("sync")["results"] == []

    do(lambda ctx: ctx.session.execute(text("UPDATE offers SET person_id = :other"), {"other": UUID(int=5)}))
    app.do("sync")
    assert app.rows("offers") == {}


@pytest.mark.slow
def test_the_real_library_learns_of_a_conflict_and_of_what_it_may_not_change(melon, asked, do) -> None:
    app, other = (melon(asked["person"], asked["station"]) for _ in range(2))
    for each in (app, other):
        each.do("sync")
    other.say("offer.decline", asked["offer"], reason="busy")
    other.do("sync")
    late, poison = app.say("offer.accept", asked["offer"]), app.say("offer.dance", asked["offer"])
    results = {each["command_id"]: each for each in app.do("sync")["results"]}
    assert (results[late]["status"], results[late]["state"]["state"]) == ("conflict", "declined")
    assert (results[poison]["status"], results[poison]["problem"]["code"]) == ("rejected", "unknown_command")
    assert app.rows("offers")[asked["offer"]]["state"] == "declined"
    assert {row["_status"] for row in app.rows("commands").values()} == {"synced"}
    # A table that is pulled only: what the app wrote there is refused, and the rest waits until it is put right.
    app.do("change", table="offers", id=asked["offer"], values={"state": "done"})
    refused = app.try_("sync")
    assert (refused["error"], refused["body"]["facts"]) == ("not_pushable", {"table": "offers"})


@pytest.mark.slow
def test_the_real_library_replaces_what_a_point_from_long_ago_left(melon, asked, do) -> None:
    app = melon(asked["person"], asked["station"])
    app.do("sync")
    waiting = app.say("offer.accept", asked["offer"])
    do(lambda ctx: ctx.session.execute(text("UPDATE offers SET person_id = :other"), {"other": UUID(int=5)}))
    do(lambda ctx: ctx.session.execute(text("DELETE FROM sync_points")))
    do(lambda ctx: ctx.session.execute(text("DELETE FROM changes")))
    seen = app.do("sync")
    assert seen["pulled"][0]["experimentalStrategy"]["override"]["offers"] == "replacement"
    assert app.rows("offers") == {}
    assert [each["command_id"] for each in seen["results"]] == [waiting]  # what was said is not forgotten


def test_all_pages_come_at_once_and_a_row_once(do, phone, monkeypatch) -> None:
    town: Town = do(make_town)
    plan = do(lambda ctx: open_plan(ctx, town))
    monkeypatch.setattr(pulling, "PAGE_BYTES", 1_500)
    mine = phone(town.mediator, town.station_id)
    first = _pull(mine, None)
    visits = do(lambda ctx: ctx.session.scalars(text("SELECT id FROM visits WHERE plan_id = :p"), {"p": plan}).all())
    assert {row["id"] for row in first["changes"]["visits"]["updated"]} == {str(each) for each in visits}
    do(lambda ctx: ctx.session.execute(text("UPDATE visits SET role = 'other'")))
    do(lambda ctx: ctx.session.execute(text("UPDATE visits SET owner_id = :o WHERE number = 1"), {"o": town.officer}))
    then = _pull(mine, first["timestamp"])
    table = then["changes"]["visits"]
    assert len(table["deleted"]) == 1
    assert len(table["updated"]) == len(visits) - 1
    assert then["timestamp"] > first["timestamp"]
    assert _pull(mine, first["timestamp"])["changes"] == then["changes"]  # the answer was lost


def test_flat_rows_are_the_rows_of_sync(do, phone) -> None:
    town: Town = do(make_town)
    do(lambda ctx: open_plan(ctx, town))
    mine = phone(town.mediator, town.station_id)
    mine.pull()
    flat = {row["id"]: row for row in _pull(mine, None)["changes"]["visits"]["updated"]}
    assert flat.keys() == mine.rows["visits"].keys()
    for row_id, row in mine.rows["visits"].items():
        assert row.keys() == flat[row_id].keys()
        for name, value in row.items():
            told = flat[row_id][name]
            if isinstance(value, dict | list):
                assert json.loads(told) == value
            elif name.endswith("_at") and value is not None:
                assert abs(told - datetime.fromisoformat(value).timestamp() * 1000) < 1
            else:
                assert told == value


def test_numbers_are_ones_own_and_never_the_same_twice(do, phone) -> None:
    town: Town = do(make_town)
    mine, other = phone(town.mediator, town.station_id), phone(town.officer, town.station_id)
    first = _pull(mine, None)["timestamp"]
    do(lambda ctx: ctx.session.execute(text("UPDATE sync_points SET at_ms = at_ms + 86400000")))  # the clock goes back
    second = _pull(mine, None)["timestamp"]
    assert second == first + 86_400_000 + 1
    strange = _pull(other, second)
    assert strange["experimentalStrategy"]["default"] == "incremental"
    # With new columns everything comes again, though the point is known.
    assert _pull(mine, second)["changes"]["reference"]["updated"] == []
    assert _pull(mine, second, migration='{"from":1}')["changes"]["reference"]["updated"]
    do(lambda ctx: ctx.session.execute(text("UPDATE sync_points SET made_at = now() - interval '15 days'")))
    do(prune_sync)
    assert do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM sync_points"))) == 0


@pytest.mark.parametrize("value", ["", "null", "undefined", "0"])
def test_the_first_pull_however_it_is_written(do, phone, value) -> None:
    town: Town = do(make_town)
    body = _pull(phone(town.mediator, town.station_id), value)
    assert body["changes"]["reference"]["updated"]
    assert "experimentalStrategy" not in body


def test_a_push_beyond_reason_waits_and_a_row_that_is_none_stops_no_other(asked, sender) -> None:
    phone = sender(asked["person"], asked["station"])
    good = _row("offer.accept", asked["offer"])
    bad = [
        {"id": "x"},
        {**good, "id": "command-bad-1", "payload": "[]"},
        {**good, "id": "command-bad-2", "target_id": 7},
    ]
    many = [_row("offer.dance", None, at=10**12) for _ in range(220)]
    body = {"changes": {"commands": {"created": [*bad, good], "updated": [], "deleted": ["gone"]}, "offers": {}}}
    answer = phone.app.test_client().post("/v1/sync/watermelon", json=body, headers=phone.headers).json
    found = {each["command_id"]: each["status"] for each in answer["results"]}
    assert found == {"x": "rejected", "command-bad-1": "rejected", "command-bad-2": "rejected", good["id"]: "applied"}
    body = {"changes": {"commands": {"created": many}}}
    answer = phone.app.test_client().post("/v1/sync/watermelon", json=body, headers=phone.headers).json
    assert len(answer["results"]) == 200
    assert answer["experimentalRejectedIds"]["commands"] == [row["id"] for row in many[200:]]


def _row(type_: str, target: str | None, at: int | None = None) -> dict[str, Any]:
    now = round(datetime.now(UTC).timestamp() * 1000)
    name = command(type_, target)["command_id"]
    return {"id": name, "_status": "created", "_changed": "", "type": type_, "target_id": target or "",
            "occurred_at": at or now, "payload": ""}  # fmt: skip


def _pull(phone: Any, at: Any, migration: str = "null") -> dict[str, Any]:
    query = {"last_pulled_at": "null" if at is None else at, "schema_version": 1, "migration": migration}
    answer = phone.app.test_client().get("/v1/sync/watermelon", query_string=query, headers=phone.headers)
    assert answer.status_code == 200, answer.json
    return answer.json
