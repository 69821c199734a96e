"""Many phones at once, with real commits: never over-filled, never a place lost, never a deadlock."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from api.app import create_app
from api.identity.types import Role
from api.incidents import service
from api.incidents.errors import EngagedElsewhere
from api.incidents.types import (
    Cancellation,
    CancelReason,
    DispatchOrder,
    IncidentKind,
    Move,
    NeedOrder,
    NewFeedback,
    Outcome,
    Refusal,
)
from api.kernel.errors import IllegalTransition
from api.plumbing.context import SYSTEM, Actor, Ctx, unit_of_work
from api.plumbing.db import db
from tests.builders.incidents import Scene, make_scene, new_incident
from workers.runtime import run_in_context

PEOPLE, PLACES, ROUNDS, FEWER = 30, 3, 10, 4
Act = Callable[[Ctx], Any]


class Town:
    """A scene whose every act is a transaction of its own, in a thread if need be."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.scene: Scene = self.run(SYSTEM, lambda ctx: make_scene(ctx, PEOPLE))
        self.desk = self.scene.desk[Role.DISPATCHER].actor
        self.pool = ThreadPoolExecutor(PEOPLE + 4)

    def run(self, actor: Actor, act: Act) -> Any:
        with self.app.app_context(), unit_of_work(actor) as ctx:
            return act(ctx)

    def at_once(self, acts: list[tuple[Actor, Act]]) -> list[Any]:
        """Start all in the same moment; results, or the refusals they got."""
        start = threading.Barrier(len(acts))

        def one(job: tuple[Actor, Act]) -> Any:
            start.wait()
            try:
                return self.run(*job)
            except (IllegalTransition, EngagedElsewhere) as refusal:
                return refusal

        return list(self.pool.map(one, acts))

    def rows(self, sql: str, **values: Any) -> list[Any]:
        return self.run(SYSTEM, lambda ctx: ctx.session.execute(text(sql), values).all())

    def open(self, *places: int, everybody: bool = True) -> tuple[Any, Any]:
        """An incident and its dispatch, a need for each of `places`; with `everybody`, silent until all were asked."""

        def start(ctx: Ctx) -> tuple[Any, Any]:
            incident = service.report_incident(ctx, new_incident(kind=IncidentKind.URGENT_HELP))
            order = DispatchOrder(incident, tuple(map(NeedOrder, places or (PLACES,))), radius_m=9_000.0)
            return incident, service.dispatch_incident(ctx, order)

        incident, dispatch = self.run(self.desk, start)
        for wave in range(1, 5) if everybody else ():
            self.run(SYSTEM, lambda ctx, wave=wave: service.hear_silence(ctx, dispatch, wave=wave, fence=1))
        return incident, dispatch

    def asked(self, dispatch: Any) -> list[tuple[Actor, Any]]:
        rows = self.rows("SELECT id, person_id FROM offers WHERE dispatch_id = :id ORDER BY id", id=dispatch)
        return [(self.scene.of(row.person_id).actor, row.id) for row in rows]

    def states(self, dispatch: Any) -> Counter:
        return Counter(row.state for row in self.rows("SELECT state FROM offers WHERE dispatch_id = :id", id=dispatch))

    def need(self, dispatch: Any) -> Any:
        return self.rows("SELECT got, wanted, state FROM needs WHERE dispatch_id = :id", id=dispatch)[0]

    def busy(self) -> int:
        return self.rows("SELECT count(engaged_with) AS busy FROM duty_live")[0].busy

    def cancel(self, incident: Any) -> None:
        order = Cancellation(incident, CancelReason.OTHER)
        self.run(self.desk, lambda ctx: service.cancel_incident(ctx, order))
        # Nobody sends here: texts that wait would soon count as a day's worth, and nobody could be asked any more.
        self.run(SYSTEM, lambda ctx: ctx.session.execute(text("UPDATE outbox SET state = 'cancelled'")))


