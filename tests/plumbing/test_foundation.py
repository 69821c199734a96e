"""The floor works on the real database: transactions, outbox, timers, health, problems."""

from collections.abc import Callable

from sqlalchemy import select, text

from api.plumbing.context import SYSTEM, Ctx, unit_of_work
from api.plumbing.outbox import NewMessage, OutboxMessage, enqueue
from api.plumbing.timers import Timer, TimerOrder, set_timer


def test_a_message_decided_twice_is_written_once(ctx: Ctx) -> None:
    message = NewMessage(
        station_id=ctx.new_id(), dedupe_key="offer:1:push", urgency="alert", channel="push", template="offer",
        subject_kind="offer", expires_at=ctx.now, variables={"code": "123456"},
    )  # fmt: skip
    assert len(enqueue(ctx, [message])) == 1
    assert enqueue(ctx, [message]) == []
    row = ctx.session.scalars(select(OutboxMessage)).one()
    assert row.variables == {"code": "123456"}
    assert b"123456" not in ctx.session.scalar(text("SELECT variables FROM outbox"))


def test_ordering_a_waiting_timer_again_moves_it(ctx: Ctx) -> None:
    subject = ctx.new_id()
    set_timer(ctx, TimerOrder("workers.jobs.x.y", subject, ctx.now, fence=1))
    set_timer(ctx, TimerOrder("workers.jobs.x.y", subject, ctx.now, fence=2))
    assert ctx.session.scalars(select(Timer.fence)).all() == [2]


def test_an_exception_rolls_the_unit_of_work_back(app) -> None:
    try:
        with unit_of_work(SYSTEM) as ctx:
            set_timer(ctx, TimerOrder("workers.jobs.x.y", ctx.new_id(), ctx.now))
            raise KeyError
    except KeyError:
        pass
    with unit_of_work(SYSTEM) as ctx:
        assert ctx.session.scalars(select(Timer)).all() == []


def test_ready_when_the_schema_is_the_release_s(client) -> None:
    assert client.get("/healthz/ready").json == {"status": "ok"}


def test_an_unknown_path_is_a_problem_in_both_languages(client) -> None:
    answer = client.get("/v1/nothing", headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["title"] == "Not found."
    assert answer.json["text"]["zh-CN"] == "没有找到。"


def test_two_contexts_of_one_test_share_its_transaction(make_ctx: Callable[..., Ctx]) -> None:
    set_timer(make_ctx(), TimerOrder("workers.jobs.x.y", make_ctx().new_id(), make_ctx().now))
    assert len(make_ctx().session.scalars(select(Timer)).all()) == 1
