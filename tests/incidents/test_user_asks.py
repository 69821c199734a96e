"""What users of such systems have asked for in vain; each is a test of the name of the wish."""

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from api.duty.service import go_off_duty
from api.identity.types import Role
from api.incidents import service
from api.incidents.service.adding import add_by_hand
from api.incidents.service.reopening import reopen_incident
from api.incidents.types import (
    CallBackOutcome,
    Cancellation,
    CancelReason,
    Decision,
    IncidentKind,
    Move,
    NeedOrder,
    NewCallBack,
    NewReview,
    Refusal,
)
from api.incidents.types.on_scene import HandAdd
from tests.builders.identity import sign_in
from tests.builders.incidents import Scene, accept, dispatch, in_review, make_scene, offers, report
from tests.builders.on_scene import accepted, events, messages_to, row_of, told, walk
from tests.incidents.test_answers import mark_sent
from tests.incidents.test_http import Caller
from tests.incidents.test_links import Page


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


class TestAsk01TellTheSurplusAndAskAgainWhoDidNotAnswer:
    def test_the_surplus_is_told_once_that_it_is_enough(self, scene: Scene) -> None:
        asked = offers(scene, dispatch(scene, report(scene)))
        for offer in asked:
            mark_sent(scene, offer)
        accept(scene, asked[0])
        for offer in asked[1:]:
            assert row_of(scene, offer)["state"] == "stood_down"
            assert messages_to(scene, offer["person_id"], "stand_down") == 1
        assert messages_to(scene, asked[0]["person_id"], "stand_down") == 0

    def test_who_did_not_answer_is_asked_again_with_one_click(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        service.hear_silence(scene.ctx, dispatch_id, wave=1, fence=1)
        silent = offers(scene, dispatch_id, "silent")[0]
        before = messages_to(scene, silent["person_id"], "offer")
        add_by_hand(scene.dispatcher, HandAdd(dispatch_id, silent["member_id"]))
        assert row_of(scene, silent)["state"] == "offered"
        assert messages_to(scene, silent["person_id"], "offer") == before + 1
        assert accept(scene, silent) == "accepted"


class TestAsk02DoNotRecruitPeopleOnSceneAndTheReplyReachesItsIncident:
    @pytest.mark.parametrize("step", [None, "depart", "arrive"])
    def test_nobody_going_or_there_is_asked_for_another_task(self, scene: Scene, step: str | None) -> None:
        _, both, _ = accepted(scene, 2)
        if step:
            for offer in both:
                getattr(service, step)(scene.of(offer["person_id"]).ctx, Move(offer["id"]))
        busy = {offer["person_id"] for offer in both}
        other = dispatch(scene, report(scene), NeedOrder(3))
        assert offers(scene, other)
        assert not busy & {offer["person_id"] for offer in offers(scene, other)}
        for offer in both:
            why = service.explain_selection(scene.dispatcher, other, offer["member_id"]).entries
            assert why[0]["reason"] == "engaged"

    def test_who_is_done_can_be_asked_again_where_it_is_grave(self, scene: Scene) -> None:
        _, [offer], _ = accepted(scene)
        service.finish(scene.of(offer["person_id"]).ctx, Move(offer["id"]))
        other = dispatch(scene, report(scene, kind=IncidentKind.URGENT_HELP), NeedOrder(6))
        assert offer["person_id"] in {one["person_id"] for one in offers(scene, other)}

    def test_of_two_open_offers_the_reply_counts_for_its_own(self, scene: Scene, client: FlaskClient) -> None:
        first, second = (offers(scene, dispatch(scene, report(scene)))[0] for _ in range(2))
        assert first["person_id"] == second["person_id"]
        Page(client, UUID(str(second["id"]))).press("accept")
        assert row_of(scene, second)["state"] == "accepted"
        assert row_of(scene, first)["state"] == "offered"


class TestAsk04NotAlertedAfterLogOutOrOffDuty:
    def test_off_duty_nobody_is_asked(self, scene: Scene) -> None:
        off = scene.people[0]
        go_off_duty(off.ctx)
        asked = offers(scene, dispatch(scene, report(scene), NeedOrder(6)))
        assert off.person.id not in {offer["person_id"] for offer in asked}

    def test_after_log_out_the_phone_does_not_ring(self, app, client: FlaskClient, scene: Scene) -> None:
        nearest = scene.people[0]
        headers = sign_in(app, scene.ctx, nearest.person)
        phone = {"install_id": "a-phone-of-theirs", "provider": "fcm", "token": "t" * 140, "platform": "android"}
        made = client.post("/v1/devices", json=phone, headers=headers | {"Idempotency-Key": "one"})
        assert made.status_code in (200, 201), made.json
        assert client.post("/v1/sign-out", headers=headers).status_code == 204
        offer = offers(scene, dispatch(scene, report(scene)))[0]
        assert offer["person_id"] == nearest.person.id
        channels = text("SELECT DISTINCT channel FROM outbox WHERE subject_id = :id")
        assert list(scene.base.session.scalars(channels, {"id": offer["id"]})) == ["sms"]


class TestAsk08AFixThatJittersAtAFenceRepeatsNothing:
    def test_a_hundred_fixes_at_the_edge_are_one_arrival_and_one_word(self, scene: Scene) -> None:
        incident_id, [offer], since = accepted(scene)
        person = scene.of(offer["person_id"])
        walk(scene, person, since, (5, 400), (60, 200))
        for turn in range(25):
            at_s = 100 + 40 * turn
            walk(scene, person, since, *((at_s + 10 * step, 58 if step % 2 else 66) for step in range(4)))
        assert row_of(scene, offer)["state"] == "arrived"
        kinds = ("depart", "arrive", "gone", "lead")
        assert [len(events(scene, incident_id, kind)) for kind in kinds] == [1, 1, 0, 1]
        lines = service.show_timeline(scene.dispatcher, incident_id, after=0, limit=500)
        assert len(lines) < 12


class TestAsk09NotNotifiedForOldBufferedFixes:
    def test_fixes_from_before_the_yes_arrive_nowhere(self, scene: Scene) -> None:
        incident_id, [offer], since = accepted(scene)
        person = scene.of(offer["person_id"])
        # They passed the place half an hour ago, and the phone has only now a network.
        walk(scene, person, since, (-1_800, 30), (-1_700, 20), (-1_650, 25), (10, 900))
        assert row_of(scene, offer)["state"] == "accepted"
        assert events(scene, incident_id, "arrive") == []

    def test_fixes_of_a_task_that_has_ended_do_nothing(self, scene: Scene) -> None:
        incident_id, [offer], since = accepted(scene)
        person = scene.of(offer["person_id"])
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
        before = len(service.show_timeline(scene.dispatcher, incident_id, after=0, limit=500))
        walk(scene, person, since, (60, 20), (90, 20), (120, 20))
        assert row_of(scene, offer)["state"] == "stood_down"
        assert len(service.show_timeline(scene.dispatcher, incident_id, after=0, limit=500)) == before


class TestAsk12LateAnswerersCanStillBeAdded:
    def test_a_yes_that_came_too_late_is_taken_by_the_desk(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        first, late = offers(scene, dispatch_id)[:2]
        accept(scene, first)
        assert accept(scene, late) == "stood_down"
        add_by_hand(scene.dispatcher, HandAdd(dispatch_id, late["member_id"], agreed=True))
        assert row_of(scene, late)["state"] == "accepted"
        need = service.show_dispatch(scene.dispatcher, dispatch_id).needs[0]
        assert (need["got"], need["wanted"]) == (2, 2)

    def test_or_is_the_first_to_be_asked_when_somebody_leaves(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        first, late = offers(scene, dispatch_id)[:2]
        accept(scene, first)
        accept(scene, late)
        service.drop_out(scene.of(first["person_id"]).ctx, Refusal(first["id"]))
        assert row_of(scene, late)["state"] == "offered"


class TestAsk14ClosedIsNotFixed:
    def test_what_was_closed_is_opened_again_and_its_owners_are_told(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        service.review_incident(scene.supervisor, NewReview(incident_id, Decision.APPROVED))
        service.record_call_back(scene.dispatcher, NewCallBack(incident_id, CallBackOutcome.REACHED, rating=1))
        assert service.show_incident(scene.dispatcher, incident_id).state == "closed"
        reopen_incident(scene.dispatcher, incident_id, note="求助人说没有解决")
        assert service.show_incident(scene.dispatcher, incident_id).state == "reported"
        assert told(scene, "incident_reopened") >= {scene.desk[Role.SUPERVISOR].person.id}

    def test_before_that_the_desk_sends_again_and_the_loop_is_open(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        service.review_incident(scene.supervisor, NewReview(incident_id, Decision.APPROVED))
        dispatch(scene, incident_id)
        assert service.show_incident(scene.dispatcher, incident_id).state == "dispatching"

    def test_over_http(self, app, client: FlaskClient, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        desk = Caller(client, sign_in(app, scene.ctx, scene.desk[Role.DISPATCHER].person))
        early = desk.post(f"/incidents/{incident_id}/reopen", {"note": "没有解决"})
        assert (early.status_code, early.json["code"]) == (409, "illegal_transition")
        service.review_incident(scene.supervisor, NewReview(incident_id, Decision.APPROVED))
        desk.post(f"/incidents/{incident_id}/call-backs", {"outcome": "reached"})
        assert desk.post(f"/incidents/{incident_id}/reopen", {}).status_code == 422
        again = desk.post(f"/incidents/{incident_id}/reopen", {"note": "没有解决"})
        assert (again.status_code, again.json["state"]) == (200, "reported")
