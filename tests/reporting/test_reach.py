"""Who can be reached and who answers, in numbers."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.grids.types import STATION_ZONE
from api.identity.types import Role
from api.incidents.types import NeedOrder
from api.plumbing.context import Ctx
from api.reporting.queries import reach_lines, reach_report, response_curve, response_lines
from api.reporting.types import Period, ReachQuery, ResponseQuery, Spread, Standing
from tests.builders.identity import bearer, enroll, open_session
from tests.builders.incidents import Scene, dispatch, make_scene, offers, report
from tests.notices.stage import Stage, make_stage

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def stage(ctx: Ctx) -> Stage:
    stage = make_stage(ctx)
    for name, grid in (("ann", "e1"), ("bob", "e1"), ("cid", "e2"), ("dee", "w1")):
        stage.add(name, grid)
    know(stage, "ann", "push", proved_at=NOW)
    know(stage, "bob", "push", proved_at=NOW - 9 * DAY, failed_at=NOW, failure="unregistered")
    know(stage, "bob", "sms", proved_at=NOW - DAY)
    know(stage, "cid", "push", failed_at=NOW, failure="no_answer")
    return stage


def know(stage: Stage, name: str, channel: str, **values) -> None:
    given = {"proved_at": None, "failed_at": None, "failure": None, **values}
    stage.ctx.session.execute(
        text(
            "INSERT INTO reach_states (person_id, channel, station_id, next_at, proved_at, failed_at, failure)"
            " VALUES (:id, :channel, :station, now(), :proved_at, :failed_at, :failure)"
        ),
        {"id": stage.people[name].id, "channel": channel, "station": stage.station_id, **given},
    )


def standings(stage: Stage, **query) -> dict[str, str]:
    lines = reach_lines(stage.ctx.session, stage.station_id, ReachQuery(**query), after=None, limit=50)
    people = stage.ctx.session.execute(text("SELECT id, person_id FROM members")).all()
    names = {member: name for member, person in people for name, one in stage.people.items() if one.id == person}
    return {names[line.member_id]: line.standing for line in lines}


def test_the_best_channel_says_whether_somebody_can_be_reached(stage: Stage) -> None:
    assert standings(stage) == {"ann": "proved", "bob": "proved", "cid": "never", "dee": "untested"}
    know(stage, "dee", "push", proved_at=NOW - 2 * DAY, failed_at=NOW)
    assert standings(stage, standing=Standing.LOST) == {"dee": "lost"}


def test_grids_add_up_to_the_station(stage: Stage) -> None:
    found = reach_report(stage.ctx.session, stage.station_id)
    assert [(grid.members, grid.proved, grid.never, grid.untested) for grid in found.grids] == [
        (2, 2, 0, 0), (1, 0, 1, 0), (1, 0, 0, 1),
    ]  # fmt: skip
    assert (found.total.members, found.total.proved, found.total.share) == (4, 2, 0.5)
    for name in ("members", "proved", "lost", "never", "untested"):
        assert sum(getattr(grid, name) for grid in found.grids) == getattr(found.total, name)


def test_members_of_another_station_are_in_nobody_elses_report(stage: Stage, ctx: Ctx) -> None:
    other = make_stage(ctx)
    other.add("zoe", "e1")
    assert "zoe" not in standings(stage)
    assert reach_report(stage.ctx.session, other.station_id).total.members == 1


@pytest.fixture
def scene(ctx: Ctx) -> Scene:
    """Four were asked: one came, one said no, two stayed silent, one of whom has never answered anything."""
    scene = make_scene(ctx, volunteers=4)
    dispatch_id = dispatch(scene, report(scene), NeedOrder(4))
    asked = offers(scene, dispatch_id)
    assert len(asked) == 4
    went, refused, quiet, never = (offer["id"] for offer in asked)
    shift(ctx, went, state="arrived", answered_at=20, accepted_at=20, departed_at=80, arrived_at=200)
    shift(ctx, refused, state="declined", answered_at=10)
    shift(ctx, quiet, state="silent")
    shift(ctx, never, state="silent")
    return scene


def shift(ctx: Ctx, offer_id: UUID, *, state: str, **seconds: int) -> None:
    moments = ", ".join(f"{name} = offered_at + interval '{span} seconds'" for name, span in seconds.items())
    ctx.session.execute(
        text(f"UPDATE offers SET state = '{state}'{', ' if moments else ''}{moments} WHERE id = :id"),
        {"id": offer_id},
    )


def today(ctx: Ctx) -> Period:
    day = ctx.now.astimezone(STATION_ZONE).date()
    return Period(day, day)


def test_ask_11_response_curves_from_asking_to_arriving(ctx: Ctx, scene: Scene) -> None:
    found = response_curve(ctx.session, scene.station_id, ResponseQuery(), period=today(ctx), now=ctx.now)
    assert (found.asked, found.accepted, found.declined, found.silent) == (4, 1, 1, 2)
    assert found.to_accept == Spread(1, 20.0, 20.0)
    assert found.to_leave == Spread(1, 60.0, 60.0)
    assert found.to_arrive == Spread(1, 200.0, 200.0)
    assert [(point.within_s, point.share) for point in found.curve][:3] == [(15, 0.0), (30, 0.25), (45, 0.25)]
    shares = [point.share for point in found.curve]
    assert shares == sorted(shares)


def test_ask_11_who_never_answers(ctx: Ctx, scene: Scene) -> None:
    lines = response_lines(
        ctx.session, scene.station_id, ResponseQuery(), period=today(ctx), now=ctx.now, after=None, limit=50
    )
    assert sum(line.asked for line in lines) == 4
    assert [(line.silent, line.accepted + line.declined) for line in lines] == [(1, 0), (1, 0), (0, 1), (0, 1)]
    silent = response_lines(
        ctx.session, scene.station_id, ResponseQuery(silent=True), period=today(ctx), now=ctx.now, after=None, limit=50
    )
    assert {line.member_id for line in silent} == {line.member_id for line in lines[:2]}
    assert all(line.last_answered_at is None for line in silent)


def test_drills_never_count_among_the_real_ones(ctx: Ctx, scene: Scene) -> None:
    ctx.session.execute(text("UPDATE dispatches SET drill = true"))
    real, drill = (
        response_curve(ctx.session, scene.station_id, ResponseQuery(drills=drills), period=today(ctx), now=ctx.now)
        for drills in (False, True)
    )
    assert (real.asked, real.curve, drill.asked) == (0, (), 4)


def test_pages_go_through_everybody_once(ctx: Ctx, scene: Scene) -> None:
    seen, after = [], None
    while True:
        page = response_lines(
            ctx.session, scene.station_id, ResponseQuery(), period=today(ctx), now=ctx.now, after=after, limit=1
        )
        if not page:
            break
        seen.append(page[0].member_id)
        after = (page[0].silent, page[0].member_id)
    assert len(seen) == len(set(seen)) == 4


def test_the_desk_gets_pages_and_sheets(client, ctx: Ctx, scene: Scene) -> None:
    chief = bearer(open_session(ctx, enroll(ctx, station_id=scene.station_id, roles=[Role.SUPERVISOR])))
    day = today(ctx).first.isoformat()
    days = f"first={day}&last={day}"
    first = client.get(f"/v1/reports/responses?{days}&limit=3", headers=chief).json
    rest = client.get(f"/v1/reports/responses?{days}&limit=3&cursor={first['next_cursor']}", headers=chief).json
    assert (len(first["items"]), len(rest["items"])) == (3, 1)
    assert client.get(f"/v1/reports/responses/curve?{days}", headers=chief).json["asked"] == 4
    assert client.get("/v1/reports/reachability", headers=chief).json["total"]["untested"] == 4
    members = client.get("/v1/reports/reachability/members?standing=untested", headers=chief).json["items"]
    assert len(members) == 4
    for path in (f"responses.csv?{days}&silent=true", "reachability/members.csv"):
        answer = client.get(f"/v1/reports/{path}", headers=chief)
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
        assert rows[0][0] == "member_id"
        assert len(rows) in (3, 5)
    taken = ctx.session.execute(text("SELECT count(*) FROM audit_entries WHERE action = 'report.exported'")).scalar()
    assert taken == 2
    volunteer = bearer(open_session(ctx, replace(scene.people[0].person)))
    assert client.get("/v1/reports/reachability", headers=volunteer).status_code == 403
