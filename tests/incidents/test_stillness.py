"""Somebody who said yes and does not move: asked, told of, replaced; and nobody is given up on unseen."""

import pytest
from sqlalchemy import text

from api.duty.queries import candidates_near
from api.duty.types import CandidateQuery
from api.incidents import service
from api.incidents.errors import NotGoing
from api.incidents.service.stillness import confirm_coming
from api.incidents.service.watching import CHECK_MOVING
from api.incidents.types import Move, Refusal
from api.incidents.types.on_scene import StillStep
from tests.builders.incidents import PLACE, Scene, accept, make_scene, offers
from tests.builders.on_scene import (
    accepted,
    after,
    at,
    events,
    messages_to,
    row_of,
    send,
    strike_moving,
    told,
    waiting,
)


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


@pytest.fixture
def going(scene: Scene):
    incident_id, [offer], since = accepted(scene)
    return incident_id, offer, scene.of(offer["person_id"]), since


def still(scene: Scene, going) -> None:
    """Their phone reports, and they stay where they are."""
    _, _, person, since = going
    send(scene, person, since, (10, 500), (100, 505), (170, 498))


def place(scene: Scene, offer: dict) -> tuple[int, int, str]:
    row = scene.base.session.execute(
        text("SELECT got, wanted, state FROM needs WHERE id = :id"), {"id": offer["need_id"]}
    ).one()
    return row.got, row.wanted, row.state


def busy(scene: Scene, person) -> bool:
    found = candidates_near(
        scene.base.session, CandidateQuery(scene.station_id, PLACE, 9_000, 50, scene.ctx.now)
    )  # fmt: skip
    return any(one.member_id == person.member_id and one.engaged_with for one in found)


class TestTheFirstWindow:
    def test_who_does_not_move_is_asked_and_the_desk_is_told(self, scene: Scene, going) -> None:
        incident_id, offer, person, _ = going
        still(scene, going)
        assert strike_moving(scene, offer) is StillStep.ASK
        assert row_of(scene, offer)["state"] == "accepted"
        assert messages_to(scene, person.person.id, "still_coming") == 1
        assert told(scene, "member_still") == scene.desk_ids
        assert [line["seen"] for line in events(scene, incident_id, "still")] == ["still"]
        assert service.show_offer(person.ctx, offer["id"]).still_asked

    def test_who_has_moved_hears_nothing(self, scene: Scene, going) -> None:
        _, offer, person, since = going
        send(scene, person, since, (10, 500), (100, 400))
        assert strike_moving(scene, offer) is StillStep.NOTHING
        assert told(scene, "still_coming") | told(scene, "member_still") == set()
        assert waiting(scene, offer, CHECK_MOVING) == []

    def test_who_is_there_already_hears_nothing(self, scene: Scene, going) -> None:
        _, offer, person, since = going
        send(scene, person, since, (10, 30))
        assert strike_moving(scene, offer) is StillStep.NOTHING

    @pytest.mark.parametrize("step", ["arrive", "finish"])
    def test_who_said_that_they_are_there_or_done_is_not_looked_at(self, scene: Scene, going, step: str) -> None:
        _, offer, person, _ = going
        still(scene, going)
        timer = waiting(scene, offer, CHECK_MOVING)[0]
        getattr(service, step)(person.ctx, Move(offer["id"]))
        from api.incidents.service.stillness import check_moving

        assert check_moving(scene.ctx, offer["id"], fence=timer.fence, window=1) is StillStep.NOTHING
        assert told(scene, "still_coming") == set()

    def test_a_timer_of_an_earlier_yes_does_nothing(self, scene: Scene, going) -> None:
        from api.incidents.service.stillness import check_moving

        _, offer, _, _ = going
        still(scene, going)
        timer = waiting(scene, offer, CHECK_MOVING)[0]
        assert check_moving(scene.ctx, offer["id"], fence=timer.fence - 1, window=1) is StillStep.NOTHING


