"""What a phone did offline arrives once, in order, however often and late it is sent, and one fault stops no other."""

import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from api.identity.types import Role
from api.plumbing.context import Ctx
from api.sync.schemas.commands import PAYLOADS
from api.sync.service.deeds import DEEDS
from tests.builders.files import keep, upload_owner
from tests.builders.followups import make_town, open_plan
from tests.builders.identity import Enrolled, bearer, enroll, open_session
from tests.builders.incidents import Scene, dispatch, make_scene, offers, report

_numbers = itertools.count()


@dataclass
class Sender:
    """A phone that sends what it has done."""

    app: Flask
    headers: dict[str, str]
    station_id: UUID | None = None

    def send(self, *commands: dict[str, Any], sent_at: datetime | None = None) -> list[dict[str, Any]]:
        """The results, in order."""
        body = {"commands": list(commands), **({"sent_at": sent_at.isoformat()} if sent_at else {})}
        answer = self.app.test_client().post("/v1/sync/commands", json=body, headers=self.headers)
        assert answer.status_code == 200, answer.json
        return answer.json["results"]


@pytest.fixture
def sender(committed_app, do) -> Callable[[UUID, UUID], Sender]:
    """The phone of a person of a station."""

    def sender(person_id: UUID, station_id: UUID) -> Sender:
        person = Enrolled(person_id, station_id, "", "")
        return Sender(committed_app, do(lambda ctx: bearer(open_session(ctx, person))), station_id)

    return sender


@pytest.fixture
def asked(do, sender) -> tuple[Sender, str]:
    """A volunteer's phone, and the offer that waits for them."""

    def begin(ctx: Ctx) -> tuple[Scene, dict[str, Any]]:
        scene = make_scene(ctx, volunteers=1)
        return scene, offers(scene, dispatch(scene, report(scene)))[0]

    scene, offer = do(begin)
    person = scene.people[0].person
    return sender(person.id, person.station_id), str(offer["id"])


@pytest.mark.unit
def test_every_deed_has_a_payload_and_the_other_way_round() -> None:
    assert DEEDS.keys() == PAYLOADS.keys()


def test_a_whole_errand_in_one_batch_and_again(asked, do) -> None:
    phone, offer = asked
    errand = [
        command("offer.accept", offer),
        command("offer.depart", offer),
        command("offer.arrive", offer, position={"lat": 29.7031, "lon": 107.3897, "datum": "wgs84"}),
        command("offer.finish", offer),
        command("offer.feedback", offer, outcome="resolved", text="已送医"),
    ]
    first = phone.send(*errand)
    assert statuses(first) == ["applied"] * 5
    assert [result["state"]["state"] for result in first] == ["accepted", "on_the_way", "arrived", "done", "submitted"]
    again = phone.send(*errand)
    assert statuses(again) == ["duplicate"] * 5
    assert [result["state"] for result in again] == [result["state"] for result in first]
    assert do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM feedbacks"))) == 1


def test_one_poisoned_command_stops_no_other(asked) -> None:
    phone, offer = asked
    results = phone.send(
        command("offer.dance", offer),
        command("offer.accept", str(uuid4())),
        command("offer.accept", None),
        command("offer.decline", offer, reason="because"),
        command("offer.accept", offer, colour="red"),
        command("visit.contact", str(uuid4()), mode="telephone", outcome="calm"),
        command("offer.accept", offer),
    )
    codes = [(result["problem"] or {}).get("code") for result in results]
    assert codes == ["unknown_command", "not_found", "target_missing", "invalid", "invalid", "forbidden", None]
    assert statuses(results) == ["rejected"] * 6 + ["applied"]
    assert results[3]["problem"]["errors"][0]["pointer"] == "/payload/reason"


def test_a_command_that_came_too_late_learns_how_things_are(asked) -> None:
    phone, offer = asked
    phone.send(command("offer.decline", offer, reason="busy"))
    [late] = phone.send(command("offer.accept", offer))
    assert late["status"] == "conflict"
    assert late["state"]["state"] == "declined"


def test_a_report_written_again_elsewhere_is_not_written_over(asked, do) -> None:
    phone, offer = asked
    done = [command(f"offer.{step}", offer) for step in ("accept", "depart", "arrive", "finish")]
    first = {**command("offer.feedback", offer, outcome="resolved", text="一"), "base_version": 0}
    assert statuses(phone.send(*done, first)) == ["applied"] * 5
    hand_back = text("UPDATE feedbacks SET state = 'returned' WHERE state = 'submitted'")
    do(lambda ctx: ctx.session.execute(hand_back))
    # Both saw the first report come back; one phone had no network for a while.
    mine = {**command("offer.feedback", offer, outcome="resolved", text="二"), "base_version": 1}
    late = {**command("offer.feedback", offer, outcome="resolved", text="三"), "base_version": 1}
    assert statuses(phone.send(mine)) == ["applied"]
    do(lambda ctx: ctx.session.execute(hand_back))
    [stale] = phone.send(late)
    assert (stale["status"], stale["problem"]["code"]) == ("conflict", "copy_stale")
    assert (stale["state"]["id"], stale["state"]["state"], stale["state"]["revision"]) == (offer, "done", 2)
    assert statuses(phone.send(mine)) == ["duplicate"]
    texts = do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM feedbacks")))
    assert texts == 2
    # Having looked, the same words under another name.
    [again] = phone.send({**late, "command_id": f"{late['command_id']}-2", "base_version": 2})
    assert (again["status"], again["state"]["revision"]) == ("applied", 3)


