"""Climbing, failing, proving and ending at the same moment: nothing waits to be sent after an end or a proof."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from api.notifications.service import note_reading, queue_notices, withdraw
from api.notifications.service.claims import ClaimOrder, claim_letters
from api.notifications.service.fallback import fall_back
from api.notifications.service.ladders import climb_due
from api.notifications.types import Channel, LadderStep, Urgency
from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from tests.builders.grids import make_station
from tests.builders.notifications import make_notice, make_reachable

PEOPLE, ROUNDS = 30, 3
LADDER = (LadderStep("push"), LadderStep("sms"), LadderStep("voice"))
Work = Callable[[Ctx], Any]


def run(app: Flask, work: Work) -> Any:
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        return work(ctx)


def start_all(ctx: Ctx) -> tuple[UUID, list[tuple[UUID, UUID]], list[UUID]]:
    """Ladders whose every rung is due at once: the batch, (subject, person) of each, the first messages."""
    station_id = make_station(ctx)
    people = [make_reachable(ctx, station_id) for _ in range(PEOPLE)]
    life = {"ladder": LADDER, "expires_at": ctx.now + timedelta(hours=1)}
    notices = [make_notice(ctx, one, **life) for one in people]
    ids = queue_notices(ctx, notices)
    batch = ctx.session.scalar(text("SELECT max(batch_id::text)::uuid FROM ladders WHERE state = 'climbing'"))
    return batch, [(notice.subject_id, notice.person_id) for notice in notices], ids


@pytest.mark.parametrize("how", ["ends", "is read"])
def test_nothing_waits_to_be_sent_after_it(committed_app: Flask, how: str) -> None:
    for _ in range(ROUNDS):
        batch, everybody, ids = run(committed_app, start_all)
        jobs: list[list[Work]] = [
            [lambda ctx, b=batch: climb_due(ctx, b)] * 25,
            [lambda ctx: climb_due(ctx)] * 25,
            [lambda ctx, one=one: fall_back(ctx, always=[one], if_last=[]) for one in ids],
            [_stop(how, subject, person) for subject, person in everybody],
        ]
        barrier = threading.Barrier(len(jobs))
        errors: list[Exception] = []

        def work(mine: list[Work], barrier=barrier, errors=errors) -> None:
            barrier.wait()
            for job in mine:
                try:
                    run(committed_app, job)
                except Exception as error:
                    errors.append(error)

        threads = [threading.Thread(target=work, args=(mine,)) for mine in jobs]
        [thread.start() for thread in threads]
        [thread.join(60) for thread in threads]
        assert errors == []
        # Whatever was still to come: timers, the sweeper, a late failure.
        for job in (lambda ctx, b=batch: climb_due(ctx, b), lambda ctx, i=ids: fall_back(ctx, always=i, if_last=[])):
            run(committed_app, job)
        assert run(committed_app, _claimable) == []
        states = run(committed_app, lambda ctx: set(ctx.session.scalars(text("SELECT state FROM ladders"))))
        assert states == {"ended" if how == "ends" else "proved"}


def _stop(how: str, subject: UUID, person: UUID) -> Work:
    if how == "ends":
        return lambda ctx: withdraw(ctx, subject)
    return lambda ctx: note_reading(ctx, subject, person, "app")


def _claimable(ctx: Ctx) -> list[str]:
    lanes = (Channel.PUSH, Channel.SMS, Channel.VOICE)
    orders = [ClaimOrder((Urgency.ALERT,), lane, 500, timedelta(seconds=20)) for lane in lanes]
    return [letter.channel for order in orders for letter in claim_letters(ctx, order).letters]
