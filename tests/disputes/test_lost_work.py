"""A clock that was lost is found, and what it stood for goes on."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.disputes.service.handing_over import offer_case
from api.disputes.service.lost_work import take_up_lost_work
from api.disputes.service.suspending import suspend_case
from api.disputes.types.mediation import NewHandOver
from api.disputes.types.work import ReceiverKind
from tests.builders.followups import messages
from tests.builders.mediation import (
    head_of,
    later,
    mediating,
    obligations,
    office_at,
    pay,
    run_timers,
    settle,
    today,
)


def lose(ctx) -> None:
    """Every clock fails for good."""
    ctx.session.execute(text("UPDATE timers SET state = 'dead' WHERE state = 'waiting'"))
    ctx.session.expire_all()


def test_nothing_is_found_where_nothing_was_lost(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, today(office), instalments=2))
    paused = mediating(office)
    suspend_case(office.supervisor.ctx, paused, until=today(office) + timedelta(days=9), note="住院")
    assert take_up_lost_work(office.system) == 0


@pytest.mark.parametrize("days", [0, 30])
def test_a_promise_without_a_clock_falls_overdue_all_the_same(ctx, days) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    settle(office, case_id, pay(office, case_id, today(office) + timedelta(days=5)))
    lose(ctx)
    found = later(office, days=days)
    assert take_up_lost_work(found.system) == 1
    assert take_up_lost_work(later(found, minutes=30).system) == 0
    after = later(office, days=31)
    run_timers(found, until=after.base.now)
    assert obligations(after, case_id)[0].state == "overdue"
    assert office.mediator.id in [person for person, name, _ in messages(ctx) if name == "dispute_overdue"]


def test_a_pause_without_a_clock_ends_all_the_same(ctx) -> None:
    office = office_at(ctx)
    case_id = mediating(office)
    suspend_case(office.supervisor.ctx, case_id, until=today(office) + timedelta(days=9), note="住院")
    lose(ctx)
    assert take_up_lost_work(office.system) == 1
    after = later(office, days=11)
    run_timers(after, until=after.base.now)
    assert head_of(after, case_id).state == "mediating"


def test_an_offer_without_a_clock_is_chased_all_the_same(ctx) -> None:
    office, elsewhere = office_at(ctx), office_at(ctx)
    order = NewHandOver(mediating(office), ReceiverKind.STATION, "移交", station_id=elsewhere.station_id)
    offer_case(office.supervisor.ctx, order)
    lose(ctx)
    found = later(office, days=10)
    assert take_up_lost_work(found.system) == 1
    run_timers(found, until=found.base.now)
    assert elsewhere.chief.id in [person for person, name, _ in messages(ctx) if name == "dispute_offered"]
