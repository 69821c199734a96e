"""Filing: the same incident is not filed twice by accident, and what is corrected is corrected once."""

import os
from dataclasses import replace

import pytest
from sqlalchemy import text

from api.identity.errors import PhoneUnusable
from api.incidents import service
from api.incidents.errors import IncidentOver, PossibleDuplicate
from api.incidents.queries.incidents import list_incidents, nearby_incidents
from api.incidents.types import (
    Cancellation,
    CancelReason,
    IncidentEdit,
    IncidentKind,
    LinkKind,
    ListQuery,
    NearbyQuery,
    NewLink,
    Requester,
)
from api.kernel.errors import NotFound, StaleVersion
from api.kernel.geo import Datum, Point
from tests.builders.grids import box, make_grid
from tests.builders.incidents import PHONE, PLACE, Scene, make_scene, new_incident, report

NEAR = Point(PLACE.lat + 0.001, PLACE.lon)  # 111 m
FAR = Point(PLACE.lat + 0.05, PLACE.lon)


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=0)


def file(scene: Scene, **changes):
    return service.report_incident(scene.dispatcher, replace(new_incident(**changes), duplicate_checked=False))


class TestDuplicates:
    def test_the_same_kind_nearby_is_shown_before_it_is_filed(self, scene: Scene) -> None:
        first = report(scene)
        with pytest.raises(PossibleDuplicate) as refusal:
            file(scene, place=NEAR, requester=Requester())
        [candidate] = refusal.value.facts["candidates"]
        assert (candidate["id"], candidate["distance_m"], candidate["same_requester"]) == (first, 111, False)

    def test_the_same_number_is_shown_wherever_it_happened(self, scene: Scene) -> None:
        report(scene)
        with pytest.raises(PossibleDuplicate) as refusal:
            file(scene, place=FAR, kind=IncidentKind.TRAFFIC, requester=Requester(None, "138 1234 5678"))
        assert refusal.value.facts["candidates"][0]["same_requester"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"place": FAR, "requester": Requester()},
            {"kind": IncidentKind.TRAFFIC, "requester": Requester()},
            {"requester": Requester(None, "13912345678"), "place": FAR},
        ],
    )
    def test_what_is_clearly_another_one_is_filed(self, scene: Scene, changes) -> None:
        report(scene)
        assert file(scene, **changes)

    def test_what_is_over_or_elsewhere_or_old_is_no_duplicate(self, scene: Scene) -> None:
        over = report(scene)
        service.cancel_incident(scene.dispatcher, Cancellation(over, CancelReason.OTHER))
        report(make_scene(scene.base, volunteers=0))
        old = report(scene)
        scene.base.session.execute(
            text("UPDATE incidents SET reported_at = now() - interval '3 hours' WHERE id = :id"), {"id": old}
        )
        assert nearby_incidents(scene.dispatcher, scene.station_id, NearbyQuery(PLACE, IncidentKind.OTHER)) == []


class TestWhatIsStored:
    def test_the_place_is_wgs84_and_its_datum_and_unit_are_kept(self, scene: Scene) -> None:
        grid = make_grid(scene.ctx, scene.station_id, box(PLACE.lat - 0.005, PLACE.lon - 0.005), name="一网格")
        detail = service.show_incident(scene.dispatcher, report(scene, datum=Datum.GCJ02))
        assert (detail.place.lat, detail.place.lon) == (pytest.approx(PLACE.lat), pytest.approx(PLACE.lon))
        assert (detail.place_datum, detail.unit_id, detail.unit_name) == ("gcj02", grid, "一网格")

    def test_the_number_is_stored_in_one_form(self, scene: Scene) -> None:
        incident_id = report(scene, requester=Requester("李四", "138 1234 5678"))
        assert service.show_incident(scene.dispatcher, incident_id).requester["phone"] == PHONE

    def test_a_number_that_is_none_is_refused(self, scene: Scene) -> None:
        with pytest.raises(PhoneUnusable):
            report(scene, requester=Requester("李四", "12345"))

    def test_a_taken_reference_is_drawn_again(self, scene: Scene) -> None:
        zero = replace(scene.dispatcher, entropy=lambda count: bytes(count) if count == 5 else os.urandom(count))
        draws = iter([bytes(5), b"\2" * 5])
        second = replace(zero, entropy=lambda count: next(draws) if count == 5 else os.urandom(count))
        refs = [
            service.show_incident(scene.dispatcher, service.report_incident(ctx, new_incident())).ref
            for ctx in (zero, replace(second, now=scene.dispatcher.now))
        ]
        assert refs[0] == "000-0000"
        assert refs[1] != refs[0]

    def test_reading_one_is_audited(self, scene: Scene) -> None:
        incident_id = report(scene)
        service.show_incident(scene.supervisor, incident_id)
        read = text("SELECT actor_id FROM audit_entries WHERE action = 'incident.read' AND subject_id = :id")
        assert list(scene.base.session.scalars(read, {"id": incident_id})) == [scene.supervisor.actor.person_id]


