"""F29: a phone was away for a day and sends two hundred acknowledgements and reports; each counts once."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from api.identity.types import Role
from api.incidents import service as incidents
from api.incidents.types import Cancellation, CancelReason
from api.notifications.service import queue_notices
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from tests.builders.identity import bearer, open_session
from tests.builders.incidents import Scene, dispatch, make_scene, offers, report
from tests.builders.notifications import Reachable, make_notice
from tests.faults.conftest import LONG
from tests.faults.sending import tell_counts

MESSAGES, TASKS, SEED = (600, 2, 29) if LONG else (70, 2, 29)
AWAY = timedelta(hours=24)
ACKS = ("received", "shown", "read")
PLACE = {"lat": 29.7031, "lon": 107.3897, "datum": "wgs84"}


class Phone:
    """A phone that kept what it did in a list, and sends pieces of it until it has an answer to each."""

    def __init__(self, app: Flask, headers: dict[str, str], draw: random.Random) -> None:
        self._client, self._headers, self._draw = app.test_client(), headers, draw
        self.results: dict[str, list[dict[str, Any]]] = {}
        self.statuses: list[int] = []

    def send(self, commands: list[dict[str, Any]]) -> None:
        """All of them, in pieces, some pieces twice because their answers got lost."""
        for start in range(0, len(commands), 40):
            for _ in range(self._draw.choice([1, 2])):
                body = {"commands": commands[start : start + 40], "sent_at": datetime.now(UTC).isoformat()}
                answer = self._client.post("/v1/sync/commands", json=body, headers=self._headers)
                self.statuses.append(answer.status_code)
                for result in answer.json["results"]:
                    self.results.setdefault(result["command_id"], []).append(result)

    def acknowledge(self, said: list[tuple[str, dict[str, Any]]]) -> None:
        """One by one over the older route, as an app without a list does."""
        for message, body in said:
            path = f"/v1/messages/{message}/acknowledgements"
            self.statuses.append(self._client.post(path, json=body, headers=self._headers).status_code)


@pytest.fixture
def do(committed_app: Flask):
    def do(work):
        with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
            return work(ctx)

    return do


def begin(ctx: Ctx) -> tuple[Scene, dict[str, str], list[str], list[str]]:
    """A volunteer who has tasks and messages: the headers of the phone, the offers, the messages."""
    scene = make_scene(ctx, volunteers=1)
    person = scene.people[0].person
    asked = []
    for _ in range(TASKS):
        incident = report(scene)
        asked.append(str(offers(scene, dispatch(scene, incident))[0]["id"]))
        # Whoever has a task is not asked for the next: it is cancelled, and its offer with it.
        cancelled = Cancellation(incident, CancelReason.FALSE_ALARM)
        incidents.cancel_incident(scene.desk[Role.DISPATCHER].ctx, cancelled)
    asked.append(str(offers(scene, dispatch(scene, report(scene)))[0]["id"]))
    told = [queue_notices(ctx, [make_notice(ctx, Reachable(person))])[0] for _ in range(MESSAGES)]
    long_ago = {"ids": told, "at": ctx.now - AWAY - timedelta(minutes=1)}
    ctx.session.execute(text("UPDATE outbox SET created_at = :at WHERE id = ANY(:ids)"), long_ago)
    return scene, bearer(open_session(ctx, person)), asked, [str(message) for message in told]


def command(number: int, type_: str, target: str, at: datetime, **payload: Any) -> dict[str, Any]:
    name = f"f29-{number:05d}"
    return {"command_id": name, "type": type_, "target_id": target, "occurred_at": at.isoformat(), "payload": payload}


def state_of(ctx: Ctx, offer: str) -> str:
    return str(ctx.session.scalar(text("SELECT state FROM offers WHERE id = :id"), {"id": offer}))


def test_f29_a_day_without_network_loses_and_doubles_nothing(committed_app: Flask, do) -> None:
    _, headers, asked, messages = do(begin)
    draw, began = random.Random(SEED), datetime.now(UTC) - AWAY
    phone = Phone(committed_app, headers, draw)
    *gone, live = asked
    errand = ["offer.accept", "offer.depart", "offer.arrive", "offer.finish"]
    tasks = [(kind, offer) for offer in gone for kind in errand[:2]] + [(kind, live) for kind in errand]
    acks = [("message.acknowledge", message, kind) for kind in ACKS for message in messages]
    made = [
        command(
            number, kind, offer, began + timedelta(minutes=number), **({"position": PLACE} if "arr" in kind else {})
        )
        for number, (kind, offer) in enumerate(tasks)
    ]
    made.append(command(len(made), "offer.feedback", live, datetime.now(UTC), outcome="resolved", text="已送医"))
    made += [
        command(len(made) + number, kind, message, began + timedelta(minutes=number % 1400), kind=what)
        for number, (kind, message, what) in enumerate(acks)
    ]
    phone.send(made)
    said = [
        (message, {"kind": kind, "client_seq": number, "occurred_at": (began + timedelta(minutes=number)).isoformat()})
        for number, (_, message, kind) in enumerate(acks[: MESSAGES // 2])
    ]
    draw.shuffle(said)
    phone.acknowledge(said + said[: len(said) // 2])
    first = {name: found[0]["status"] for name, found in phone.results.items()}
    later = {result["status"] for found in phone.results.values() for result in found[1:]}
    unanswered = {entry["command_id"] for entry in made} - phone.results.keys()
    counts = {status: sum(found == status for found in first.values()) for status in sorted(set(first.values()))}
    read = do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM outbox WHERE state = 'read'")))
    feedbacks = do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM feedbacks")))
    tell_counts(
        "F29", seed=SEED, commands=len(made), acknowledgements=len(said) * 3 // 2, **counts, unanswered=len(unanswered),
        read=read, feedbacks=feedbacks, errors=sum(status >= 500 for status in phone.statuses),
    )  # fmt: skip
    assert (unanswered, max(phone.statuses)) == (set(), 204)
    # What came too late for its task is answered with how the offer stands now and kept as a word that came late;
    # none of it opened the task again.
    for entry in made[: 2 * len(gone)]:
        result = phone.results[entry["command_id"]][0]
        assert (result["status"], result["state"]["state"]) in {("applied", "stood_down"), ("conflict", "stood_down")}
    assert {do(lambda ctx, offer=offer: state_of(ctx, offer)) for offer in gone} == {"stood_down"}
    assert {first[entry["command_id"]] for entry in made[2 * len(gone) :]} == {"applied"}
    assert later <= {"duplicate", "conflict"}
    assert (read, feedbacks) == (MESSAGES, 1)
