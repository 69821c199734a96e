"""Two workers on one notice, two releases of one night, and a withdrawal in the middle: real transactions."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from api.identity.types import Role
from api.kernel.errors import IllegalTransition
from api.notices.service import expand_notice, sending, submit_notice, withdraw_notice, write_notice
from api.notices.types import NoticeView, Target
from api.notifications.service import queue_notices
from api.notifications.service.releasing import release_held
from api.plumbing.context import SYSTEM, Actor, Ctx, unit_of_work
from tests.builders.notifications import make_notice
from tests.notices.stage import Stage, draft, make_stage

PEOPLE, WORKERS = 30, 4


@pytest.fixture
def stage(committed_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(sending, "SLICE", 4)

    def prepare(ctx: Ctx) -> Stage:
        stage = make_stage(ctx)
        for number in range(PEOPLE):
            stage.add(f"person {number}", "e1")
        return stage

    return do(committed_app, prepare)


def do(app: Flask, work: Callable[[Ctx], Any], actor: Actor = SYSTEM) -> Any:
    with app.app_context(), unit_of_work(actor) as ctx:
        return work(ctx)


def rows(app: Flask, statement: str) -> list[Any]:
    return do(app, lambda ctx: list(ctx.session.execute(text(statement)).all()))


def at_once(count: int, work: Callable[[], None]) -> None:
    barrier, failed = threading.Barrier(count), []

    def run() -> None:
        barrier.wait()
        try:
            work()
        except Exception as error:  # shown below, where pytest sees it
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert failed == []


def submitted(app: Flask, stage: Stage) -> tuple[NoticeView, Actor]:
    desk = do(app, lambda ctx: Stage(ctx, stage.station_id, stage.east, stage.west, stage.grids).desk(Role.DISPATCHER))

    def submit(ctx: Ctx) -> NoticeView:
        notice = write_notice(ctx, draft=draft(ctx, Target(unit_ids=(stage.east,))))
        return submit_notice(ctx, notice_id=notice.id, version=notice.version)

    return do(app, submit, desk.actor), desk.actor


def test_workers_side_by_side_write_everybody_once(committed_app: Flask, stage: Stage) -> None:
    notice, _ = submitted(committed_app, stage)

    def work() -> None:
        while do(committed_app, lambda ctx: expand_notice(ctx, notice.id)):
            pass

    at_once(WORKERS, work)
    assert rows(committed_app, "SELECT state, recipients FROM notices") == [("sent", PEOPLE)]
    assert rows(committed_app, "SELECT count(*), count(DISTINCT person_id) FROM outbox") == [(PEOPLE, PEOPLE)]


def test_nothing_is_queued_after_a_withdrawal(committed_app: Flask, stage: Stage) -> None:
    notice, actor = submitted(committed_app, stage)
    taken_back = threading.Event()

    def work() -> None:
        while do(committed_app, lambda ctx: expand_notice(ctx, notice.id)):
            if not taken_back.is_set():
                taken_back.set()
                try:
                    do(committed_app, lambda ctx: withdraw_notice(ctx, notice_id=notice.id), actor)
                except IllegalTransition:  # two workers came here at once, and one of them was first
                    continue

    at_once(2, work)
    assert rows(committed_app, "SELECT state FROM notices") == [("withdrawn",)]
    assert {row.state for row in rows(committed_app, "SELECT state FROM outbox")} == {"cancelled"}


def test_a_withdrawal_waits_for_the_slice_that_is_being_written(
    committed_app: Flask, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice, actor = submitted(committed_app, stage)
    writing, queue = threading.Event(), sending.queue_to_many

    def slowly(ctx: Ctx, *rest: Any) -> Any:
        writing.set()
        time.sleep(0.5)
        return queue(ctx, *rest)

    def take_back() -> None:
        writing.wait(10)
        do(committed_app, lambda ctx: withdraw_notice(ctx, notice_id=notice.id), actor)

    monkeypatch.setattr(sending, "queue_to_many", slowly)
    other = threading.Thread(target=take_back)
    other.start()
    do(committed_app, lambda ctx: expand_notice(ctx, notice.id))
    other.join(20)
    assert rows(committed_app, "SELECT state FROM notices") == [("withdrawn",)]
    assert [row.state for row in rows(committed_app, "SELECT state FROM outbox")] == ["cancelled"] * 4


def test_releases_side_by_side_make_one_summary_each(committed_app: Flask, stage: Stage) -> None:
    def remind(ctx: Ctx) -> None:
        lasting = {"template": "step_overdue", "urgency": "normal", "expires_at": ctx.now + timedelta(hours=8)}
        queue_notices(ctx, [make_notice(ctx, one, **lasting) for one in stage.people.values() for _ in range(3)])

    do(committed_app, remind)
    at_once(WORKERS, lambda: do(committed_app, release_held))
    found = dict(rows(committed_app, "SELECT template, count(*) FROM outbox WHERE state = 'queued' GROUP BY template"))
    assert found == {"digest": PEOPLE}
