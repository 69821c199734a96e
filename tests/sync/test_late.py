"""What happened while a phone was offline is kept when the incident is over, marked late, and once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.incidents import service as incidents
from api.incidents.types import Cancellation, CancelReason
from api.plumbing.context import Ctx
from api.sync.service import prune_sync
from tests.builders.identity import enroll
from tests.builders.incidents import Scene, at, dispatch, make_scene, offers, report
from tests.sync.test_commands import Sender, command, sender, statuses

__all__ = ["sender"]
HOUR = timedelta(hours=1)


@pytest.fixture
def over(do, sender) -> tuple[Sender, str, UUID]:
    """A volunteer's phone whose offer was accepted, and the incident that was called off while it was offline."""
    made: dict[str, Any] = {}

    def begin(ctx: Ctx) -> None:
        scene: Scene = make_scene(ctx, volunteers=1)
        incident = report(scene)
        offer = offers(scene, dispatch(scene, incident))[0]
        made.update(incident=incident, offer=str(offer["id"]), person=scene.people[0].person)

    do(begin)
    person = made["person"]
    phone = sender(person.id, person.station_id)
    assert statuses(phone.send(command("offer.accept", made["offer"]))) == ["applied"]
    do(lambda ctx: _cancel(ctx, made["incident"], person.station_id))
    return phone, made["offer"], made["incident"]


def _cancel(ctx: Ctx, incident_id: UUID, station_id: UUID) -> None:
    incidents.cancel_incident(at(ctx, station_id), Cancellation(incident_id, CancelReason.HANDLED_OTHERWISE, None))


def _late(do, incident: UUID) -> list[dict[str, Any]]:
    statement = text("SELECT data FROM incident_events WHERE incident_id = :id AND kind = 'late' ORDER BY id")
    return do(lambda ctx: list(ctx.session.scalars(statement, {"id": incident})))


def test_arrival_and_report_after_the_end_are_in_the_timeline_once(over, do) -> None:
    phone, offer, incident = over
    wrong = datetime.now(UTC) - timedelta(days=1)  # the phone's clock is a day behind
    errand = [
        command("offer.arrive", offer, occurred_at=wrong - HOUR),
        command("offer.feedback", offer, occurred_at=wrong - HOUR / 2, outcome="resolved", text="已劝离"),
    ]
    results = phone.send(*errand, sent_at=wrong)
    assert statuses(results) == ["applied", "applied"]
    assert results[0]["state"]["state"] == "stood_down"
    assert statuses(phone.send(*errand, sent_at=datetime.now(UTC))) == ["duplicate", "duplicate"]
    # A phone that lost its memory tells it under another name.
    phone.send(command("offer.arrive", offer), command("offer.feedback", offer, outcome="resolved", text="已劝离"))
    told = _late(do, incident)
    assert [each["what"] for each in told] == ["arrive", "feedback"]
    assert all(each["offer_id"] == offer for each in told)
    day = timedelta(days=1).total_seconds() * 1000
    assert all(abs(each["offset_ms"] - day) < 60_000 for each in told)
    since = datetime.now(UTC) - datetime.fromisoformat(told[0]["occurred_at"])
    assert HOUR - timedelta(minutes=1) < since < HOUR + timedelta(minutes=1)
    words = do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM feedbacks")))
    assert words == 1


def test_what_the_offer_shows_is_not_told_twice(do, asked_scene) -> None:
    phone, offer, incident = asked_scene
    phone.send(*(command(f"offer.{step}", offer) for step in ("accept", "arrive", "finish")))
    phone.send(command("offer.arrive", offer), command("offer.finish", offer))
    assert _late(do, incident) == []
    # It never said when it left, and nothing but the timeline can keep that now.
    phone.send(command("offer.depart", offer))
    assert [each["what"] for each in _late(do, incident)] == ["depart"]


def test_somebody_who_never_said_yes_has_nothing_to_report(do, asked_scene) -> None:
    phone, offer, incident = asked_scene
    do(lambda ctx: _cancel(ctx, incident, phone.station_id))
    results = phone.send(command("offer.feedback", offer, outcome="resolved"))
    assert [(each["status"], each["problem"]["code"]) for each in results] == [("conflict", "feedback_too_early")]
    assert _late(do, incident) == []


@pytest.fixture
def asked_scene(do, sender) -> tuple[Sender, str, UUID]:
    """A volunteer's phone, an offer that waits for them, and its incident."""
    made: dict[str, Any] = {}

    def begin(ctx: Ctx) -> None:
        scene: Scene = make_scene(ctx, volunteers=1)
        incident = report(scene)
        made.update(incident=incident, offer=str(offers(scene, dispatch(scene, incident))[0]["id"]))
        made["person"] = scene.people[0].person

    do(begin)
    person = made["person"]
    phone = sender(person.id, person.station_id)
    return phone, made["offer"], made["incident"]


