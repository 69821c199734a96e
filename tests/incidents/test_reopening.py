"""What was closed and is not mended is open again, with its history and a new clock."""

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.incidents import service
from api.incidents.service.reopening import reopen_incident
from api.incidents.types import CallBackOutcome, Cancellation, CancelReason, Decision, NewCallBack, NewReview
from api.kernel.errors import IllegalTransition
from tests.builders.incidents import Scene, accept, dispatch, go_and_report, in_review, make_scene, offers, report
from tests.builders.on_scene import told


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=4)


@pytest.fixture
def closed(scene: Scene):
    incident_id, _ = in_review(scene)
    close(scene, incident_id)
    return incident_id


def close(scene: Scene, incident_id) -> None:
    service.review_incident(scene.supervisor, NewReview(incident_id, Decision.APPROVED))
    service.record_call_back(scene.dispatcher, NewCallBack(incident_id, CallBackOutcome.REACHED))


def test_it_stands_where_a_new_report_does_and_the_owners_are_told(scene: Scene, closed) -> None:
    reopen_incident(scene.dispatcher, closed, note="求助人来电：没有解决")
    detail = service.show_incident(scene.dispatcher, closed)
    assert (detail.state, detail.ended_at, detail.end_reason) == ("reported", None, None)
    assert [link["note"] for link in detail.links] == ["求助人来电：没有解决"]
    assert told(scene, "incident_reopened") == scene.desk_ids
    clock = text(
        "SELECT count(*) FROM timers WHERE subject_id = :id AND state = 'waiting' AND job LIKE '%step_overdue'"
    )
    assert scene.base.session.scalar(clock, {"id": closed}) == 1
    assert len(detail.feedbacks) == 1


def test_the_loop_can_be_gone_through_again(scene: Scene, closed) -> None:
    reopen_incident(scene.dispatcher, closed, note="还是不行")
    offer = offers(scene, dispatch(scene, closed))[0]
    accept(scene, offer)
    go_and_report(scene, offer)
    close(scene, closed)
    assert service.show_incident(scene.dispatcher, closed).state == "closed"


def test_an_approver_who_is_no_longer_of_the_desk_is_told_too(scene: Scene, closed) -> None:
    chief = scene.desk[Role.SUPERVISOR].person.id
    scene.base.session.execute(text("UPDATE people SET roles = '{volunteer}' WHERE id = :id"), {"id": chief})
    reopen_incident(scene.dispatcher, closed, note="没有解决")
    assert chief in told(scene, "incident_reopened")


def test_only_what_was_closed_can_be_opened_again(scene: Scene) -> None:
    incident_id = report(scene)
    with pytest.raises(IllegalTransition):
        reopen_incident(scene.dispatcher, incident_id, note="x")
    service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
    with pytest.raises(IllegalTransition):
        reopen_incident(scene.dispatcher, incident_id, note="x")