class TestTheSecondWindow:
    def test_no_word_and_no_step_gives_the_place_to_somebody_else(self, scene: Scene, going) -> None:
        incident_id, offer, person, _ = going
        before = len(offers(scene, _dispatch(scene, offer), "offered"))
        still(scene, going)
        strike_moving(scene, offer)
        assert strike_moving(scene, offer) is StillStep.REOPEN
        row = row_of(scene, offer)
        assert (row["state"], row["reason"]) == ("stood_down", "still")
        assert place(scene, offer) == (0, 1, "open")
        asked = offers(scene, _dispatch(scene, offer), "offered")
        assert len(asked) > before
        assert person.person.id not in {one["person_id"] for one in asked}
        assert not busy(scene, person)
        assert messages_to(scene, person.person.id, "place_passed_on") == 1
        assert [line["reason"] for line in events(scene, incident_id, "dropped_out")] == ["still"]

    def test_they_are_in_reserve_and_the_last_to_be_asked(self, scene: Scene, going) -> None:
        _, offer, person, _ = going
        still(scene, going)
        strike_moving(scene, offer)
        strike_moving(scene, offer)
        dispatch_id = _dispatch(scene, offer)
        for _ in range(4):
            for one in offers(scene, dispatch_id, "offered"):
                if one["person_id"] != person.person.id:
                    service.decline_offer(scene.of(one["person_id"]).ctx, Refusal(one["id"]))
        assert row_of(scene, offer)["state"] == "offered"
        assert accept(scene, offer) == "accepted"

    def test_they_may_still_say_yes_while_the_place_is_free(self, scene: Scene, going) -> None:
        _, offer, _, _ = going
        still(scene, going)
        strike_moving(scene, offer)
        strike_moving(scene, offer)
        assert accept(scene, offer) == "accepted"
        assert place(scene, offer) == (1, 1, "filled")

    def test_a_phone_without_positions_is_asked_and_never_dropped(self, scene: Scene, going) -> None:
        incident_id, offer, person, _ = going
        assert strike_moving(scene, offer) is StillStep.ASK
        assert strike_moving(scene, offer) is StillStep.TELL_DESK
        assert row_of(scene, offer)["state"] == "accepted"
        assert place(scene, offer) == (1, 1, "filled")
        assert messages_to(scene, person.person.id, "still_coming") == 1
        assert [line["seen"] for line in events(scene, incident_id, "still")] == ["blind", "blind"]
        assert waiting(scene, offer, CHECK_MOVING) == []

    def test_a_word_is_enough_for_another_window(self, scene: Scene, going) -> None:
        incident_id, offer, person, since = going
        still(scene, going)
        strike_moving(scene, offer)
        confirm_coming(at(person.ctx, after(since, 310)), offer["id"])
        confirm_coming(at(person.ctx, after(since, 311)), offer["id"])
        assert len(events(scene, incident_id, "still_coming")) == 1
        assert not service.show_offer(person.ctx, offer["id"]).still_asked
        assert strike_moving(scene, offer) is StillStep.ASK
        assert strike_moving(scene, offer) is StillStep.REOPEN

    def test_setting_off_after_the_question_is_an_answer(self, scene: Scene, going) -> None:
        _, offer, person, since = going
        still(scene, going)
        strike_moving(scene, offer)
        send(scene, person, since, (320, 400), (330, 380))
        assert strike_moving(scene, offer) is StillStep.NOTHING
        assert row_of(scene, offer)["state"] == "accepted"

    def test_a_word_after_the_place_was_passed_on_is_told_so(self, scene: Scene, going) -> None:
        _, offer, person, _ = going
        still(scene, going)
        strike_moving(scene, offer)
        strike_moving(scene, offer)
        with pytest.raises(NotGoing):
            confirm_coming(person.ctx, offer["id"])

    def test_saying_on_the_way_and_standing_still_is_seen_too(self, scene: Scene, going) -> None:
        _, offer, person, _ = going
        service.depart(person.ctx, Move(offer["id"]))
        still(scene, going)
        assert strike_moving(scene, offer) is StillStep.ASK

    def test_on_the_way_by_their_word_with_no_position_is_believed(self, scene: Scene, going) -> None:
        _, offer, person, _ = going
        service.depart(person.ctx, Move(offer["id"]))
        assert strike_moving(scene, offer) is StillStep.NOTHING


def _dispatch(scene: Scene, offer: dict):
    return scene.base.session.scalar(text("SELECT dispatch_id FROM offers WHERE id = :id"), {"id": offer["id"]})
