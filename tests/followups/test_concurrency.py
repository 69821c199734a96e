"""Several people and several runs at once, on a database where commits are real."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from api.followups import service
from api.followups.errors import ScaleMoved
from api.followups.models import ContactRow, VisitRow
from api.followups.queries import plan_in, scale_versions, visits_of
from api.followups.types import NewScale, Outcome, OutcomeRule, VisitState
from api.plumbing.context import SYSTEM, Actor, unit_of_work
from api.plumbing.locks import try_lock
from api.plumbing.outbox import OutboxMessage
from tests.builders.followups import MONDAY, at_time, make_town, morning, open_plan, report


@pytest.fixture
def settled(committed_app):
    """(app, town, plan) with one yellow plan, committed."""
    with committed_app.app_context(), unit_of_work(SYSTEM) as ctx:
        monday = at_time(ctx, MONDAY)
        town = make_town(monday)
        plan_id = open_plan(monday, town)
    return committed_app, town, plan_id


def in_parallel(app, count: int, act) -> list:
    def one(number: int):
        with app.app_context():
            return act(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_one_visit_reported_by_eight_phones_at_once_is_done_once(settled) -> None:
    app, town, plan_id = settled
    actor = mediator_of(town)
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        visit_id = visits_of(ctx.session, plan_id)[0].id

    def act(number: int) -> bool:
        at = morning(10) + timedelta(minutes=number)
        with unit_of_work(actor) as ctx:
            strained = report(at, outcome=Outcome.STRAINED, client_ref=f"phone-{number}")
            return service.report_contact(replace(ctx, now=at), visit_id, strained).counted

    assert Counter(in_parallel(app, 8, act)) == {True: 1, False: 7}
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(ContactRow)) == 8  # nothing is lost
        plan = plan_in(ctx.session, town.station_id, plan_id)
        assert plan is not None
        assert plan.colour == "orange"  # one step up, not eight


def test_the_same_report_from_eight_retries_is_one(settled) -> None:
    app, town, plan_id = settled
    actor = mediator_of(town)
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        visit_id = visits_of(ctx.session, plan_id)[0].id

    def act(_: int):
        with unit_of_work(actor) as ctx:
            contact = report(morning(10), client_ref="one")
            return service.report_contact(replace(ctx, now=morning(10)), visit_id, contact).id

    assert len(set(in_parallel(app, 8, act))) == 1


def test_runs_side_by_side_move_and_tell_once(settled) -> None:
    app, _, _ = settled

    def act(number: int) -> int:
        with unit_of_work(SYSTEM) as ctx:
            return service.run_clocks(replace(ctx, now=morning(10)), service.Run(f"run-{number}")).moved

    assert sum(in_parallel(app, 4, act)) == 1
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        assert ctx.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_while_one_run_is_at_it_another_leaves_it_all_to_that_one(settled) -> None:
    # Two halves of a morning would be two summaries for one person.
    app, _, _ = settled
    with app.app_context(), unit_of_work(SYSTEM) as first:
        assert try_lock(first.session, "followups.clocks")
        assert in_parallel(app, 1, run_once) == [0]
    assert in_parallel(app, 1, run_once) == [1]


def test_a_run_does_not_wait_for_a_visit_somebody_is_reporting_and_finds_it_next_time(settled) -> None:
    app, _, plan_id = settled
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        visit_id = visits_of(ctx.session, plan_id)[0].id
    with app.app_context(), unit_of_work(SYSTEM) as holding:
        holding.session.execute(text("SELECT 1 FROM visits WHERE id = :id FOR UPDATE"), {"id": visit_id})
        assert in_parallel(app, 1, run_once) == [0]
    assert in_parallel(app, 1, run_once) == [1]
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        assert ctx.session.get_one(VisitRow, visit_id).state == VisitState.DUE


def run_once(_: int) -> int:
    with unit_of_work(SYSTEM) as ctx:
        return service.run_clocks(replace(ctx, now=morning(10)), service.Run("run")).moved


def mediator_of(town) -> Actor:
    return Actor("person", town.mediator, town.station_id)


def test_eight_editors_of_one_scale_write_one_version(settled) -> None:
    app, town, _ = settled
    editor = Actor("person", town.chief, town.station_id)
    rules = {Outcome.STRAINED: OutcomeRule(shift=1)}

    def act(number: int) -> bool:
        try:
            with unit_of_work(editor) as ctx:
                service.write_scale(ctx, NewScale("hazard", ("red", f"green_{number}"), rules))
        except ScaleMoved:
            return False
        return True

    assert Counter(in_parallel(app, 8, act)) == {True: 1, False: 7}
    with app.app_context(), unit_of_work(SYSTEM) as ctx:
        assert [scale.version for scale in scale_versions(ctx.session, town.station_id, "hazard")] == [1]
