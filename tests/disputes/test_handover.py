"""An incident becomes a dispute: ordered by the desk, carried by a job, linked both ways, once."""

import pytest
from sqlalchemy import text

from api.disputes.service import show_case
from api.identity.types import Role
from api.incidents.errors import DrillHandedOver, IncidentOver
from api.incidents.service import cancel_incident, show_incident
from api.incidents.service.handing_over import JOB, hand_to_disputes
from api.incidents.types import Cancellation, CancelReason, IncidentKind
from api.kernel.errors import NotFound
from api.plumbing.context import SYSTEM, open_ctx
from api.plumbing.timers import Timer
from tests.builders.disputes import make_office
from tests.builders.identity import bearer, open_session
from tests.builders.incidents import Scene, make_scene, report
from workers.jobs.handovers import incident_to_dispute


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=0)


def carry(scene: Scene, incident_id) -> None:
    """Run the job as a worker would."""
    session = scene.base.session
    timer = session.query(Timer).filter_by(job=JOB, subject_id=incident_id).one()
    incident_to_dispute(open_ctx(session, SYSTEM, request_id="test"), timer)


def test_one_dispute_per_incident_linked_both_ways(scene: Scene) -> None:
    desk = scene.desk[Role.DISPATCHER]
    incident_id = report(scene, kind=IncidentKind.DISPUTE)
    assert hand_to_disputes(desk.ctx, incident_id, category="0101") is None
    assert hand_to_disputes(desk.ctx, incident_id, category="0101") is None
    carry(scene, incident_id)
    carry(scene, incident_id)
    dispute_id = show_incident(desk.ctx, incident_id).dispute_id
    assert hand_to_disputes(desk.ctx, incident_id, category="0101") == dispute_id
    seen = show_case(desk.ctx, dispute_id)
    assert (seen.incident_id, seen.source, seen.category, seen.received_by) == (
        incident_id, "incident", "0101", desk.person.id,
    )  # fmt: skip
    assert not seen.masked
    count = scene.base.session.execute(text("SELECT count(*) FROM disputes")).scalar_one()
    kinds = scene.base.session.scalars(text("SELECT kind FROM incident_events ORDER BY id")).all()
    assert count == 1
    assert kinds.count("handed_to_disputes") == 2
    assert kinds.count("dispute_opened") == 1


def test_what_was_called_off_or_was_a_drill_makes_no_dispute(scene: Scene) -> None:
    desk = scene.desk[Role.DISPATCHER]
    incident_id = report(scene)
    cancel_incident(desk.ctx, Cancellation(incident_id, CancelReason.FALSE_ALARM, None))
    with pytest.raises(IncidentOver):
        hand_to_disputes(desk.ctx, incident_id, category=None)
    drill = report(scene)
    scene.base.session.execute(text("UPDATE incidents SET drill = true WHERE id = :id"), {"id": drill})
    with pytest.raises(DrillHandedOver):
        hand_to_disputes(desk.ctx, drill, category=None)


def test_another_stations_incident_is_unknown(ctx, scene: Scene) -> None:
    incident_id = report(scene)
    with pytest.raises(NotFound):
        hand_to_disputes(make_office(ctx).desk.ctx, incident_id, category=None)


def test_the_desk_hands_over_by_http(client, scene: Scene) -> None:
    incident_id = report(scene)
    headers = bearer(open_session(scene.base, scene.desk[Role.DISPATCHER].person))
    answer = client.post(f"/v1/incidents/{incident_id}/dispute", json={"category": "0203"}, headers=headers)
    assert (answer.status_code, answer.json["dispute_id"]) == (202, None)
    carry(scene, incident_id)
    again = client.post(f"/v1/incidents/{incident_id}/dispute", json={}, headers=headers)
    detail = client.get(f"/v1/incidents/{incident_id}", headers=headers).json
    assert again.json["dispute_id"] == detail["dispute_id"] is not None