@pytest.fixture(scope="module")
def whole_town(clone_database, make_settings) -> Iterator[Town]:
    app = create_app(make_settings(clone_database(), pool_size=PEOPLE + 6))
    town = Town(app)
    yield town
    town.pool.shutdown()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def town(whole_town: Town) -> Iterator[Town]:
    """One town for all: every test begins and leaves it with nobody busy."""
    yield whole_town
    for row in whole_town.rows("SELECT id FROM incidents WHERE ended_at IS NULL"):
        whole_town.cancel(row.id)


def accept(offer: Any) -> Act:
    return lambda ctx: service.accept_offer(ctx, offer).state


def test_thirty_yeses_at_once_for_three_places_fill_exactly_three(town: Town) -> None:
    for _ in range(ROUNDS):
        incident, dispatch = town.open()
        asked = town.asked(dispatch)
        assert len(asked) == PEOPLE
        answers = Counter(town.at_once([(actor, accept(offer)) for actor, offer in asked]))
        assert answers == {"accepted": PLACES, "stood_down": PEOPLE - PLACES}
        need, states = town.need(dispatch), town.states(dispatch)
        assert (need.got, need.state, states["accepted"], town.busy()) == (PLACES, "filled", PLACES, PLACES)
        # Everybody who said yes and was too late is in reserve, whichever of the two was first.
        reserve = town.rows("SELECT count(*) AS n FROM offers WHERE dispatch_id = :id AND reason = 'full'", id=dispatch)
        assert reserve[0].n == PEOPLE - PLACES
        town.cancel(incident)


def test_one_person_tapping_ten_times_takes_one_place(town: Town) -> None:
    for _ in range(FEWER):
        incident, dispatch = town.open(everybody=False)
        actor, offer = town.asked(dispatch)[0]
        assert set(town.at_once([(actor, accept(offer))] * 10)) == {"accepted"}
        assert town.need(dispatch).got == 1
        town.cancel(incident)


def test_two_needs_that_fill_at_once_fill_the_dispatch(town: Town) -> None:
    for _ in range(ROUNDS):
        incident, dispatch = town.open(1, 1, everybody=False)
        rows = town.rows("SELECT DISTINCT ON (need_id) id, person_id FROM offers WHERE dispatch_id = :id", id=dispatch)
        pair = [(town.scene.of(row.person_id).actor, accept(row.id)) for row in rows]
        assert town.at_once(pair) == ["accepted", "accepted"]
        assert town.rows("SELECT state FROM dispatches WHERE id = :id", id=dispatch)[0].state == "filled"
        town.cancel(incident)


def test_a_yes_against_a_cancellation_ends_with_nobody_going(town: Town) -> None:
    for _ in range(FEWER):
        incident, dispatch = town.open(everybody=False)
        order = Cancellation(incident, CancelReason.OTHER)
        acts = [(actor, accept(offer)) for actor, offer in town.asked(dispatch)]
        acts.insert(4, (town.desk, lambda ctx, order=order: service.cancel_incident(ctx, order)))
        answers = town.at_once(acts)
        assert set(answers) - {None} <= {"accepted", "stood_down"}
        assert set(town.states(dispatch)) <= {"stood_down", "withdrawn"}
        assert (town.need(dispatch).state, town.busy()) == ("ended", 0)
        left = town.rows("SELECT job FROM timers WHERE state = 'waiting' AND subject_id IN (:a, :b)",
                         a=incident, b=dispatch)  # fmt: skip
        assert left == []


