"""What users of such systems asked for, as far as asking people goes; each under its own name."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.duty.service import go_off_duty
from api.incidents import service
from api.incidents.types import Cancellation, CancelReason, IncidentEdit, IncidentKind, Move, NeedOrder, Verdict
from tests.builders.incidents import Scene, accept, add_volunteer, dispatch, make_scene, offers, report


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=3)


def messages(scene: Scene, template: str, state: str = "queued") -> list:
    statement = text("SELECT person_id FROM outbox WHERE template = :template AND state = :state")
    return scene.base.session.scalars(statement, {"template": template, "state": state}).all()


def sent(scene: Scene) -> None:
    """Whatever waits has gone out."""
    scene.base.session.execute(text("UPDATE outbox SET state = 'sent', sent_at = now() WHERE state = 'queued'"))


def test_01_the_surplus_is_told_and_those_who_did_not_answer_are_asked_again(scene: Scene) -> None:
    dispatch_id = dispatch(scene, report(scene), NeedOrder(1))
    sent(scene)
    accept(scene, offers(scene, dispatch_id)[0])
    assert messages(scene, "stand_down") == [scene.people[1].person.id]

    dispatch_id = dispatch(scene, report(scene), NeedOrder(2))
    sent(scene)
    assert service.hear_silence(scene.ctx, dispatch_id, wave=1, fence=1) == 2
    assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "exhausted"
    asked = {row["person_id"] for row in offers(scene, dispatch_id, "silent")}
    assert set(messages(scene, "offer_reminder")) == asked
    sent(scene)
    for _ in range(3):
        service.ask_more(scene.ctx, dispatch_id, fence=1)
    assert messages(scene, "offer_reminder") == []
    assert accept(scene, offers(scene, dispatch_id, "silent")[0]) == "accepted"


def test_02_nobody_on_scene_is_recruited_for_something_else(scene: Scene) -> None:
    offer = offers(scene, dispatch(scene, report(scene)))[0]
    accept(scene, offer)
    service.arrive(scene.of(offer["person_id"]).ctx, Move(offer["id"]))
    other = dispatch(scene, report(scene, kind=IncidentKind.URGENT_HELP))
    assert offer["member_id"] not in {row["member_id"] for row in offers(scene, other)}
    entry = service.explain_selection(scene.dispatcher, other, offer["member_id"]).entries[0]
    assert entry["reason"] == Verdict.ENGAGED


def test_04_nobody_off_duty_is_alerted(scene: Scene) -> None:
    gone = scene.people[0]
    go_off_duty(gone.ctx)
    dispatch_id = dispatch(scene, report(scene, kind=IncidentKind.URGENT_HELP))
    assert gone.member_id not in {row["member_id"] for row in offers(scene, dispatch_id)}
    assert service.explain_selection(scene.dispatcher, dispatch_id, gone.member_id).outside is not None


def test_16_what_is_over_never_escalates_again(scene: Scene) -> None:
    for person in list(scene.people):
        scene.base.session.execute(
            text("UPDATE duty_live SET engaged_with = gen_random_uuid(), engaged_since = now() WHERE member_id = :id"),
            {"id": person.member_id},
        )
    incident_id = report(scene, kind=IncidentKind.URGENT_HELP)
    dispatch_id = dispatch(scene, incident_id)
    clocks = text("SELECT job, fence, args, step FROM timers WHERE subject_id = ANY(:ids) AND state = 'waiting'")
    waiting = scene.base.session.execute(clocks, {"ids": [incident_id, dispatch_id]}).all()
    assert len(waiting) >= 4
    service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.HANDLED_OTHERWISE))
    sent(scene)
    assert scene.base.session.execute(clocks, {"ids": [incident_id, dispatch_id]}).all() == []
    # A clock that was in a worker's hands at that moment fires all the same, two months later for all we know.
    for row in waiting:
        job = row.job.rpartition(".")[2]
        if job == "next_rung":
            service.tell_rung(scene.ctx, dispatch_id, rung=row.args["rung"], fence=row.fence)
        elif job == "ask_again":
            service.ask_more(scene.ctx, dispatch_id, fence=row.fence)
        elif job == "step_overdue":
            assert not service.report_overdue(scene.ctx, incident_id, fence=row.fence, nag=row.args["nag"])
    assert scene.base.session.scalar(text("SELECT count(*) FROM outbox WHERE state = 'queued'")) == 0


def test_20_nobody_owns_it_and_still_it_climbs_and_an_edit_restarts_nothing(scene: Scene) -> None:
    incident_id = report(scene)
    due = text("SELECT min(due_at) FROM timers WHERE subject_id = :id AND state = 'waiting'")
    first = scene.base.session.scalar(due, {"id": incident_id})
    for version in (1, 2, 3):
        service.edit_incident(scene.dispatcher, IncidentEdit(incident_id, version, {"description": f"更正 {version}"}))
    assert scene.base.session.scalar(due, {"id": incident_id}) == first
    assert service.report_overdue(scene.ctx, incident_id, fence=1, nag=0)
    assert set(messages(scene, "step_overdue")) == scene.desk_ids
    later = text("SELECT due_at FROM timers WHERE subject_id = :id AND step = '1.1'")
    assert scene.base.session.scalar(later, {"id": incident_id}) - scene.ctx.now > timedelta(minutes=4)


def test_a_newcomer_is_asked_when_everybody_else_was(scene: Scene) -> None:
    dispatch_id = dispatch(scene, report(scene), NeedOrder(3))
    service.hear_silence(scene.ctx, dispatch_id, wave=1, fence=1)
    newcomer = add_volunteer(scene, metres=700)
    service.ask_more(scene.ctx, dispatch_id, fence=1)
    assert newcomer.member_id in {row["member_id"] for row in offers(scene, dispatch_id, "offered")}
