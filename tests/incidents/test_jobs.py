"""The timers a dispatch orders are run as the worker runs them."""

import pytest
from sqlalchemy import text

from api.incidents import service
from api.incidents.types import Cancellation, CancelReason
from tests.builders.incidents import Scene, add_volunteer, dispatch, make_scene, offers, report
from workers import queues
from workers.runtime import queue_of, run_in_context


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=3)


def run(scene: Scene, subject_id, job: str, state: str = "waiting") -> str:
    """Make the timer due and run it; what became of it."""
    due = text(
        "UPDATE timers SET due_at = now() - interval '1 second', state = 'waiting'"
        " WHERE subject_id = :id AND job = :job AND state = :state RETURNING id"
    )
    values = {"id": subject_id, "job": f"workers.jobs.dispatch.{job}", "state": state}
    timer_id = scene.base.session.scalars(due, values).one()
    scene.base.session.commit()
    return run_in_context(timer_id)


def test_the_window_of_a_wave(scene: Scene) -> None:
    dispatch_id = dispatch(scene, report(scene))
    assert run(scene, dispatch_id, "offer_silent") == "fired"
    assert [row["state"] for row in offers(scene, dispatch_id)] == ["silent", "silent", "offered"]


def test_looking_again(ctx) -> None:
    scene = make_scene(ctx, volunteers=0)
    dispatch_id = dispatch(scene, report(scene))
    add_volunteer(scene, metres=100)
    assert run(scene, dispatch_id, "ask_again") == "fired"
    assert [row["state"] for row in offers(scene, dispatch_id)] == ["offered"]


def test_a_reminder(scene: Scene) -> None:
    incident_id = report(scene)
    assert run(scene, incident_id, "step_overdue") == "fired"
    kinds = [event["kind"] for event in service.show_timeline(scene.dispatcher, incident_id, after=0, limit=10)]
    assert kinds == ["reported", "overdue"]


@pytest.mark.parametrize("job", ["offer_silent", "step_overdue"])
def test_a_timer_that_could_not_be_cancelled_in_time_does_nothing(scene: Scene, job: str) -> None:
    incident_id = report(scene)
    dispatch_id = dispatch(scene, incident_id)
    service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
    before = [row["state"] for row in offers(scene, dispatch_id)]
    events = len(service.show_timeline(scene.dispatcher, incident_id, after=0, limit=50))
    subject = dispatch_id if job == "offer_silent" else incident_id
    scene.base.session.execute(
        text("DELETE FROM timers WHERE subject_id = :id AND fence = 1 AND job LIKE '%step_overdue'"), {"id": subject}
    )
    assert run(scene, subject, job, state="cancelled") == "fired"
    assert [row["state"] for row in offers(scene, dispatch_id)] == before
    assert len(service.show_timeline(scene.dispatcher, incident_id, after=0, limit=50)) == events


def test_steps_of_a_running_dispatch_are_urgent() -> None:
    names = ("offer_silent", "ask_again", "step_overdue")
    assert [queue_of(f"workers.jobs.dispatch.{name}") for name in names] == [
        queues.URGENT, queues.URGENT, queues.NORMAL
    ]  # fmt: skip