def test_the_last_two_reports_at_once_begin_one_review(town: Town) -> None:
    incident, dispatch = town.open(2, everybody=False)
    pair = town.asked(dispatch)[:2]
    for actor, offer in pair:
        town.run(actor, accept(offer))
        town.run(actor, lambda ctx, offer=offer: service.finish(ctx, Move(offer)))
    (first, one), (second, other) = pair
    # The second report comes while the first one's transaction is still open: neither may overlook the other.
    with town.app.app_context(), unit_of_work(first) as ctx:
        report(one)(ctx)
        late = town.pool.submit(town.run, second, report(other))
        with pytest.raises(TimeoutError):
            late.result(timeout=0.3)
    assert late.result(timeout=30) == "submitted"
    assert town.rows("SELECT state FROM incidents WHERE id = :id", id=incident)[0].state == "in_review"


def report(offer: Any) -> Act:
    return lambda ctx: service.give_feedback(ctx, NewFeedback(offer, Outcome.RESOLVED, "")).state


def test_a_running_timer_holds_up_nobody_who_would_cancel_it(town: Town) -> None:
    _, dispatch = town.open(1, everybody=False)
    actor, offer = town.asked(dispatch)[0]
    with town.app.app_context(), unit_of_work(SYSTEM) as ctx:
        # As the worker does before it calls the job, which then waits for what the answer has locked.
        ctx.session.execute(text("SELECT FROM timers WHERE subject_id = :id FOR UPDATE"), {"id": dispatch})
        assert town.pool.submit(town.run, actor, accept(offer)).result(timeout=30) == "accepted"


def test_a_storm_of_everything_keeps_the_count_and_never_deadlocks(town: Town) -> None:
    draw = random.Random(20260301)
    answers: Counter = Counter()
    for number in range(FEWER):
        incident, dispatch = town.open()
        choices: list[Callable[[Any], Act]] = [
            accept,
            lambda offer: lambda ctx: service.decline_offer(ctx, Refusal(offer)).state,
            lambda offer: lambda ctx: service.drop_out(ctx, Refusal(offer)).state,
            lambda offer: lambda ctx: service.depart(ctx, Move(offer)).state,
            lambda offer: lambda ctx: service.finish(ctx, Move(offer)).state,
        ]
        for _ in range(3):
            acts = [
                (actor, draw.choices(choices, weights=[5, 2, 2, 2, 1])[0](offer))
                for actor, offer in town.asked(dispatch)
            ]
            acts.append((SYSTEM, lambda ctx, id_=dispatch: service.hear_silence(ctx, id_, wave=4, fence=1)))
            acts.append((SYSTEM, lambda ctx, id_=dispatch: service.ask_more(ctx, id_, fence=1)))
            if number % 3 == 2:
                acts.append((town.desk, lambda ctx, id_=dispatch: service.end_dispatch(ctx, id_)))
            answers.update(str(answer) for answer in town.at_once(acts) if isinstance(answer, str))
            need, states = town.need(dispatch), town.states(dispatch)
            going = states["accepted"] + states["on_the_way"] + states["arrived"]
            assert need.got == going + states["done"] <= need.wanted
            assert town.busy() == going
            assert states.total() == PEOPLE
        town.cancel(incident)
        assert town.busy() == 0
    assert {"accepted", "declined", "dropped_out"} <= set(answers)


def test_a_timer_against_the_last_yes_neither_blocks_nor_asks_more(town: Town) -> None:
    for _ in range(FEWER):
        incident, dispatch = town.open(1, everybody=False)
        [timer] = town.rows(
            "UPDATE timers SET due_at = now() WHERE subject_id = :id AND job LIKE '%offer_silent' RETURNING id",
            id=dispatch,
        )
        actor, offer = town.asked(dispatch)[0]

        def fire(_: Ctx, timer_id=timer.id) -> str:
            with town.app.app_context():
                return run_in_context(timer_id)

        results = town.at_once([(actor, accept(offer)), (SYSTEM, fire)])
        assert results[0] == "accepted"
        assert results[1] in ("fired", "skipped")
        assert town.need(dispatch).got == 1
        assert set(town.states(dispatch)) <= {"accepted", "stood_down", "withdrawn"}
        town.cancel(incident)
