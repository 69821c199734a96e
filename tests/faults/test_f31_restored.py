"""F31: a backup is put back, to a moment before the providers got their messages; nothing is sent blindly again."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from psycopg import sql
from sqlalchemy import text
from twilio.request_validator import RequestValidator

from api.app import create_app
from api.cli import register_commands
from api.notifications.rules.receipts import sign_message_id
from api.notifications.service import queue_notices
from api.notifications.service.sweeping import sweep_messages
from api.notifications.types import Urgency
from api.plumbing.context import Ctx
from api.plumbing.db import db
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable
from tests.conftest import KEYS
from tests.faults.conftest import LONG
from tests.faults.sending import message_of, tell_counts
from tests.pusher.conftest import Station, wait_until

DUE, LATER = (2_000, 200) if LONG else (30, 6)
# As if ten minutes had passed since the loss: nothing that waits for a receipt waits any longer.
AGE = text("UPDATE outbox SET unknown_at = unknown_at - interval '10 minutes' WHERE state = 'unknown'")
NOW_DUE = text("UPDATE outbox SET next_at = now() WHERE state = 'queued'")


def queue_all(ctx: Ctx) -> tuple[list[UUID], list[UUID]]:
    """Texts that are due, half of them alerts, and texts that are due in an hour."""
    place = make_station(ctx)

    def some(count: int, urgency: Urgency) -> list[UUID]:
        people = [make_reachable(ctx, place, phones=0) for _ in range(count)]
        expires = ctx.now + timedelta(hours=8)
        return queue_notices(ctx, [make_notice(ctx, p, urgency=urgency, expires_at=expires) for p in people])

    due, later = some(DUE // 2, Urgency.ALERT) + some(DUE // 2, Urgency.NORMAL), some(LATER, Urgency.NORMAL)
    wait = text("UPDATE outbox SET next_at = now() + interval '1 hour' WHERE id = ANY(:ids)")
    ctx.session.execute(wait, {"ids": later})
    return due, later


@pytest.fixture
def back_up(cluster, station: Station) -> Iterator:
    """Keep the station's database as it is at this moment; gives the station that is restored from it later."""
    source = station.settings.database_url.rpartition("/")[2].partition("?")[0]
    name, apps = f"{source}_backup", []

    def run(statement: str, role: str = "gridloop_owner", **names: str) -> None:
        with psycopg.connect(cluster.conninfo(role, "postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(**{key: sql.Identifier(x) for key, x in names.items()}))

    def back_up() -> Station:
        with station.app.app_context():
            db.engine.dispose()
        run("CREATE DATABASE {name} TEMPLATE {source}", name=name, source=source)
        url = cluster.url("gridloop_app", name)
        app = create_app(station.settings.model_copy(update={"database_url": url}))
        register_commands(app)
        apps.append(app)
        return Station(app)

    yield back_up
    for app in apps:
        with app.app_context():
            db.engine.dispose()
    run("DROP DATABASE IF EXISTS {name} WITH (FORCE)", role="postgres", name=name)


def calls(twilio, ids: list[UUID]) -> Counter[str]:
    """How often each of these messages was taken."""
    ours = {message.hex for message in ids}
    taken = (message_of(entry) for entry in twilio.ledger() if entry.get("callback"))
    return Counter(message for message in taken if message in ours)


def command(app: Flask, *words: str) -> str:
    """What a `flask restore` command printed."""
    with app.app_context():
        db.session.remove()
    outcome = app.test_cli_runner().invoke(args=["restore", *words])
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def report(app: Flask, message_id: UUID) -> int:
    """The provider tells late that it delivered a message."""
    path = f"/webhooks/twilio/status?m={sign_message_id(message_id, KEYS['GRIDLOOP_SECRET_KEY'].encode())}"
    form = {"MessageSid": f"SM{message_id.hex}", "MessageStatus": "delivered"}
    form["AccountSid"] = KEYS["GRIDLOOP_TWILIO_ACCOUNT_SID"]
    validator = RequestValidator(KEYS["GRIDLOOP_TWILIO_AUTH_TOKEN"])
    signature = validator.compute_signature(KEYS["GRIDLOOP_PUBLIC_URL"] + path, form)
    return app.test_client().post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code


def look_and_sweep(station: Station, rounds: int = 3) -> None:
    """Let a pusher on it claim, and sweep as if every patience were over."""
    for _ in range(rounds):
        station.do(lambda ctx: ctx.session.execute(AGE))
        station.do(sweep_messages)
    canary = station.do(lambda ctx: queue_notices(ctx, [make_notice(ctx, make_reachable(ctx, phones=0))])[0])
    with station.pusher():
        # It was claimed and sent after all that was due before it.
        station.wait_for_state(canary, "sent", "delivered", seconds=60)


def test_f31_after_a_restore_nothing_is_sent_again_that_nobody_decided_on(station: Station, twilio, back_up) -> None:
    due, later = station.do(queue_all)
    restored = back_up()
    with station.pusher():
        wait_until(lambda: len(calls(twilio, due)) == len(due), 60)
    assert calls(twilio, later) == {}
    held = command(restored.app, "hold")
    look_and_sweep(restored)
    blind = calls(twilio, due).total() - len(due)
    unknown = restored.rows("SELECT count(*)::int AS n FROM outbox WHERE state = 'unknown'")[0].n
    proved = due[::2]
    answers = {report(restored.app, message) for message in proved}
    listed = command(restored.app, "report")
    unproved = [message for message in due if restored.state(message) == "unknown"]
    command(restored.app, "resend", "--all")
    restored.do(lambda ctx: ctx.session.execute(NOW_DUE))
    with restored.pusher():
        wait_until(lambda: calls(twilio, unproved).total() == 2 * len(unproved), 60)
        wait_until(lambda: len(calls(twilio, later)) == len(later), 60)
        open_now = "SELECT count(*)::int AS n FROM outbox WHERE state IN ('queued', 'leased', 'unknown')"
        wait_until(lambda: restored.rows(open_now)[0].n == 0, 60)
    again = calls(twilio, proved).total() - len(proved)
    trail = restored.rows("SELECT count(*)::int AS n FROM audit_entries WHERE action = 'message.restored'")[0].n
    tell_counts(
        "F31", A=len(due) + len(later), P_before_the_loss=len(due), blind=blind, proved=len(proved),
        proved_and_sent_again=again, resent_on_purpose=len(unproved), later=len(calls(twilio, later)),
    )  # fmt: skip
    assert held.startswith(f"{len(due)} messages are held")
    assert (blind, unknown, trail, answers) == (0, len(due), len(due), {204})
    assert (len(unproved), again) == (len(due) - len(proved), 0)
    assert f"{len(due)} messages in all" in listed
    assert calls(twilio, later).total() == len(later)