def test_every_applied_command_is_kept_with_its_clock(asked_scene, do) -> None:
    phone, offer, _ = asked_scene
    behind = datetime.now(UTC) - timedelta(minutes=10)
    phone.send(command("offer.accept", offer, occurred_at=behind), sent_at=behind)
    phone.send(command("offer.accept", str(UUID(int=9))), command("offer.depart", offer))
    rows = do(lambda ctx: ctx.session.execute(
        text("SELECT type, target_id, offset_ms FROM phone_commands ORDER BY received_at")).all())  # fmt: skip
    assert [(row.type, str(row.target_id)) for row in rows] == [("offer.accept", offer), ("offer.depart", offer)]
    assert abs(rows[0].offset_ms - 600_000) < 60_000
    assert rows[1].offset_ms is None
    do(lambda ctx: ctx.session.execute(text("UPDATE phone_commands SET received_at = now() - interval '29 days'")))
    do(prune_sync)
    assert do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM phone_commands"))) == 2
    do(lambda ctx: ctx.session.execute(text("UPDATE phone_commands SET received_at = now() - interval '31 days'")))
    do(prune_sync)
    assert do(lambda ctx: ctx.session.scalar(text("SELECT count(*) FROM phone_commands"))) == 0


def test_an_incident_reported_offline_is_filed_once_and_says_so(asked_scene, do) -> None:
    phone, _, _ = asked_scene
    body = {
        "kind": "fight", "category": "public_order", "colour": "orange", "source": "patrol", "description": "两人互殴",
        "place": {"lat": 29.9, "lon": 107.6, "datum": "wgs84"},
    }  # fmt: skip
    filed = command("incident.report", None, occurred_at=datetime.now(UTC) - HOUR, **body)
    [first] = phone.send(filed, sent_at=datetime.now(UTC))
    assert first["status"] == "applied", first
    [again] = phone.send(filed, sent_at=datetime.now(UTC))
    assert (again["status"], again["state"]) == ("duplicate", first["state"])
    assert [each["what"] for each in _late(do, UUID(first["state"]["id"]))] == ["report"]
    [near] = phone.send(command("incident.report", None, **body))
    assert (near["status"], near["problem"]["code"]) == ("conflict", "possible_duplicate")
    assert near["problem"]["facts"]["candidates"][0]["id"] == first["state"]["id"]
    [other] = phone.send(command("incident.report", None, **body, duplicate_checked=True))
    assert other["status"] == "applied"
    assert _late(do, UUID(other["state"]["id"])) == []
    [wrong] = phone.send(command("incident.report", None, **{**body, "kind": "party"}))
    assert (wrong["status"], wrong["problem"]["errors"][0]["pointer"]) == ("rejected", "/payload/kind")


def test_duty_is_what_was_said_last_unless_long_ago(asked_scene) -> None:
    phone, _, _ = asked_scene
    off, on = phone.send(command("duty.off", None), command("duty.on", None))
    assert (off["status"], off["state"]["on_duty"]) == ("applied", False)
    assert (on["status"], on["state"]["on_duty"]) == ("applied", True)
    phone.send(command("duty.off", None))
    [old] = phone.send(command("duty.on", None, occurred_at=datetime.now(UTC) - timedelta(hours=13)))
    assert (old["status"], old["problem"]["code"], old["state"]["on_duty"]) == ("conflict", "command_too_old", False)


def test_all_well_of_an_hour_ago_answers_nothing_now(asked_scene, do) -> None:
    phone, offer, _ = asked_scene
    phone.send(command("offer.accept", offer), command("offer.still_coming", offer), command("offer.arrive", offer))
    watched = text("INSERT INTO welfare_watches (offer_id, station_id, incident_id, state, every_s, round, missed)"
                   " SELECT id, station_id, incident_id, 'asked', 600, 1, 0 FROM offers WHERE id = :id"
                   " ON CONFLICT (offer_id) DO UPDATE SET state = 'asked'")  # fmt: skip
    do(lambda ctx: ctx.session.execute(watched, {"id": offer}))
    old = command("offer.welfare", offer, occurred_at=datetime.now(UTC) - HOUR, all_right=True)
    [late] = phone.send(old)
    assert (late["status"], late["problem"]["code"]) == ("conflict", "command_too_old")
    [well] = phone.send(command("offer.welfare", offer, all_right=True))
    assert (well["status"], well["state"]["state"]) == ("applied", "calm")
    [help_] = phone.send(command("offer.welfare", offer, occurred_at=datetime.now(UTC) - HOUR, all_right=False))
    assert help_["status"] == "applied"


def test_who_may_not_report_may_not_by_sync(do, sender, asked_scene) -> None:
    phone, _, _ = asked_scene
    auditor = do(lambda ctx: enroll(ctx, station_id=phone.station_id, roles=[Role.AUDITOR]))
    results = sender(auditor.id, phone.station_id).send(command("duty.on", None))
    assert results[0]["problem"]["code"] == "forbidden"