class TestEditing:
    def test_an_edit_changes_what_it_names_and_the_version(self, scene: Scene) -> None:
        incident_id = report(scene)
        edit(
            scene, incident_id, 1, colour="red", place=(NEAR, Datum.WGS84), requester=Requester("王五", "023-72223333")
        )
        detail = service.show_incident(scene.dispatcher, incident_id)
        assert (detail.colour, detail.version, detail.description) == ("red", 2, "老人在楼道跌倒，需要搀扶")
        assert detail.place.lat == pytest.approx(NEAR.lat)
        assert detail.requester == {"name": "王五", "phone": "+862372223333", "masked": False}

    def test_of_two_edits_of_one_version_the_second_is_refused(self, scene: Scene) -> None:
        incident_id = report(scene)
        edit(scene, incident_id, 1, colour="red")
        with pytest.raises(StaleVersion):
            edit(scene, incident_id, 1, colour="blue")

    def test_what_is_over_is_not_edited(self, scene: Scene) -> None:
        incident_id = report(scene)
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
        with pytest.raises(IncidentOver):
            edit(scene, incident_id, 1, colour="red")

    def test_a_foreign_incident_does_not_exist(self, scene: Scene) -> None:
        incident_id = report(scene)
        other = make_scene(scene.base, volunteers=0)
        with pytest.raises(NotFound):
            edit(other, incident_id, 1, colour="red")
        with pytest.raises(NotFound):
            service.show_incident(other.dispatcher, incident_id)


def edit(scene: Scene, incident_id, version: int, **changes) -> None:
    service.edit_incident(scene.dispatcher, IncidentEdit(incident_id, version, changes))


class TestLinks:
    def test_a_later_call_is_joined(self, scene: Scene) -> None:
        incident_id = report(scene)
        service.link_incident(scene.dispatcher, NewLink(incident_id, LinkKind.CHASE_UP, note="催问进展"))
        [link] = service.show_incident(scene.dispatcher, incident_id).links
        assert (link["kind"], link["note"]) == ("chase_up", "催问进展")

    def test_only_incidents_of_the_station_are_joined(self, scene: Scene) -> None:
        incident_id = report(scene)
        foreign = report(make_scene(scene.base, volunteers=0))
        for new in (
            NewLink(incident_id, LinkKind.SAME_EVENT, other_id=foreign),
            NewLink(foreign, LinkKind.SAME_EVENT, other_id=incident_id),
        ):
            with pytest.raises(NotFound):
                service.link_incident(scene.dispatcher, new)


def test_the_list_filters_and_pages(scene: Scene) -> None:
    ids = [report(scene, colour=colour) for colour in ("red", "blue", "red")]
    service.cancel_incident(scene.dispatcher, Cancellation(ids[0], CancelReason.OTHER))
    report(make_scene(scene.base, volunteers=0))

    def listed(**filters) -> list:
        return [row["id"] for row in list_incidents(scene.base.session, scene.station_id, ListQuery(**filters))]

    assert listed() == sorted(ids, reverse=True)
    assert listed(colour="red") == sorted([ids[0], ids[2]], reverse=True)
    assert listed(states=("cancelled",)) == [ids[0]]
    assert listed(kind="traffic") == []
    first = listed(limit=2)
    assert first + listed(limit=2, before=first[-1]) == sorted(ids, reverse=True)
