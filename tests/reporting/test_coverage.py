"""Duty by grid and hour."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.plumbing.context import Ctx
from api.reporting.queries import coverage
from tests.builders.identity import bearer, enroll, open_session
from tests.notices.stage import Stage, make_stage

# Noon at the station.
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 12, 1)
HOUR = timedelta(hours=1)


@pytest.fixture
def stage(ctx: Ctx) -> Stage:
    stage = make_stage(ctx)
    for name, grid in (("ann", "e1"), ("bob", "e1"), ("cid", "w1")):
        stage.add(name, grid)
    return stage


def member(stage: Stage, name: str) -> UUID:
    found = text("SELECT id FROM members WHERE person_id = :id")
    return stage.ctx.session.execute(found, {"id": stage.people[name].id}).scalar_one()


def was_on(stage: Stage, name: str, since: datetime, until: datetime | None) -> None:
    stage.ctx.session.execute(
        text(
            "INSERT INTO duty_periods (id, station_id, member_id, started_at, start_cause, ended_at, end_cause)"
            " VALUES (:id, :station, :member, :since, 'person', CAST(:until AS timestamptz),"
            "         CASE WHEN CAST(:until AS timestamptz) IS NOT NULL THEN 'person' END)"
        ),
        {"id": stage.ctx.new_id(), "station": stage.station_id, "member": member(stage, name), "since": since,
         "until": until},
    )  # fmt: skip


def is_planned(stage: Stage, name: str, since: datetime, until: datetime, *, cancelled: bool = False) -> None:
    stage.ctx.session.execute(
        text(
            "INSERT INTO shifts (id, station_id, member_id, starts_at, ends_at, cancelled_at, created_at)"
            " VALUES (:id, :station, :member, :since, :until, :cancelled, :since)"
        ),
        {"id": stage.ctx.new_id(), "station": stage.station_id, "member": member(stage, name), "since": since,
         "until": until, "cancelled": NOW if cancelled else None},
    )  # fmt: skip


def hours(stage: Stage, day: date = TODAY) -> dict[str | None, list[int]]:
    """Grid -> the hours that have somebody, with how many."""
    told = coverage(stage.ctx.session, stage.station_id, day=day, now=NOW)
    return {line.grid_code: [f"{hour}:{n}" for hour, n in enumerate(line.hours) if n] for line in told.grids}


def grid_of(stage: Stage, name: str) -> str:
    found = text("SELECT u.code FROM members m JOIN units u ON u.id = m.grid_id WHERE m.id = :id")
    return stage.ctx.session.execute(found, {"id": member(stage, name)}).scalar_one()


def test_the_past_counts_duty_and_what_is_to_come_counts_shifts(stage: Stage) -> None:
    was_on(stage, "ann", NOW - 3 * HOUR, NOW - 2 * HOUR)
    was_on(stage, "ann", NOW - 2 * HOUR, NOW - 1.5 * HOUR)
    was_on(stage, "bob", NOW - 2 * HOUR, None)
    is_planned(stage, "cid", NOW - 4 * HOUR, NOW - 2 * HOUR)  # planned and never come
    is_planned(stage, "cid", NOW + 2 * HOUR, NOW + 3.5 * HOUR)
    is_planned(stage, "bob", NOW + 5 * HOUR, NOW + 6 * HOUR, cancelled=True)
    told = hours(stage)
    assert told[grid_of(stage, "ann")] == ["9:1", "10:2", "11:1"]
    assert told[grid_of(stage, "cid")] == ["14:1", "15:1"]


def test_midnight_belongs_to_both_days_and_yesterday_has_no_present(stage: Stage) -> None:
    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    was_on(stage, "ann", midnight - HOUR, midnight + HOUR)
    mine = grid_of(stage, "ann")
    assert (hours(stage)[mine], hours(stage, date(2026, 11, 30))[mine]) == (["0:1"], ["23:1"])
    told = coverage(stage.ctx.session, stage.station_id, day=date(2026, 11, 30), now=NOW)
    assert told.present_hour is None


def test_every_grid_is_there_with_its_gaps_and_its_members(stage: Stage) -> None:
    told = coverage(stage.ctx.session, stage.station_id, day=TODAY, now=NOW)
    members = {line.grid_code: line.members for line in told.grids}
    assert members[grid_of(stage, "ann")] == 2
    assert told.grids[-1].grid_id is None
    assert {len(line.hours) for line in told.grids} == {24}
    assert told.present_hour == 12


def test_the_desk_reads_it_and_volunteers_do_not(client, ctx: Ctx, stage: Stage) -> None:
    def signed_in(role: Role) -> dict[str, str]:
        return bearer(open_session(ctx, enroll(ctx, station_id=stage.station_id, roles=[role])))

    desk, volunteer = signed_in(Role.DISPATCHER), signed_in(Role.VOLUNTEER)
    told = client.get("/v1/reports/coverage", headers=desk)
    assert (told.status_code, len(told.json["grids"][0]["hours"])) == (200, 24)
    assert client.get("/v1/reports/coverage?day=tomorrow", headers=desk).status_code == 422
    assert client.get("/v1/reports/coverage", headers=volunteer).status_code == 403
