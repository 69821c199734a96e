"""Positions of somebody on a task are passed on, seldom and only when they say something new."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from api.duty.rules.following import STRETCH_S, says_something, stretch_of
from api.duty.service import engage, record_positions, release
from api.duty.types import Fix, FixBatch, Verdict
from api.kernel.geo import Datum
from tests.builders.duty import OnDuty
from tests.duty import TOWN, north

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.unit
def test_a_stretch_settles_after_its_end_and_the_next_one_has_another_name() -> None:
    names = {stretch_of(NOW + timedelta(seconds=second)) for second in range(STRETCH_S)}
    assert names == {stretch_of(NOW)}
    name, due = stretch_of(NOW)
    assert due > NOW + timedelta(seconds=STRETCH_S)
    assert stretch_of(NOW + timedelta(seconds=STRETCH_S))[0] != name


@pytest.mark.unit
@pytest.mark.parametrize("verdict", list(Verdict))
def test_only_what_may_be_true_says_something(verdict: Verdict) -> None:
    assert says_something([Verdict.DUPLICATE, verdict]) is (verdict in (Verdict.USED, Verdict.LATE))


def jobs(ctx) -> int:
    return ctx.session.scalar(text("SELECT count(*) FROM timers WHERE job LIKE '%follow_member'"))


def test_from_the_task_to_its_end(ctx, acting, member: OnDuty) -> None:
    person = acting(member.person)

    def send(seconds: int, metres: float) -> None:
        fix = Fix(north(metres) if metres else TOWN, 8.0, ctx.now - timedelta(seconds=seconds))
        record_positions(person, FixBatch(Datum.WGS84, (fix,)))

    send(60, 0)
    assert jobs(ctx) == 0
    incident_id = ctx.new_id()
    engage(ctx, member.member_id, incident_id)
    send(50, 10)
    send(50, 10)  # the same fix again
    assert jobs(ctx) == 1
    release(ctx, incident_id)
    send(40, 20)
    assert jobs(ctx) == 1
