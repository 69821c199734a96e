"""Shifts: planned, moved, cancelled, and what their timers do."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from api.duty import service
from api.plumbing.timers import Timer
from tests.builders.grids import make_member, make_station
from tests.builders.identity import enroll
from tests.duty import TOWN
from workers.jobs import duty as jobs


@pytest.fixture
def guard(ctx, station):
    """An active member, and their member id."""
    person = enroll(ctx, station_id=station)
    return person, make_member(ctx, station, person.id)


@pytest.fixture
def desk(client, headers, supervisor, ctx):
    """Requests of the supervisor; hours are counted from now."""
    who = headers(supervisor)

    class Desk:
        keys = iter(range(1_000))

        def times(self, start, end):
            return {n: (ctx.now + timedelta(hours=h)).isoformat() for n, h in (("starts_at", start), ("ends_at", end))}

        def plan(self, member_id, start, end):
            body = {"member_id": str(member_id), **self.times(start, end)}
            return client.post("/v1/shifts", json=body, headers={**who, "Idempotency-Key": f"s{next(self.keys)}"})

        def move(self, shift, start, end, version=1):
            return client.patch(
                f"/v1/shifts/{shift['id']}", json=self.times(start, end), headers={**who, "If-Match": f'"{version}"'}
            )

        def cancel(self, shift, version=1):
            return client.post(f"/v1/shifts/{shift['id']}/cancel", headers={**who, "If-Match": f'"{version}"'})

        def get(self, path, **query):
            return client.get(path, query_string=query, headers=who)

    return Desk()


def timer_of(ctx, version=1):
    return ctx.session.scalars(
        select(Timer).where(Timer.job == "workers.jobs.duty.start_shift", Timer.fence == version)
    ).one()


def end_timers(ctx):
    return ctx.session.scalars(select(Timer).where(Timer.job == "workers.jobs.duty.end_duty").order_by(Timer.id)).all()


def test_a_shift_puts_on_duty_and_its_end_takes_off(ctx, desk, guard, acting, later) -> None:
    person, member_id = guard
    planned = desk.plan(member_id, 1, 9)
    assert planned.status_code == 201
    assert planned.headers["ETag"] == '"1"'
    assert planned.json["starts_at"].endswith("+08:00")
    jobs.start_shift(later(3_600), timer_of(ctx))
    state = service.own_state(acting(person))
    assert state.on_duty
    assert state.until == ctx.now + timedelta(hours=9)
    [end] = end_timers(ctx)
    jobs.end_duty(later(9 * 3_600), end)
    assert not service.own_state(acting(person)).on_duty


@pytest.mark.parametrize("seconds", [3_599, 9 * 3_600])
def test_a_start_that_comes_too_early_or_after_the_end_does_nothing(ctx, desk, guard, acting, later, seconds) -> None:
    person, member_id = guard
    desk.plan(member_id, 1, 9)
    jobs.start_shift(later(seconds), timer_of(ctx))
    assert not service.own_state(acting(person)).on_duty


def test_overlapping_shifts_of_one_member_are_refused_and_touching_ones_are_not(ctx, station, desk, guard) -> None:
    _, member_id = guard
    other = make_member(ctx, station, enroll(ctx, station_id=station).id)
    assert desk.plan(member_id, 1, 9).status_code == 201
    refused = desk.plan(member_id, 8.99, 12)
    assert (refused.status_code, refused.json["code"]) == (409, "shift_overlap")
    assert desk.plan(member_id, 9, 12).status_code == 201
    assert desk.plan(other, 1, 9).status_code == 201


def test_across_midnight_is_one_shift(ctx, desk, guard) -> None:
    start = (24 + 22 - 8 - ctx.now.hour) % 24 + 24  # 22:00 in Shanghai, a day on
    shift = desk.plan(guard[1], start, start + 10).json
    begins, ends = (datetime.fromisoformat(shift[name]) for name in ("starts_at", "ends_at"))
    assert (begins.hour, ends.hour, (ends.date() - begins.date()).days) == (22, 8, 1)


@pytest.mark.parametrize(("start", "end"), [(5, 4), (5, 5), (-9, -1), (1, 26), (24 * 367, 24 * 367 + 8)])
def test_impossible_times_are_refused(desk, guard, start, end) -> None:
    refused = desk.plan(guard[1], start, end)
    assert (refused.status_code, refused.json["code"]) == (422, "shift_times")


def test_members_of_other_stations_and_nobody_are_the_same_404(ctx, desk, station) -> None:
    elsewhere = make_station(ctx)
    foreign = make_member(ctx, elsewhere, enroll(ctx, station_id=elsewhere).id)
    assert desk.plan(foreign, 1, 2).status_code == 404
    assert desk.plan(ctx.new_id(), 1, 2).status_code == 404


def test_an_edit_needs_the_version_seen(client, headers, supervisor, desk, guard) -> None:
    shift = desk.plan(guard[1], 1, 9).json
    bare = client.patch(f"/v1/shifts/{shift['id']}", json=desk.times(2, 9), headers=headers(supervisor))
    assert bare.status_code == 428
    moved = desk.move(shift, 2, 10)
    assert (moved.status_code, moved.headers["ETag"]) == (200, '"2"')
    assert desk.move(shift, 3, 10).status_code == 412
    assert desk.cancel(shift).status_code == 412


def test_after_a_move_only_the_new_timer_counts(ctx, desk, guard, acting, later) -> None:
    shift = desk.plan(guard[1], 1, 9).json
    desk.move(shift, 2, 10)
    jobs.start_shift(later(2 * 3_600), timer_of(ctx, 1))
    assert not service.own_state(acting(guard[0])).on_duty
    jobs.start_shift(later(2 * 3_600), timer_of(ctx, 2))
    assert service.own_state(acting(guard[0])).on_duty


def test_a_running_shift_s_end_moves_duty_and_its_start_stays(ctx, desk, guard, acting) -> None:
    shift = desk.plan(guard[1], -1, 7).json
    jobs.start_shift(ctx, timer_of(ctx))
    assert desk.move(shift, -2, 7).json["code"] == "shift_started"
    assert desk.move(shift, -1, 3).status_code == 200
    assert service.own_state(acting(guard[0])).until == ctx.now + timedelta(hours=3)


def test_a_cancelled_shift_never_starts_and_a_running_one_ends(ctx, desk, guard, acting, later) -> None:
    coming = desk.plan(guard[1], 10, 12).json
    running = desk.plan(guard[1], -1, 7).json
    jobs.start_shift(ctx, timer_for(ctx, running))
    assert desk.cancel(coming).json["cancelled_at"] is not None
    assert service.own_state(acting(guard[0])).on_duty
    assert desk.cancel(running).status_code == 200
    assert not service.own_state(acting(guard[0])).on_duty
    jobs.start_shift(later(10 * 3_600), timer_for(ctx, coming))
    assert not service.own_state(acting(guard[0])).on_duty
    assert desk.cancel(running, version=2).json["code"] == "shift_over"
    assert desk.plan(guard[1], -1, 7).status_code == 201  # a cancelled one overlaps nothing


def timer_for(ctx, shift):
    return ctx.session.scalars(
        select(Timer).where(Timer.job == "workers.jobs.duty.start_shift", Timer.subject_id == shift["id"])
    ).one()


def test_on_duty_before_the_shift_one_leaves_with_it(ctx, desk, guard, acting) -> None:
    desk.plan(guard[1], 0.1, 8)
    assert service.go_on_duty(acting(guard[0])).until == ctx.now + timedelta(hours=8)


def test_somebody_who_said_they_stay_longer_stays_longer(ctx, desk, guard, acting, later) -> None:
    service.go_on_duty(acting(guard[0]), ctx.now + timedelta(hours=12))
    desk.plan(guard[1], 1, 8)
    jobs.start_shift(later(3_600), timer_of(ctx))
    assert service.own_state(acting(guard[0])).until == ctx.now + timedelta(hours=12)


def test_a_suspended_member_s_shift_does_not_start(ctx, desk, guard, acting, later) -> None:
    from sqlalchemy import text

    desk.plan(guard[1], 1, 8)
    ctx.session.execute(text("UPDATE members SET status = 'suspended'"))
    jobs.start_shift(later(3_600), timer_of(ctx))
    assert not service.own_state(acting(guard[0])).on_duty


def test_shifts_are_listed_by_page_and_one_s_own_apart(ctx, client, headers, desk, guard, station) -> None:
    other = make_member(ctx, station, enroll(ctx, station_id=station).id)
    for hours in (1, 3, 5):
        desk.plan(guard[1], hours, hours + 1)
        desk.plan(other, hours, hours + 1)
    window = {"from": ctx.now.isoformat(), "to": (ctx.now + timedelta(days=1)).isoformat(), "limit": 4}
    first = desk.get("/v1/shifts", **window).json
    second = desk.get("/v1/shifts", **window, cursor=first["next_cursor"]).json
    ids = [shift["id"] for page in (first, second) for shift in page["items"]]
    assert (len(ids), len(set(ids)), second["next_cursor"]) == (6, 6, None)
    assert len(desk.get("/v1/shifts", **window, member_id=other).json["items"]) == 3
    own = client.get("/v1/duty/shifts", headers=headers(guard[0])).json["items"]
    assert {shift["member_id"] for shift in own} == {str(guard[1])}


def test_another_station_s_shift_is_not_there(ctx, desk, guard, client, headers) -> None:
    from api.identity.types import Role

    shift = desk.plan(guard[1], 1, 2).json
    stranger = headers(enroll(ctx, station_id=make_station(ctx), roles=[Role.SUPERVISOR]))
    path = f"/v1/shifts/{shift['id']}"
    tag = {**stranger, "If-Match": '"1"'}
    assert client.get(path, headers=stranger).status_code == 404
    assert client.patch(path, json=desk.times(2, 3), headers=tag).status_code == 404
    assert client.post(f"{path}/cancel", headers=tag).status_code == 404
    assert desk.get(path).json == shift


def test_a_volunteer_plans_no_shifts(client, headers, guard, desk) -> None:
    body = {"member_id": str(guard[1]), **desk.times(1, 2)}
    answer = client.post("/v1/shifts", json=body, headers={**headers(guard[0]), "Idempotency-Key": "k" * 8})
    assert answer.status_code == 403
    assert TOWN
