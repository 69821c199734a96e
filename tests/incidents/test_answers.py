"""Yes, no, on my way, there, done: each counts once, whatever order or how often a phone says it."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from api.duty.queries import candidates_near
from api.duty.types import CandidateQuery
from api.incidents import service
from api.incidents.errors import EngagedElsewhere
from api.incidents.types import Cancellation, CancelReason, DeclineReason, Move, NeedOrder, Refusal
from api.kernel.errors import IllegalTransition, NotFound
from api.kernel.geo import Point
from tests.builders.identity import register_phone
from tests.builders.incidents import PLACE, Scene, accept, dispatch, make_scene, offers, report

MOVES = {"depart": service.depart, "arrive": service.arrive, "finish": service.finish}


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


@pytest.fixture
def asked(scene: Scene) -> list[dict]:
    """Two people asked for one place."""
    return offers(scene, dispatch(scene, report(scene)))


def states(scene: Scene, asked: list[dict]) -> list[tuple[str, str | None]]:
    return [(row["state"], row["reason"]) for row in offers(scene, dispatch_of(scene, asked[0]))]


def dispatch_of(scene: Scene, offer: dict):
    return scene.base.session.scalar(text("SELECT dispatch_id FROM offers WHERE id = :id"), {"id": offer["id"]})


def mark_sent(scene: Scene, offer: dict) -> None:
    """As the pusher does just before it calls the provider."""
    scene.base.session.execute(
        text("UPDATE outbox SET state = 'sent', rank = 1, handed_at = now(), sent_at = now() WHERE subject_id = :id"),
        {"id": offer["id"]},
    )


def messages(scene: Scene, offer: dict) -> list[tuple[str, str]]:
    rows = scene.base.session.execute(
        text("SELECT template, state FROM outbox WHERE subject_id = :id ORDER BY created_at, id"), {"id": offer["id"]}
    )
    return [(row.template, row.state) for row in rows]


def got(scene: Scene, offer: dict) -> tuple[int, str]:
    row = scene.base.session.execute(
        text("SELECT got, state FROM needs WHERE id = :id"), {"id": offer["need_id"]}
    ).one()
    return row.got, row.state


def move(scene: Scene, offer: dict, step: str, **how) -> str:
    return MOVES[step](scene.of(offer["person_id"]).ctx, Move(offer["id"], **how)).state


def decline(scene: Scene, offer: dict) -> str:
    return service.decline_offer(scene.of(offer["person_id"]).ctx, Refusal(offer["id"], DeclineReason.BUSY)).state


def leave(scene: Scene, offer: dict) -> str:
    return service.drop_out(scene.of(offer["person_id"]).ctx, Refusal(offer["id"])).state


def engaged(scene: Scene) -> list[int]:
    found = candidates_near(
        scene.base.session, CandidateQuery(scene.station_id, PLACE, 9_000, 50, scene.ctx.now - timedelta(hours=1))
    )
    members = [somebody.member_id for somebody in scene.people]
    return sorted(members.index(candidate.member_id) for candidate in found if candidate.engaged_with)


class TestYes:
    def test_the_last_yes_closes_the_need_and_engages(self, scene: Scene, asked) -> None:
        assert accept(scene, asked[0]) == "accepted"
        assert got(scene, asked[0]) == (1, "filled")
        assert engaged(scene) == [0]
        assert service.show_dispatch(scene.dispatcher, dispatch_of(scene, asked[0])).state == "filled"

    def test_whoever_had_not_heard_of_it_is_never_disturbed(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        assert states(scene, asked) == [("accepted", None), ("withdrawn", "enough")]
        assert messages(scene, asked[1]) == [("offer", "cancelled")]

    def test_whoever_had_heard_of_it_gets_one_short_message(self, scene: Scene, asked) -> None:
        mark_sent(scene, asked[1])
        accept(scene, asked[0])
        assert states(scene, asked)[1] == ("stood_down", "enough")
        assert messages(scene, asked[1]) == [("offer", "sent"), ("stand_down", "queued")]

    def test_the_timers_of_a_full_dispatch_are_cancelled(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        waiting = text("SELECT count(*) FROM timers WHERE subject_id = :id AND state = 'waiting'")
        assert scene.base.session.scalar(waiting, {"id": dispatch_of(scene, asked[0])}) == 0

    def test_a_yes_too_late_is_thanked_and_kept_in_reserve(self, scene: Scene, asked) -> None:
        mark_sent(scene, asked[1])
        accept(scene, asked[0])
        answer = service.accept_offer(scene.of(asked[1]["person_id"]).ctx, asked[1]["id"])
        assert (answer.state, answer.reason) == ("stood_down", "full")
        assert got(scene, asked[0]) == (1, "filled")
        assert engaged(scene) == [0]

    def test_yes_twice_is_yes_once(self, scene: Scene) -> None:
        asked = offers(scene, dispatch(scene, report(scene), NeedOrder(2)))
        assert [accept(scene, asked[0]) for _ in range(3)] == ["accepted"] * 3
        assert got(scene, asked[0]) == (1, "open")

    def test_too_late_twice_is_one_line_in_the_timeline(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        assert {accept(scene, asked[1]) for _ in range(3)} == {"stood_down"}
        lines = text("SELECT count(*) FROM incident_events WHERE kind = 'reserve'")
        assert scene.base.session.scalar(lines) == 1

    def test_a_place_that_opened_again_takes_the_reserve(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        accept(scene, asked[1])
        leave(scene, asked[0])
        assert accept(scene, asked[1]) == "accepted"
        assert got(scene, asked[1]) == (1, "filled")

    def test_somebody_busy_elsewhere_keeps_their_task_and_takes_no_place(self, scene: Scene) -> None:
        first = offers(scene, dispatch(scene, report(scene)))
        second = offers(scene, dispatch(scene, report(scene)))
        assert first[0]["person_id"] == second[0]["person_id"]
        accept(scene, first[0])
        # A refusal rolls the request back; here, the savepoint it runs in.
        with pytest.raises(EngagedElsewhere), scene.base.session.begin_nested():
            accept(scene, second[0])
        assert got(scene, second[0]) == (0, "open")

    def test_after_a_no_there_is_no_yes(self, scene: Scene, asked) -> None:
        decline(scene, asked[0])
        with pytest.raises(IllegalTransition):
            accept(scene, asked[0])

    def test_after_the_end_a_yes_is_told_so(self, scene: Scene) -> None:
        incident_id = report(scene)
        asked = offers(scene, dispatch(scene, incident_id))
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.FALSE_ALARM))
        answer = service.accept_offer(scene.of(asked[0]["person_id"]).ctx, asked[0]["id"])
        assert (answer.state, answer.reason) == ("stood_down", "cancelled")
        assert engaged(scene) == []

    def test_who_was_not_needed_and_says_yes_after_the_end_is_in_reserve_for_nothing(self, scene: Scene, asked) -> None:
        dispatch_id = dispatch_of(scene, asked[0])
        accept(scene, asked[0])
        service.end_dispatch(scene.dispatcher, dispatch_id)
        answer = service.accept_offer(scene.of(asked[1]["person_id"]).ctx, asked[1]["id"])
        assert (answer.state, answer.reason) == ("stood_down", "ended")
        lines = text("SELECT count(*) FROM incident_events WHERE kind = 'reserve'")
        assert scene.base.session.scalar(lines) == 0

    def test_somebody_elses_offer_does_not_exist(self, scene: Scene, asked) -> None:
        for person in (scene.people[5].ctx, scene.dispatcher):
            with pytest.raises(NotFound):
                service.accept_offer(person, asked[0]["id"])
            with pytest.raises(NotFound):
                service.show_offer(person, asked[0]["id"])

    def test_several_phones_of_one_person_ring_once_each(self, scene: Scene) -> None:
        register_phone(scene.ctx, scene.people[0].person)
        register_phone(scene.ctx, scene.people[0].person)
        asked = offers(scene, dispatch(scene, report(scene)))
        channels = text("SELECT channel FROM outbox WHERE subject_id = :id")
        assert list(scene.base.session.scalars(channels, {"id": asked[0]["id"]})) == ["push", "push"]
        assert list(scene.base.session.scalars(channels, {"id": asked[1]["id"]})) == ["sms"]


class TestRepeatedAndShuffled:
    def test_a_no_twice_asks_one_replacement(self, scene: Scene, asked) -> None:
        assert [decline(scene, asked[0]) for _ in range(3)] == ["declined"] * 3
        assert len(offers(scene, dispatch_of(scene, asked[0]))) == 3

    def test_leaving_twice_frees_one_place(self, scene: Scene) -> None:
        asked = offers(scene, dispatch(scene, report(scene), NeedOrder(2)))
        accept(scene, asked[0])
        accept(scene, asked[1])
        assert [leave(scene, asked[0]) for _ in range(2)] == ["dropped_out"] * 2
        assert got(scene, asked[0]) == (1, "open")

    @pytest.mark.parametrize("steps", [["finish", "arrive", "depart"], ["arrive", "depart", "finish", "finish"]])
    def test_steps_in_any_order_end_where_the_last_one_leads(self, scene: Scene, asked, steps) -> None:
        accept(scene, asked[0])
        assert [move(scene, asked[0], step) for step in steps][-1] == "done"

    @pytest.mark.parametrize("step", list(MOVES))
    def test_nobody_moves_before_saying_yes(self, scene: Scene, asked, step: str) -> None:
        with pytest.raises(IllegalTransition):
            move(scene, asked[0], step)

    def test_a_no_after_a_yes_is_leaving_and_must_say_so(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        with pytest.raises(IllegalTransition):
            decline(scene, asked[0])

    def test_a_phone_that_was_offline_learns_that_it_was_stood_down(self, scene: Scene) -> None:
        incident_id = report(scene)
        asked = offers(scene, dispatch(scene, incident_id))
        accept(scene, asked[0])
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
        assert [move(scene, asked[0], step) for step in MOVES] == ["stood_down"] * 3


class TestGoing:
    def test_the_first_to_leave_moves_the_incident(self, scene: Scene) -> None:
        incident_id = report(scene)
        asked = offers(scene, dispatch(scene, incident_id))
        accept(scene, asked[0])
        assert service.show_incident(scene.dispatcher, incident_id).state == "dispatching"
        move(scene, asked[0], "depart")
        assert service.show_incident(scene.dispatcher, incident_id).state == "underway"

    def test_when_the_last_one_leaves_the_incident_is_looking_again(self, scene: Scene) -> None:
        incident_id = report(scene)
        asked = offers(scene, dispatch(scene, incident_id))
        accept(scene, asked[0])
        move(scene, asked[0], "depart")
        leave(scene, asked[0])
        assert service.show_incident(scene.dispatcher, incident_id).state == "dispatching"
        assert engaged(scene) == []

    def test_arriving_keeps_how_far_the_phone_was_and_blocks_nobody(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        assert move(scene, asked[0], "arrive", place=Point(PLACE.lat + 0.01, PLACE.lon)) == "arrived"
        far = offers(scene, dispatch_of(scene, asked[0]))[0]["arrival_distance_m"]
        assert far == pytest.approx(1_112, abs=2)

    def test_a_phones_clock_is_believed_between_the_offer_and_now(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        now = scene.ctx.now
        move(scene, asked[0], "depart", occurred_at=now - timedelta(days=2))
        move(scene, asked[0], "arrive", occurred_at=now + timedelta(days=2))
        row = offers(scene, dispatch_of(scene, asked[0]))[0]
        assert row["departed_at"] == row["offered_at"]
        assert now <= row["arrived_at"] <= scene.ctx.now

    def test_who_is_done_is_free_for_others(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        move(scene, asked[0], "finish")
        assert engaged(scene) == []

    def test_the_desk_takes_somebody_off_who_does_not_move(self, scene: Scene, asked) -> None:
        dispatch_id = dispatch_of(scene, asked[0])
        accept(scene, asked[0])
        for _ in range(2):
            answer = service.remove_from_task(scene.dispatcher, asked[0]["id"], dispatch_id=dispatch_id)
            assert (answer.state, answer.reason) == ("dropped_out", "desk")
        assert got(scene, asked[0]) == (0, "open")
        assert engaged(scene) == []
        assert [row["state"] for row in offers(scene, dispatch_id)].count("offered") == 2


class TestWhatIsShown:
    def test_before_a_yes_there_is_no_place_no_name_and_no_exact_distance(self, scene: Scene, asked) -> None:
        shown = service.show_offer(scene.of(asked[0]["person_id"]).ctx, asked[0]["id"])
        assert (shown.task, shown.distance_m % 500, shown.kind) == (None, 0, "other")
        [listed] = service.list_offers(scene.of(asked[0]["person_id"]).ctx)
        assert listed["distance_m"] == 500

    def test_after_a_yes_the_task_is_shown_masked_to_a_volunteer_and_audited(self, scene: Scene, asked) -> None:
        accept(scene, asked[0])
        task = service.show_offer(scene.of(asked[0]["person_id"]).ctx, asked[0]["id"]).task
        assert task["description"] == "老人在楼道跌倒，需要搀扶"
        assert (task["place"].lat, task["place"].lon) == (pytest.approx(PLACE.lat), pytest.approx(PLACE.lon))
        assert task["requester"] == {"name": "李*", "phone": "138****5678", "masked": True}
        read = text("SELECT count(*) FROM audit_entries WHERE action = 'task.read' AND actor_id = :person")
        assert scene.base.session.scalar(read, {"person": asked[0]["person_id"]}) == 1

    def test_an_officer_sees_the_number(self, ctx) -> None:
        from api.identity.types import Role
        from tests.builders.incidents import add_volunteer

        scene = make_scene(ctx, volunteers=0)
        officer = add_volunteer(scene, metres=50, role=Role.PATROL_OFFICER)
        [offer] = offers(scene, dispatch(scene, report(scene)))
        accept(scene, offer)
        task = service.show_offer(officer.ctx, offer["id"]).task
        assert task["requester"]["phone"] == "+8613812345678"

    def test_after_the_end_the_task_is_nobodys_business_any_more(self, scene: Scene) -> None:
        incident_id = report(scene)
        asked = offers(scene, dispatch(scene, incident_id))
        accept(scene, asked[0])
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
        assert service.show_offer(scene.of(asked[0]["person_id"]).ctx, asked[0]["id"]).task is None
