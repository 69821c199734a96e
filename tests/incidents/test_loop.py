"""The loop ends only by review by somebody who was not there, and a word to the requester."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.incidents import service
from api.incidents.errors import (
    CallBackNoteMissing,
    FeedbackAlreadyGiven,
    FeedbackTooEarly,
    RequesterExists,
    RequesterUnknown,
    ReviewerWentThere,
    ReviewNoteMissing,
)
from api.incidents.queries.incidents import forgotten_incidents
from api.incidents.types import (
    CallBackOutcome,
    Cancellation,
    CancelReason,
    Decision,
    Move,
    NeedOrder,
    NewCallBack,
    NewFeedback,
    NewReview,
    Outcome,
    Requester,
)
from api.kernel.errors import IllegalTransition, NotFound
from tests.builders.incidents import (
    Scene,
    accept,
    add_volunteer,
    dispatch,
    go_and_report,
    in_review,
    make_scene,
    offers,
    report,
)

REACHED = CallBackOutcome.REACHED


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=4)


def state_of(scene: Scene, incident_id) -> str:
    return service.show_incident(scene.dispatcher, incident_id).state


def review(scene: Scene, incident_id, decision=Decision.APPROVED, **rest):
    return service.review_incident(scene.supervisor, NewReview(incident_id, decision, **rest))


def call(scene: Scene, incident_id, outcome=REACHED, **rest):
    return service.record_call_back(scene.dispatcher, NewCallBack(incident_id, outcome, **rest))


def feed(scene: Scene, offer: dict, text: str = "已妥善处置", outcome: Outcome = Outcome.RESOLVED):
    return service.give_feedback(scene.of(offer["person_id"]).ctx, NewFeedback(offer["id"], outcome, text))


def finish(scene: Scene, offer: dict) -> None:
    service.finish(scene.of(offer["person_id"]).ctx, Move(offer["id"]))


def test_the_whole_loop(scene: Scene) -> None:
    incident_id, _ = in_review(scene)
    assert state_of(scene, incident_id) == "in_review"
    review(scene, incident_id)
    assert state_of(scene, incident_id) == "calling_back"
    call(scene, incident_id, rating=5)
    detail = service.show_incident(scene.dispatcher, incident_id)
    assert (detail.state, detail.end_reason) == ("closed", "reached")
    assert [row["state"] for row in detail.feedbacks] == ["approved"]
    assert forgotten_incidents(scene.base.session) == []
    waiting = text("SELECT count(*) FROM timers WHERE state = 'waiting'")
    assert scene.base.session.scalar(waiting) == 0


def test_after_the_end_the_place_and_the_number_are_nobodys_business(scene: Scene) -> None:
    incident_id, offer = in_review(scene)
    phone = scene.of(offer["person_id"])
    assert service.show_offer(phone.ctx, offer["id"]).task is not None
    review(scene, incident_id)
    call(scene, incident_id)
    assert service.show_offer(phone.ctx, offer["id"]).task is None


class TestReportingBack:
    def test_the_review_waits_for_everybody_who_went(self, scene: Scene) -> None:
        incident_id = report(scene)
        first, second, *_ = offers(scene, dispatch(scene, incident_id, NeedOrder(2)))
        accept(scene, first)
        accept(scene, second)
        go_and_report(scene, first)
        assert state_of(scene, incident_id) == "underway"
        finish(scene, second)
        assert state_of(scene, incident_id) == "underway"
        feed(scene, second)
        assert state_of(scene, incident_id) == "in_review"

    def test_it_does_not_wait_for_somebody_who_left(self, scene: Scene) -> None:
        from api.incidents.types import Refusal

        incident_id = report(scene)
        first, second, *_ = offers(scene, dispatch(scene, incident_id, NeedOrder(2)))
        accept(scene, first)
        accept(scene, second)
        go_and_report(scene, first)
        service.drop_out(scene.of(second["person_id"]).ctx, Refusal(second["id"]))
        assert state_of(scene, incident_id) == "in_review"

    def test_one_who_settled_it_alone_ends_the_asking(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id, NeedOrder(2))
        first, *others = offers(scene, dispatch_id)
        accept(scene, first)
        go_and_report(scene, first)
        assert state_of(scene, incident_id) == "in_review"
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "ended"
        assert {row["state"] for row in offers(scene, dispatch_id)[1:]} == {"withdrawn"}
        assert len(others) == 2

    def test_one_who_could_do_nothing_does_not(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id, NeedOrder(2))
        first, *_ = offers(scene, dispatch_id)
        accept(scene, first)
        go_and_report(scene, first, Outcome.UNABLE)
        assert state_of(scene, incident_id) == "underway"
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "asking"

    def test_the_same_report_again_is_the_same_report(self, scene: Scene) -> None:
        incident_id, offer = in_review(scene)
        again = feed(scene, offer)
        assert (again.revision, again.state) == (1, "submitted")
        assert len(service.show_incident(scene.dispatcher, incident_id).feedbacks) == 1

    def test_another_report_waits_until_it_is_returned(self, scene: Scene) -> None:
        _, offer = in_review(scene)
        with pytest.raises(FeedbackAlreadyGiven):
            feed(scene, offer, "另一种说法")

    def test_only_somebody_who_said_yes_reports(self, scene: Scene) -> None:
        [first, *_] = offers(scene, dispatch(scene, report(scene)))
        with pytest.raises(FeedbackTooEarly):
            feed(scene, first)

    def test_a_report_may_come_before_the_word_that_it_is_over(self, scene: Scene) -> None:
        incident_id = report(scene)
        [first, *_] = offers(scene, dispatch(scene, incident_id))
        accept(scene, first)
        feed(scene, first)
        assert state_of(scene, incident_id) == "dispatching"
        finish(scene, first)
        assert state_of(scene, incident_id) == "in_review"

    def test_what_was_written_is_sealed(self, scene: Scene) -> None:
        in_review(scene)
        stored = scene.base.session.execute(
            text("SELECT description, requester_phone, requester_name, address FROM incidents")
        ).one()
        report_text = scene.base.session.scalar(text("SELECT text FROM feedbacks"))
        assert not [value for value in (*stored, report_text) if "李四".encode() in value or b"138" in value]

    def test_the_time_it_happened_and_the_time_it_came_are_both_kept(self, scene: Scene) -> None:
        [first, *_] = offers(scene, dispatch(scene, report(scene)))
        accept(scene, first)
        ctx = scene.of(first["person_id"]).ctx
        before = ctx.now - timedelta(days=3)
        row = service.give_feedback(ctx, NewFeedback(first["id"], Outcome.RESOLVED, "好", before))
        assert (row.occurred_at, row.received_at) == (first["offered_at"], ctx.now)


class TestReview:
    def test_nothing_is_reviewed_before_it_is_reported(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch(scene, incident_id)
        with pytest.raises(IllegalTransition):
            review(scene, incident_id)

    def test_nobody_reviews_what_they_went_to(self, ctx) -> None:
        scene = make_scene(ctx, volunteers=0)
        chief = add_volunteer(scene, metres=10, role=Role.SUPERVISOR)
        incident_id = report(scene)
        [offer] = offers(scene, dispatch(scene, incident_id))
        accept(scene, offer)
        go_and_report(scene, offer)
        with pytest.raises(ReviewerWentThere):
            service.review_incident(chief.ctx, NewReview(incident_id, Decision.APPROVED))
        assert state_of(scene, incident_id) == "in_review"

    def test_nor_does_somebody_who_went_and_left_again(self, ctx) -> None:
        from api.incidents.types import Refusal

        scene = make_scene(ctx, volunteers=1)
        chief = add_volunteer(scene, metres=10, role=Role.SUPERVISOR)
        incident_id = report(scene)
        mine, other = offers(scene, dispatch(scene, incident_id))
        accept(scene, mine)
        service.drop_out(chief.ctx, Refusal(mine["id"]))
        accept(scene, other)
        go_and_report(scene, other)
        with pytest.raises(ReviewerWentThere):
            service.review_incident(chief.ctx, NewReview(incident_id, Decision.APPROVED))

    def test_what_is_returned_is_told_to_its_author_and_comes_again(self, scene: Scene) -> None:
        incident_id, offer = in_review(scene)
        review(scene, incident_id, Decision.RETURNED, note="请补充伤者去向")
        assert state_of(scene, incident_id) == "underway"
        told = text("SELECT person_id FROM outbox WHERE template = 'feedback_returned'")
        assert list(scene.base.session.scalars(told)) == [offer["person_id"]]
        feed(scene, offer, "已送至社区医院")
        assert state_of(scene, incident_id) == "in_review"
        rows = service.show_incident(scene.dispatcher, incident_id).feedbacks
        assert [(row["revision"], row["state"]) for row in rows] == [(1, "returned"), (2, "submitted")]

    def test_one_of_two_can_be_returned(self, scene: Scene) -> None:
        incident_id = report(scene)
        first, second, *_ = offers(scene, dispatch(scene, incident_id, NeedOrder(2)))
        for offer in (first, second):
            accept(scene, offer)
        for offer in (first, second):
            go_and_report(scene, offer)
        bad = next(
            row["id"]
            for row in service.show_incident(scene.dispatcher, incident_id).feedbacks
            if row["offer_id"] == second["id"]
        )
        review(scene, incident_id, Decision.RETURNED, note="不清楚", returned=frozenset({bad}))
        states = {row["id"]: row["state"] for row in service.show_incident(scene.dispatcher, incident_id).feedbacks}
        assert states.pop(bad) == "returned"
        assert set(states.values()) == {"submitted"}

    def test_a_return_says_why(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        with pytest.raises(ReviewNoteMissing):
            review(scene, incident_id, Decision.RETURNED)

    def test_a_foreign_report_cannot_be_returned(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        other_id, _ = in_review(scene)
        foreign = service.show_incident(scene.dispatcher, other_id).feedbacks[0]["id"]
        with pytest.raises(NotFound):
            review(scene, incident_id, Decision.RETURNED, note="错", returned=frozenset({foreign}))


class TestCallBack:
    @pytest.mark.parametrize("outcome", [REACHED, CallBackOutcome.NOT_REACHED])
    def test_nobody_is_called_back_before_the_review(self, scene: Scene, outcome: CallBackOutcome) -> None:
        incident_id, _ = in_review(scene)
        with pytest.raises(IllegalTransition):
            call(scene, incident_id, outcome)

    def test_only_the_last_of_three_failed_tries_ends_it_and_says_why(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        review(scene, incident_id)
        for _ in range(2):
            call(scene, incident_id, CallBackOutcome.NOT_REACHED)
            assert state_of(scene, incident_id) == "calling_back"
        with pytest.raises(CallBackNoteMissing):
            call(scene, incident_id, CallBackOutcome.NOT_REACHED)
        call(scene, incident_id, CallBackOutcome.NOT_REACHED, note="电话停机")
        detail = service.show_incident(scene.dispatcher, incident_id)
        assert (detail.state, detail.end_reason, len(detail.call_backs)) == ("closed", "not_reached", 3)

    def test_a_number_must_be_called(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        review(scene, incident_id)
        with pytest.raises(RequesterExists):
            call(scene, incident_id, CallBackOutcome.NO_REQUESTER, note="没有")

    def test_nobody_to_call_is_recorded_with_the_reason(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene, requester=Requester())
        review(scene, incident_id)
        with pytest.raises(RequesterUnknown):
            call(scene, incident_id, CallBackOutcome.NOT_REACHED)
        with pytest.raises(CallBackNoteMissing):
            call(scene, incident_id, CallBackOutcome.NO_REQUESTER)
        call(scene, incident_id, CallBackOutcome.NO_REQUESTER, note="巡逻发现")
        assert state_of(scene, incident_id) == "closed"


class TestCallingOff:
    def test_everybody_is_told_and_free_and_no_timer_is_left(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id, NeedOrder(2))
        going, *_ = offers(scene, dispatch_id)
        accept(scene, going)
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.FALSE_ALARM, "误报"))
        states = [(row["state"], row["reason"]) for row in offers(scene, dispatch_id)]
        assert states == [("stood_down", "cancelled"), ("withdrawn", "cancelled"), ("withdrawn", "cancelled")]
        told = text("SELECT person_id FROM outbox WHERE template = 'withdrawn' AND state = 'queued'")
        assert list(scene.base.session.scalars(told)) == [going["person_id"]]
        queued = text("SELECT count(*) FROM outbox WHERE template = 'offer' AND state = 'queued'")
        assert scene.base.session.scalar(queued) == 0
        assert scene.base.session.scalar(text("SELECT count(*) FROM timers WHERE state = 'waiting'")) == 0
        assert scene.base.session.scalar(text("SELECT count(engaged_with) FROM duty_live")) == 0
        assert service.show_incident(scene.dispatcher, incident_id).end_note == "误报"

    @pytest.mark.parametrize("until", ["reported", "in_review", "calling_back"])
    def test_at_any_moment(self, scene: Scene, until: str) -> None:
        incident_id = report(scene) if until == "reported" else in_review(scene)[0]
        if until == "calling_back":
            review(scene, incident_id)
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.DUPLICATE))
        detail = service.show_incident(scene.dispatcher, incident_id)
        assert (detail.state, detail.end_reason) == ("cancelled", "duplicate")

    def test_twice_is_once(self, scene: Scene) -> None:
        incident_id = report(scene)
        for reason in (CancelReason.DUPLICATE, CancelReason.OTHER):
            service.cancel_incident(scene.dispatcher, Cancellation(incident_id, reason))
        assert service.show_incident(scene.dispatcher, incident_id).end_reason == "duplicate"

    def test_what_is_closed_stays_closed(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        review(scene, incident_id)
        call(scene, incident_id)
        with pytest.raises(IllegalTransition):
            service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