def test_a_step_is_judged_by_what_is_possible_and_not_by_what_was_seen(asked) -> None:
    phone, offer = asked
    steps = [{**command(f"offer.{step}", offer), "base_version": 99} for step in ("accept", "depart")]
    assert statuses(phone.send(*steps)) == ["applied", "applied"]


def test_a_name_used_for_something_else_is_refused(asked) -> None:
    phone, offer = asked
    first = command("offer.accept", offer)
    phone.send(first)
    [other] = phone.send({**command("offer.drop_out", offer), "command_id": first["command_id"]})
    assert (other["status"], other["problem"]["code"]) == ("rejected", "idempotency_key_reused")


def test_a_wrong_clock_is_told_by_the_phones_present_time(asked, do) -> None:
    phone, offer = asked
    phone.send(command("offer.accept", offer))
    wrong = datetime.now(UTC) - timedelta(days=2)
    left = command("offer.depart", offer, occurred_at=wrong - timedelta(seconds=0))
    assert statuses(phone.send(left, sent_at=wrong)) == ["applied"]
    departed = do(lambda ctx: ctx.session.scalar(text("SELECT now() - departed_at FROM offers WHERE id = :id"),
                                                 {"id": offer}))  # fmt: skip
    assert departed < timedelta(minutes=1)


def test_a_day_without_network_200_reports_sent_in_disorder_are_all_there_once(do, sender) -> None:
    town = do(make_town)
    plans = [do(lambda ctx: open_plan(ctx, town, settled_at=ctx.now - timedelta(days=3))) for _ in range(10)]
    every = text("SELECT id FROM visits WHERE plan_id = ANY(:plans) ORDER BY plan_id, number")
    visits = do(lambda ctx: [str(row) for row in ctx.session.scalars(every, {"plans": plans})])
    phone = sender(town.mediator, town.station_id)
    began = datetime.now(UTC) - timedelta(hours=24)
    made = [
        command("visit.contact", visits[number % len(visits)], mode="telephone", outcome="calm",
                occurred_at=began + timedelta(minutes=7 * number))
        for number in range(200)
    ]  # fmt: skip
    draw, results = random.Random(4), {}
    batches = [made[:100], made[100:], draw.sample(made, 100), made[50:150]]
    for batch in batches:
        for result in phone.send(*batch, sent_at=datetime.now(UTC)):
            results.setdefault(result["command_id"], []).append(result["status"])
    assert {each["command_id"] for each in made} == results.keys()
    assert all(found[0] == "applied" and set(found[1:]) <= {"duplicate"} for found in results.values())
    assert do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM visit_contacts"))) == 200


def test_a_visit_made_offline_brings_its_photos(do, sender) -> None:
    town = do(make_town)
    plan = do(lambda ctx: open_plan(ctx, town, settled_at=ctx.now - timedelta(days=3)))
    first = text("SELECT id FROM visits WHERE plan_id = :plan ORDER BY number LIMIT 1")
    visit = do(lambda ctx: str(ctx.session.scalar(first, {"plan": plan})))
    file = do(lambda ctx: keep(ctx, **upload_owner(town.mediator, town.station_id)))
    stranger = do(lambda ctx: keep(ctx, **upload_owner(town.officer, town.station_id)))
    phone = sender(town.mediator, town.station_id)
    wrong, right = (
        command("visit.contact", visit, mode="telephone", outcome="calm", photos=[str(photo.id)])
        for photo in (stranger, file)
    )
    results = phone.send(wrong, right)
    assert statuses(results) == ["rejected", "applied"]
    assert results[0]["problem"]["code"] == "not_found"
    assert statuses(phone.send(right)) == ["duplicate"]
    held = text("SELECT owner_kind, count(*) FROM files GROUP BY owner_kind ORDER BY 1")
    assert do(lambda ctx: [tuple(row) for row in ctx.session.execute(held)]) == [("visit_contact", 1), (None, 1)]


def test_a_batch_too_large_or_badly_made_is_refused_as_a_whole(asked) -> None:
    phone, offer = asked
    many = {"commands": [command("offer.accept", offer) for _ in range(101)]}
    for body in (many, {"commands": []}, {"commands": [{**command("offer.accept", offer), "station_id": "x"}]}):
        answer = phone.app.test_client().post("/v1/sync/commands", json=body, headers=phone.headers)
        assert answer.status_code == 422


def test_somebody_else_cannot_answer_for_me(asked, do, sender) -> None:
    phone, offer = asked
    station = do(lambda ctx: ctx.session.scalar(text("SELECT station_id FROM offers WHERE id = :id"), {"id": offer}))
    other = do(lambda ctx: enroll(ctx, station_id=station, roles=[Role.VOLUNTEER]))
    [result] = sender(other.id, station).send(command("offer.accept", offer))
    assert (result["status"], result["problem"]["code"]) == ("rejected", "not_found")
    assert statuses(phone.send(command("offer.accept", offer))) == ["applied"]


def command(type_: str, target: str | None, *, occurred_at: datetime | None = None, **payload: Any) -> dict[str, Any]:
    """One command, with a name of its own."""
    return {
        "command_id": f"command-{next(_numbers):06d}",
        "type": type_,
        "target_id": target,
        "occurred_at": (occurred_at or datetime.now(UTC)).isoformat(),
        "payload": payload,
    }


def statuses(results: list[dict[str, Any]]) -> list[str]:
    """What became of each."""
    return [result["status"] for result in results]
