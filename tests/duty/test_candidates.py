"""The nearest search and the engagement that follows it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.duty.models import DutyLive
from api.duty.queries import candidates_near, count_ready, last_positions
from api.duty.service import engage, release
from api.duty.types import CandidateQuery
from api.kernel.geo import Point, distance_m
from tests.builders.duty import make_on_duty
from tests.builders.grids import make_member, make_station
from tests.builders.identity import enroll
from tests.duty import TOWN, north


def near(ctx, station, *, radius_m=2_000, limit=50, **given):
    query = CandidateQuery(station, TOWN, radius_m, limit, ctx.now - timedelta(minutes=10), **given)
    return candidates_near(ctx.session, query)


def test_nearest_first_within_the_radius(ctx, station) -> None:
    people = {metres: make_on_duty(ctx, station, north(metres)).member_id for metres in (900, 30, 1990, 400, 2010)}
    found = near(ctx, station)
    assert [c.member_id for c in found] == [people[metres] for metres in (30, 400, 900, 1990)]
    assert [round(c.distance_m) for c in found] == pytest.approx([30, 400, 900, 1990], rel=0.006)
    assert [c.member_id for c in near(ctx, station, limit=2)] == [people[30], people[400]]


def test_another_station_s_members_are_not_seen(ctx, station) -> None:
    make_on_duty(ctx, make_station(ctx), TOWN)
    assert near(ctx, station) == []


def test_force_and_every_skill_must_fit(ctx, station) -> None:
    both = make_on_duty(ctx, station, north(10), skills=("first_aid", "boat"))
    make_on_duty(ctx, station, north(20), skills=("first_aid",))
    officer = make_on_duty(ctx, station, north(30), force="auxiliary")
    assert len(near(ctx, station, skills=frozenset({"first_aid"}))) == 2
    assert [c.member_id for c in near(ctx, station, skills=frozenset({"first_aid", "boat"}))] == [both.member_id]
    assert [c.member_id for c in near(ctx, station, force="auxiliary")] == [officer.member_id]
    assert near(ctx, station, force="nobody") == []


def test_off_duty_and_never_seen_are_left_out_stale_and_engaged_are_marked(ctx, station) -> None:
    make_on_duty(ctx, station, None)
    off = make_member(ctx, station, enroll(ctx, station_id=station).id)
    engage(ctx, off, ctx.new_id())
    incident = ctx.new_id()
    busy = make_on_duty(ctx, station, north(5), engaged_with=incident)
    stale = make_on_duty(ctx, station, north(6), fix_age_s=601)
    fresh = make_on_duty(ctx, station, north(7), fix_age_s=599)
    found = {c.member_id: c for c in near(ctx, station)}
    assert list(found) == [busy.member_id, stale.member_id, fresh.member_id]
    assert found[busy.member_id].engaged_with == incident
    assert [c.fresh for c in found.values()] == [True, False, True]
    assert found[busy.member_id].person_id == busy.person.id


def test_the_search_is_one_walk_along_the_index(ctx, station) -> None:
    ctx.session.execute(text("SET LOCAL enable_seqscan = off"))
    ctx.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    plan = "\n".join(
        ctx.session.scalars(
            text(
                "EXPLAIN SELECT member_id FROM duty_live d WHERE d.on_duty AND d.station_id = :station"
                " AND ST_DWithin(d.position, CAST(:here AS geography), 500, false)"
                " ORDER BY d.position <-> CAST(:here AS geography) LIMIT 7"
            ),
            {"station": station, "here": TOWN.ewkt},
        )
    )
    assert "Index Scan using ix_duty_live_near" in plan
    assert 'Order By: ("position" <->' in plan
    assert "Sort" not in plan


def test_last_positions_and_counts(ctx, station) -> None:
    here = make_on_duty(ctx, station, TOWN)
    make_on_duty(ctx, station, TOWN, fix_age_s=5_000)
    make_on_duty(ctx, station, TOWN, engaged_with=ctx.new_id())
    nowhere = make_on_duty(ctx, station, None, force="officer")
    [last] = last_positions(ctx.session, [here.member_id, nowhere.member_id])
    assert (last.member_id, last.accuracy_m) == (here.member_id, 8.0)
    assert distance_m(last.position, TOWN) < 0.01
    counts = count_ready(ctx.session, station, fresh_after=ctx.now - timedelta(minutes=10))
    assert counts == [("officer", 1, 0, 0), ("volunteer", 3, 1, 1)]


def test_engaging_is_for_one_incident_at_a_time(ctx, member) -> None:
    first, second = ctx.new_id(), ctx.new_id()
    assert engage(ctx, member.member_id, first)
    assert engage(ctx, member.member_id, first)
    assert not engage(ctx, member.member_id, second)
    release(ctx, first)
    assert engage(ctx, member.member_id, second)


def test_release_frees_only_those_named(ctx, station) -> None:
    incident = ctx.new_id()
    one, two = (make_on_duty(ctx, station, TOWN, engaged_with=incident) for _ in range(2))
    release(ctx, incident, [one.member_id])
    assert [c.engaged_with for c in sorted(near(ctx, station), key=lambda c: c.member_id == two.member_id)] == [
        None,
        incident,
    ]


def test_somebody_who_was_never_on_duty_can_be_engaged(ctx, station) -> None:
    member_id = make_member(ctx, station, enroll(ctx, station_id=station).id)
    assert engage(ctx, member_id, ctx.new_id())


def test_released_off_duty_they_are_located_no_longer(ctx, station) -> None:
    member_id = make_member(ctx, station, enroll(ctx, station_id=station).id)
    incident = ctx.new_id()
    engage(ctx, member_id, incident)
    ctx.session.execute(
        text("UPDATE duty_live SET position = CAST(:here AS geography), fix_at = now()"), {"here": TOWN.ewkt}
    )
    release(ctx, incident)
    assert last_positions(ctx.session, [member_id]) == []


def test_a_changed_profile_reaches_the_search(ctx, station, member) -> None:
    ctx.session.execute(text("UPDATE members SET force = 'auxiliary'"))
    put_on_duty_again = near(ctx, station, force="auxiliary")
    assert put_on_duty_again == []
    from api.duty.service import refresh_profiles

    refresh_profiles(ctx, [member.member_id])
    assert [c.member_id for c in near(ctx, station, force="auxiliary")] == [member.member_id]


@pytest.mark.parametrize("status", ["suspended", "left"])
def test_who_is_no_longer_active_goes_off_duty(ctx, station, member, status) -> None:
    from api.duty.service import refresh_profiles

    ctx.session.execute(
        text("UPDATE members SET status = :status, left_on = CASE WHEN :status = 'left' THEN current_date END"),
        {"status": status},
    )
    refresh_profiles(ctx, [member.member_id])
    assert near(ctx, station) == []
    live = ctx.session.get(DutyLive, member.member_id, populate_existing=True)
    assert (live.on_duty, live.active) == (False, False)
    assert ctx.session.scalar(text("SELECT end_cause FROM duty_periods")) == "inactive"


def test_a_place_at_the_date_line_is_no_problem(ctx, station) -> None:
    here = Point(0.0, 179.9999)
    there = make_on_duty(ctx, station, Point(0.0, -179.9999))
    query = CandidateQuery(station, here, 500, 5, ctx.now)
    assert [c.member_id for c in candidates_near(ctx.session, query)] == [there.member_id]
