"""On and off duty."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from api.duty import service
from api.duty.errors import MemberInactive, NotAMember, StillEngaged, UntilOutOfRange
from api.duty.models import DutyPeriod
from api.duty.queries import last_positions
from api.plumbing.timers import Timer
from tests.builders.grids import make_member
from tests.builders.identity import enroll
from workers.jobs import duty as jobs


@pytest.fixture
def recruit(ctx, station):
    """An active member who was never on duty."""
    person = enroll(ctx, station_id=station)
    make_member(ctx, station, person.id)
    return person


def periods(ctx):
    return ctx.session.scalars(select(DutyPeriod).execution_options(populate_existing=True)).all()


def test_on_and_off_over_http(client, headers, recruit, ctx) -> None:
    who = headers(recruit)
    assert client.get("/v1/duty", headers=who).json["on_duty"] is False
    on = client.post("/v1/duty/on", json={}, headers=who)
    assert on.status_code == 200
    assert on.json["on_duty"] is True
    until, since = (datetime.fromisoformat(on.json[name]) for name in ("until", "since"))
    assert until - since == timedelta(hours=12)
    assert client.get("/v1/duty", headers=who).json == on.json
    off = client.post("/v1/duty/off", headers=who)
    assert (off.status_code, off.json["on_duty"], off.json["until"]) == (200, False, None)
    [period] = periods(ctx)
    assert (period.start_cause, period.end_cause) == ("self", "self")


def test_twice_on_is_once_and_twice_off_is_once(ctx, acting, recruit) -> None:
    who = acting(recruit)
    first = service.go_on_duty(who)
    assert service.go_on_duty(who) == first
    service.go_off_duty(who)
    assert service.go_off_duty(who).on_duty is False
    assert len(periods(ctx)) == 1


@pytest.mark.parametrize("hours", [-1, 0, 24.01])
def test_until_must_lie_within_a_day(ctx, acting, recruit, hours) -> None:
    with pytest.raises(UntilOutOfRange):
        service.go_on_duty(acting(recruit), ctx.now + timedelta(hours=hours))


def test_duty_ends_when_it_is_due_and_not_before(ctx, acting, recruit, later) -> None:
    service.go_on_duty(acting(recruit), ctx.now + timedelta(hours=2))
    timer = ctx.session.scalars(select(Timer).where(Timer.job == "workers.jobs.duty.end_duty")).one()
    assert timer.due_at == ctx.now + timedelta(hours=2)
    jobs.end_duty(later(7_199), timer)
    assert service.own_state(acting(recruit)).on_duty is True
    jobs.end_duty(later(7_200), timer)
    assert service.own_state(acting(recruit)).on_duty is False
    assert periods(ctx)[0].end_cause == "due"
    jobs.end_duty(later(7_201), timer)  # twice has one effect


def test_a_prolonged_duty_is_not_ended_by_the_first_timer(ctx, acting, recruit, later) -> None:
    who = acting(recruit)
    service.go_on_duty(who, ctx.now + timedelta(hours=2))
    service.go_on_duty(who, ctx.now + timedelta(hours=3))
    timers = ctx.session.scalars(select(Timer).order_by(Timer.due_at)).all()
    assert len(timers) == 2
    jobs.end_duty(later(7_200), timers[0])
    assert service.own_state(who).on_duty is True
    jobs.end_duty(later(10_800), timers[1])
    assert service.own_state(who).on_duty is False


def test_a_shortened_and_again_prolonged_duty_still_ends(ctx, acting, recruit, later) -> None:
    who = acting(recruit)
    for hours in (3, 2, 3):
        service.go_on_duty(who, ctx.now + timedelta(hours=hours))
    assert sorted(t.due_at - ctx.now for t in ctx.session.scalars(select(Timer))) == [
        timedelta(hours=2),
        timedelta(hours=3),
        timedelta(hours=3),
    ]


def test_an_old_period_s_timer_does_not_end_a_new_period(ctx, acting, recruit, later) -> None:
    who = acting(recruit)
    service.go_on_duty(who, ctx.now + timedelta(hours=1))
    old = ctx.session.scalars(select(Timer)).one()
    service.go_off_duty(who)
    service.go_on_duty(who, ctx.now + timedelta(hours=1))
    jobs.end_duty(later(3_600), old)
    assert service.own_state(who).on_duty is True


def test_off_duty_is_refused_with_a_task_in_hand(client, ctx, headers, member) -> None:
    incident = ctx.new_id()
    service.engage(ctx, member.member_id, incident)
    refused = client.post("/v1/duty/off", headers=headers(member.person))
    assert (refused.status_code, refused.json["code"]) == (409, "still_on_task")
    service.release(ctx, incident)
    assert client.post("/v1/duty/off", headers=headers(member.person)).status_code == 200


def test_duty_that_ends_during_a_task_leaves_the_task(ctx, member, acting, later) -> None:
    service.engage(ctx, member.member_id, ctx.new_id())
    period = periods(ctx)[0]
    service.end_due_period(later(8 * 3_600), period.id)
    state = service.own_state(acting(member.person))
    assert (state.on_duty, state.engaged_with is not None) == (False, True)
    assert len(last_positions(ctx.session, [member.member_id])) == 1
    with pytest.raises(StillEngaged):
        service.go_off_duty(acting(member.person))


def test_off_duty_the_last_position_is_forgotten(ctx, acting, member) -> None:
    service.go_off_duty(acting(member.person))
    assert last_positions(ctx.session, [member.member_id]) == []


@pytest.mark.parametrize("status", ["pending", "suspended", "left"])
def test_only_active_members_go_on_duty(ctx, station, acting, status) -> None:
    person = enroll(ctx, station_id=station)
    make_member(ctx, station, person.id, status=status)
    with pytest.raises(MemberInactive):
        service.go_on_duty(acting(person))


def test_somebody_who_is_no_member_has_no_duty(ctx, station, acting) -> None:
    person = enroll(ctx, station_id=station)
    for attempt in (service.go_on_duty, service.go_off_duty, service.own_state):
        with pytest.raises(NotAMember):
            attempt(acting(person))


def test_a_certificate_that_lapsed_is_dropped_from_those_on_duty(ctx, station, later) -> None:
    from tests.builders.duty import make_on_duty
    from tests.duty import TOWN

    holder = make_on_duty(ctx, station, TOWN, skills=("first_aid",))
    ctx.session.execute(text("UPDATE member_skills SET expires_on = current_date - 2"))
    jobs.refresh_on_duty(ctx, Timer())
    skills = ctx.session.scalar(text("SELECT skills FROM duty_live WHERE member_id = :id"), {"id": holder.member_id})
    assert skills == []
