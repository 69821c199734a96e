"""Whom a notice means."""

import pytest

from api.grids.rules import read_area
from api.grids.types import Area
from api.identity.queries import phone_index
from api.identity.types import Role
from api.kernel.geo import Datum, Point
from api.notices.errors import TargetEmpty, TargetUnknown
from api.notices.types import Target
from tests.builders.duty import put_on_duty
from tests.builders.grids import make_grid, make_station
from tests.notices.stage import Stage, draft, make_stage, rows, send, service


@pytest.fixture
def stage(ctx) -> Stage:
    stage = make_stage(ctx)
    stage.add("ann", "e1")
    stage.add("bob", "e2", phones=2)
    stage.add("cid", "w1", phones=0)
    stage.add("dee", None)
    return stage


def square(lat: float, lon: float, size: float) -> Area:
    ring = [[lon, lat], [lon + size, lat], [lon + size, lat + size], [lon, lat + size], [lon, lat]]
    return read_area("Polygon", [ring], Datum.WGS84)


def test_the_whole_station_is_everybody_staff_included(stage: Stage) -> None:
    desk = stage.desk()
    send(desk, Target(whole_station=True))
    assert stage.told() == {
        "ann": ["push"], "bob": ["push", "push"], "cid": ["sms"], "dee": ["push"], "?": ["sms"],
    }  # fmt: skip


def test_a_community_means_its_grids_too(stage: Stage) -> None:
    send(stage.desk(), Target(unit_ids=(stage.east,)))
    assert set(stage.told()) == {"ann", "bob"}


def test_a_drawn_area_means_the_grids_it_reaches_into_and_not_those_it_only_borders_on(stage: Stage) -> None:
    # Exactly e1: it shares its eastern border with e2.
    send(stage.desk(), Target(area=square(29.70, 107.38, 0.01)))
    assert set(stage.told()) == {"ann"}


def test_who_is_on_duty_inside_a_drawn_area_is_meant_wherever_enrolled(stage: Stage) -> None:
    member = stage.add("eve", "w1")
    row = stage.ctx.session.connection().exec_driver_sql("SELECT id FROM members WHERE person_id = %s", (member.id,))
    put_on_duty(stage.ctx, row.scalar_one(), Point(29.705, 107.385))
    send(stage.desk(), Target(area=square(29.70, 107.38, 0.01)))
    assert set(stage.told()) == {"ann", "eve"}


def test_forces_and_roles_narrow_it(stage: Stage) -> None:
    stage.add("fay", "e1", force="medic")
    send(stage.desk(), Target(whole_station=True, forces=("medic",)))
    assert set(stage.told()) == {"fay"}


def test_roles_alone_reach_staff(stage: Stage) -> None:
    send(stage.desk(Role.SUPERVISOR, Role.DISPATCHER), Target(whole_station=True, roles=(Role.SUPERVISOR,)))
    assert set(stage.told()) == {"?"}


def test_on_duty_only_leaves_out_who_is_off_duty(stage: Stage) -> None:
    ann = stage.people["ann"]
    row = stage.ctx.session.connection().exec_driver_sql("SELECT id FROM members WHERE person_id = %s", (ann.id,))
    put_on_duty(stage.ctx, row.scalar_one(), Point(29.705, 107.385))
    send(stage.desk(), Target(whole_station=True, on_duty_only=True))
    assert set(stage.told()) == {"ann"}


def test_nobody_at_another_station_hears_of_it(stage: Stage, ctx) -> None:
    other = make_stage(ctx)
    other.add("zoe", "e1")
    send(stage.desk(), Target(area=square(29.60, 107.20, 0.5)))
    assert set(stage.told()) == {"ann", "bob", "cid"}


def test_units_of_another_station_are_refused(stage: Stage, ctx) -> None:
    foreign = make_grid(ctx, make_station(ctx))
    desk = stage.desk()
    with pytest.raises(TargetUnknown):
        service.write_notice(desk, draft=draft(desk, Target(unit_ids=(stage.east, foreign))))


def test_a_notice_to_nowhere_is_refused(stage: Stage) -> None:
    desk = stage.desk()
    with pytest.raises(TargetEmpty):
        service.write_notice(desk, draft=draft(desk, Target(forces=("medic",))))


def test_whoever_wrote_stop_gets_no_text_and_counts_as_unreachable(stage: Stage) -> None:
    cid = stage.people["cid"]
    index = phone_index(cid.person.phone)
    rows(
        stage.ctx, "INSERT INTO opt_outs VALUES (gen_random_uuid(), :index, 'reply', now()) RETURNING id", index=index
    )  # fmt: skip
    desk = stage.desk()
    target = Target(unit_ids=(stage.west,))
    assert service.preview_notice(desk, draft=draft(desk, target)).unreachable == 1
    send(desk, target)
    assert stage.told() == {}
