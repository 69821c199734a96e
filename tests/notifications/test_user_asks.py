"""What users of such systems asked for, where it is about messages; the numbers are those of the list of asks."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from api.identity.queries import live_registrations
from api.identity.types import Role
from api.incidents import service as incidents
from api.notifications.service import acknowledge, note_reading, queue_notices, take_readings
from api.notifications.service.failures import note_failed_number
from api.notifications.service.fallback import fall_back
from api.notifications.service.ladders import CLIMB, climb_due
from api.notifications.service.sweeping import sweep_messages
from api.notifications.types import AckKind, Acknowledgement, LadderStep
from api.plumbing.context import SYSTEM, Actor, Ctx, unit_of_work
from tests.builders.grids import make_station
from tests.builders.identity import enroll, register_phone, sign_in
from tests.builders.incidents import dispatch, make_scene, offers, report
from tests.builders.notifications import Reachable, make_notice, make_reachable
from tests.sandboxes import make_token

LADDER = (LadderStep("push"), LadderStep("sms", 30), LadderStep("voice", 60))


def messages(ctx: Ctx) -> list[tuple[Any, ...]]:
    statement = text("SELECT channel, state, device_id FROM outbox ORDER BY created_at, channel, id")
    return [tuple(row) for row in ctx.session.execute(statement)]


def test_ask_3_proof_of_receipt_stands_on_the_time_line(client: FlaskClient, app: Flask, ctx: Ctx) -> None:
    scene = make_scene(ctx, volunteers=2)
    incident_id = report(scene)
    offer = offers(scene, dispatch(scene, incident_id))[0]
    reader = scene.of(offer["person_id"])
    message_id = ctx.session.scalar(text("SELECT id FROM outbox WHERE subject_id = :id"), {"id": offer["id"]})
    acknowledge(reader.ctx, message_id, Acknowledgement(AckKind.SHOWN, ctx.now))
    acknowledge(reader.ctx, message_id, Acknowledgement(AckKind.READ, ctx.now))
    batch = ctx.session.scalar(text("SELECT batch_id FROM ladders WHERE subject_id = :id"), {"id": offer["id"]})
    for which in (batch, batch, None):  # a job that runs twice, and the periodic one, write one line
        incidents.note_readings(scene.ctx, take_readings(scene.ctx, which))
    headers = sign_in(app, scene.ctx, scene.desk[Role.DISPATCHER].person)
    lines = client.get(f"/v1/incidents/{incident_id}/timeline", headers=headers).json["items"]
    [line] = [line for line in lines if line["kind"] == "read"]
    assert (line["data"]["offer_id"], line["data"]["proof"]) == (str(offer["id"]), "ack")
    receipts = client.get(f"/v1/incidents/{incident_id}/reach", headers=headers).json["receipts"]
    [mine] = [one for one in receipts if one["person_id"] == str(reader.person.id)]
    assert mine["shown_at"]
    assert mine["read_at"]


def test_ask_5_a_push_is_not_lost_after_changing_phone(ctx: Ctx) -> None:
    person = enroll(ctx, station_id=make_station(ctx))
    somebody = Reachable(person)
    old = register_phone(ctx, person, token=make_token("old phone"))
    notice = make_notice(ctx, somebody, ladder=LADDER)
    queue_notices(ctx, [notice])
    # A new phone, and the provider finds out that the old token is dead while the message is on its way.
    new = register_phone(ctx, person, token=make_token("new phone"))
    ctx.session.execute(text("UPDATE devices SET state = 'retired', retired_at = now() WHERE id = :id"), {"id": old})
    dead = list(ctx.session.scalars(text("SELECT id FROM outbox")))
    fall_back(ctx, always=dead, if_last=[])
    assert [channel for channel, *_ in messages(ctx)] == ["push", "sms"], "the person hears of it all the same"
    queue_notices(ctx, [replace(notice, step="next")])
    pushed = {device for channel, _, device in messages(ctx) if channel == "push"}
    assert pushed == {old, new}
    assert [one.device_id for one in live_registrations(ctx.session, [person.id])] == [new]


def test_ask_6_more_than_one_phone_rings_and_reading_on_one_is_enough(ctx: Ctx, make_ctx) -> None:
    somebody = make_reachable(ctx, phones=3)
    notice = make_notice(ctx, somebody, ladder=LADDER)
    queue_notices(ctx, [notice])
    assert Counter(channel for channel, *_ in messages(ctx)) == {"push": 3}
    first = ctx.session.scalar(text("SELECT id FROM outbox LIMIT 1"))
    reader = make_ctx(Actor("person", somebody.id, somebody.person.station_id))
    acknowledge(reader, first, Acknowledgement(AckKind.READ, ctx.now))
    assert Counter(state for _, state, _ in messages(ctx)) == {"read": 1, "cancelled": 2}
    assert climb_due(replace(ctx, now=ctx.now + timedelta(seconds=100))) == 0


def test_ask_10_a_report_of_numbers_that_failed(client: FlaskClient, app: Flask, ctx: Ctx) -> None:
    somebody = make_reachable(ctx, phones=0)
    [message_id] = queue_notices(ctx, [make_notice(ctx, somebody)])
    note_failed_number(ctx, message_id, "30005")
    owner = enroll(ctx, station_id=somebody.person.station_id, roles=(Role.STATION_ADMIN,))
    [row] = client.get("/v1/contact-failures", headers=sign_in(app, ctx, owner)).json["items"]
    assert (row["person_id"], row["channel"], row["code"]) == (str(somebody.id), "sms", "30005")
    assert (row["count"], row["fixed"]) == (1, False)


def test_ask_16_what_was_acknowledged_is_never_escalated_again_not_even_two_months_later(ctx: Ctx) -> None:
    somebody = make_reachable(ctx)
    read = make_notice(ctx, somebody, ladder=LADDER, expires_at=ctx.now + timedelta(days=365))
    queue_notices(ctx, [read])
    note_reading(ctx, read.subject_id, somebody.id, "ack")
    before = messages(ctx)
    moment = (ctx.now + timedelta(days=60)).astimezone(UTC)
    half_past_five = replace(ctx, now=datetime(moment.year, moment.month, moment.day, 21, 30, tzinfo=UTC))
    assert climb_due(half_past_five) == 0
    batch = ctx.session.scalar(text("SELECT batch_id FROM ladders"))
    assert climb_due(half_past_five, batch) == 0
    sweep_messages(half_past_five)
    assert queue_notices(half_past_five, [read]) == []
    assert messages(ctx) == before
    waiting = text("SELECT count(*) FROM timers WHERE job = :job AND state = 'waiting'")
    assert ctx.session.scalar(waiting, {"job": CLIMB}) == 0


def test_ask_17_workers_at_once_take_each_step_once(committed_app: Flask) -> None:
    people, workers = 40, 8

    def in_unit(work: Any) -> Any:
        with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
            return work(ctx)

    def queue(ctx: Ctx) -> Any:
        station_id = make_station(ctx)
        waits = (LadderStep("push"), LadderStep("sms", 0), LadderStep("voice", 3600))
        life = {"ladder": waits, "expires_at": ctx.now + timedelta(hours=2)}
        notices = [make_notice(ctx, make_reachable(ctx, station_id, phones=2), **life) for _ in range(people)]
        pushes = queue_notices(ctx, notices)
        return ctx.session.scalar(text("SELECT batch_id FROM ladders LIMIT 1")), pushes

    batch, pushes = in_unit(queue)
    barrier = threading.Barrier(workers)
    climbed: list[int] = []

    def work(number: int) -> None:
        barrier.wait()
        # Timers, the sweeper and settlements of failed pushes, all at the same moment.
        for _ in range(5):
            if number % 2:
                climbed.append(in_unit(lambda ctx: climb_due(ctx, batch)))
            else:
                in_unit(lambda ctx: fall_back(ctx, always=pushes[number::workers], if_last=[]))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    [thread.start() for thread in threads]
    [thread.join(60) for thread in threads]
    in_unit(lambda ctx: climb_due(ctx, batch))
    counts = in_unit(
        lambda ctx: ctx.session.execute(
            text("SELECT person_id, channel, count(*) AS n FROM outbox GROUP BY person_id, channel")
        ).all()
    )
    texts = [row.n for row in counts if row.channel == "sms"]
    assert texts == [1] * people
    assert {row.channel for row in counts} == {"push", "sms"}
