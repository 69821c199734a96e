"""When nobody is left to ask: who is told, after how long, once each, and that nobody can forget it."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.incidents import service
from api.incidents.service.policies import write_policy
from api.incidents.types import (
    Colour,
    IncidentEdit,
    IncidentKind,
    NextRung,
    PolicyDraft,
    Refusal,
    Rung,
)
from tests.builders.grids import box, make_station
from tests.builders.identity import enroll
from tests.builders.incidents import PLACE, Scene, accept, add_volunteer, dispatch, make_scene, offers, report

PATROL, NEIGHBOURS, CENTRE = Rung.PATROL_OFFICERS, Rung.NEIGHBOUR_STATIONS, Rung.COMMAND_CENTRE


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=0)


def urgent(scene: Scene, **changes) -> tuple[UUID, UUID]:
    incident_id = report(scene, kind=IncidentKind.URGENT_HELP, **changes)
    return incident_id, dispatch(scene, incident_id)


def clocks(scene: Scene, dispatch_id: UUID) -> dict[str, timedelta]:
    """The rungs that wait, and how long from now."""
    rows = scene.base.session.execute(
        text(
            "SELECT args ->> 'rung' AS rung, due_at - now() AS due FROM timers"
            " WHERE subject_id = :id AND job LIKE '%next_rung' AND state = 'waiting'"
        ),
        {"id": dispatch_id},
    )
    return {row.rung: row.due for row in rows}


def told(scene: Scene, template: str) -> set[UUID]:
    rows = scene.base.session.scalars(text("SELECT person_id FROM outbox WHERE template = :name"), {"name": template})
    return set(rows)


def tell(scene: Scene, dispatch_id: UUID, rung: Rung = PATROL, fence: int = 1) -> int:
    return service.tell_rung(scene.ctx, dispatch_id, rung=rung, fence=fence)


class TestClocks:
    def test_they_are_set_when_nobody_is_left_and_not_before(self, scene: Scene) -> None:
        add_volunteer(scene, metres=100)
        _, dispatch_id = urgent(scene)
        assert clocks(scene, dispatch_id) == {}
        service.decline_offer(scene.people[0].ctx, Refusal(offers(scene, dispatch_id)[0]["id"]))
        waits = clocks(scene, dispatch_id)
        assert set(waits) == {PATROL, NEIGHBOURS, CENTRE}
        assert waits[PATROL] < timedelta(seconds=5) < waits[NEIGHBOURS] < timedelta(seconds=125) < waits[CENTRE]

    def test_they_count_from_the_first_time_however_often_somebody_is_found_in_between(self, scene: Scene) -> None:
        _, dispatch_id = urgent(scene)
        earlier = text("UPDATE dispatches SET ran_out_at = ran_out_at - interval '100 seconds' WHERE id = :id")
        scene.base.session.execute(earlier, {"id": dispatch_id})
        add_volunteer(scene, metres=100)
        service.ask_more(scene.ctx, dispatch_id, fence=1)
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "asking"
        service.decline_offer(scene.people[0].ctx, Refusal(offers(scene, dispatch_id)[0]["id"]))
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "exhausted"
        rows = scene.base.session.execute(
            text("SELECT step, due_at - now() AS due FROM timers WHERE subject_id = :id AND step = :step"),
            {"id": dispatch_id, "step": f"{NEIGHBOURS}-3"},
        ).one()
        assert rows.due < timedelta(seconds=25)

    def test_a_place_that_was_filled_and_opens_again_starts_anew(self, scene: Scene) -> None:
        _, dispatch_id = urgent(scene)
        earlier = text("UPDATE dispatches SET ran_out_at = ran_out_at - interval '1 hour' WHERE id = :id")
        scene.base.session.execute(earlier, {"id": dispatch_id})
        add_volunteer(scene, metres=100)
        service.ask_more(scene.ctx, dispatch_id, fence=1)
        [offer] = offers(scene, dispatch_id)
        accept(scene, offer)
        service.drop_out(scene.people[0].ctx, Refusal(offer["id"]))
        age = scene.base.session.scalar(
            text("SELECT now() - ran_out_at FROM dispatches WHERE id = :id"), {"id": dispatch_id}
        )
        assert age < timedelta(minutes=1)

    def test_an_edit_touches_none(self, scene: Scene) -> None:
        incident_id, dispatch_id = urgent(scene)
        before = clocks(scene, dispatch_id)
        service.edit_incident(scene.dispatcher, IncidentEdit(incident_id, 1, {"description": "更正"}))
        assert clocks(scene, dispatch_id) == before

    def test_an_ended_dispatch_has_none(self, scene: Scene) -> None:
        _, dispatch_id = urgent(scene)
        service.end_dispatch(scene.dispatcher, dispatch_id)
        assert clocks(scene, dispatch_id) == {}
        assert tell(scene, dispatch_id) == 0

    def test_the_policy_says_which_and_when(self, scene: Scene) -> None:
        rungs = (NextRung(CENTRE, 600),)
        write_policy(scene.supervisor, PolicyDraft(IncidentKind.URGENT_HELP, None, 0, {"next_rungs": rungs}))
        _, dispatch_id = urgent(scene)
        waits = clocks(scene, dispatch_id)
        assert (set(waits), waits[CENTRE] > timedelta(seconds=590)) == ({CENTRE}, True)


class TestTelling:
    def test_patrol_officers_of_the_station_once(self, scene: Scene, ctx) -> None:
        officer = enroll(scene.ctx, station_id=scene.station_id, roles=(Role.PATROL_OFFICER,))
        enroll(scene.ctx, station_id=make_station(ctx), roles=(Role.PATROL_OFFICER,))
        incident_id, dispatch_id = urgent(scene)
        assert (tell(scene, dispatch_id), tell(scene, dispatch_id)) == (1, 0)
        assert told(scene, "officers_needed") == {officer.id}
        events = service.show_timeline(scene.dispatcher, incident_id, after=0, limit=50)
        assert [event["data"]["rung"] for event in events if event["kind"] == "rung_told"] == [PATROL]

    def test_the_desks_of_the_stations_nearby_the_nearest_three(self, scene: Scene, ctx) -> None:
        lat, lon = PLACE.lat, PLACE.lon
        near = [make_station(ctx, area=box(lat + 0.02 * step, lon)) for step in range(1, 5)]
        make_station(ctx, area=box(lat + 1, lon))
        desks = [enroll(ctx, station_id=station, roles=(Role.DISPATCHER,)).id for station in near]
        enroll(ctx, station_id=near[0], roles=(Role.VOLUNTEER,))
        _, dispatch_id = urgent(scene)
        assert tell(scene, dispatch_id, NEIGHBOURS) == 3
        assert told(scene, "neighbour_asks") == set(desks[:3])

    def test_the_command_centre_is_whoever_has_a_desk_at_the_district(self, scene: Scene, ctx) -> None:
        district = ctx.new_id()
        ctx.session.execute(
            text(
                "INSERT INTO units (id, kind, code, name, source, valid_from, created_at)"
                " VALUES (:id, 'district', '500199000000', '测试分局', 'synthetic', '2020-01-01', now())"
            ),
            {"id": district},
        )
        move = text("UPDATE units SET parent_id = :district WHERE id = :station")
        ctx.session.execute(move, {"district": district, "station": scene.station_id})
        chief = enroll(ctx, station_id=district, roles=(Role.SUPERVISOR,))
        _, dispatch_id = urgent(scene)
        assert tell(scene, dispatch_id, CENTRE) == 1
        assert told(scene, "station_overwhelmed") == {chief.id}

    def test_nobody_is_told_while_somebody_is_still_asked(self, scene: Scene) -> None:
        enroll(scene.ctx, station_id=scene.station_id, roles=(Role.PATROL_OFFICER,))
        _, dispatch_id = urgent(scene)
        add_volunteer(scene, metres=100)
        service.ask_more(scene.ctx, dispatch_id, fence=1)
        assert tell(scene, dispatch_id) == 0
        service.decline_offer(scene.people[0].ctx, Refusal(offers(scene, dispatch_id)[0]["id"]))
        assert tell(scene, dispatch_id) == 1

    def test_a_stale_clock_does_nothing(self, scene: Scene) -> None:
        _, dispatch_id = urgent(scene)
        assert tell(scene, dispatch_id, fence=9) == 0

    def test_a_rung_with_nobody_on_it_is_noted_and_the_others_still_come(self, scene: Scene) -> None:
        incident_id, dispatch_id = urgent(scene)
        assert tell(scene, dispatch_id) == 0
        events = service.show_timeline(scene.dispatcher, incident_id, after=0, limit=50)
        assert [event["data"]["told"] for event in events if event["kind"] == "rung_told"] == [0]
        assert {NEIGHBOURS, CENTRE} <= set(clocks(scene, dispatch_id))

    def test_a_red_one_does_not_wait_with_its_next_rung(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene, colour=Colour.RED))
        assert clocks(scene, dispatch_id)[PATROL] < timedelta(seconds=5)


def district(scene: Scene) -> UUID:
    """A district above the scene's station, with a chief at its desk; returns the chief."""
    district_id = scene.base.new_id()
    scene.base.session.execute(
        text(
            "INSERT INTO units (id, kind, code, name, source, valid_from, created_at)"
            " VALUES (:id, 'district', '500198000000', '测试分局', 'synthetic', '2020-01-01', now())"
        ),
        {"id": district_id},
    )
    move = text("UPDATE units SET parent_id = :district WHERE id = :station")
    scene.base.session.execute(move, {"district": district_id, "station": scene.station_id})
    return enroll(scene.base, station_id=district_id, roles=(Role.SUPERVISOR,)).id


class TestNobodyOwnsIt:
    def test_without_anybody_at_the_desk_the_command_centre_is_told_at_once(self, scene: Scene) -> None:
        chief, incident_id = district(scene), report(scene)
        scene.base.session.execute(
            text("UPDATE people SET status = 'left' WHERE station_id = :id"), {"id": scene.station_id}
        )
        assert service.report_overdue(scene.ctx, incident_id, fence=1, nag=0)
        assert told(scene, "station_overwhelmed") == {chief}

    def test_a_desk_that_does_not_move_is_passed_over_at_the_third_reminder(self, scene: Scene) -> None:
        chief, incident_id = district(scene), report(scene)
        for nag, expected in ((0, set()), (1, set()), (2, {chief})):
            service.report_overdue(scene.ctx, incident_id, fence=1, nag=nag)
            assert told(scene, "station_overwhelmed") == expected
