"""People on scene of something grave are asked whether all is well, and a silence is never the end of it."""

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.incidents import service
from api.incidents.errors import NotWatched
from api.incidents.rules.welfare import WELFARE, answer_window_s, told_roles
from api.incidents.service.welfare import CHECK_WELFARE, answer_welfare, check_welfare
from api.incidents.types import Cancellation, CancelReason, Colour, Move, Refusal
from api.incidents.types.on_scene import WelfareState, WelfareStep
from tests.builders.identity import enroll
from tests.builders.incidents import Scene, make_scene
from tests.builders.on_scene import accepted, events, messages_to, row_of, strike_welfare, told, waiting


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


@pytest.fixture
def there(scene: Scene):
    """(incident, offer, person) of somebody on scene of a red incident; a second one is there as well."""
    incident_id, both, _ = accepted(scene, 2, colour=Colour.RED)
    for offer in both:
        service.arrive(scene.of(offer["person_id"]).ctx, Move(offer["id"]))
    return incident_id, both[0], scene.of(both[0]["person_id"])


def watch_of(scene: Scene, offer: dict):
    return scene.base.session.execute(
        text("SELECT * FROM welfare_watches WHERE offer_id = :id"), {"id": offer["id"]}
    ).one_or_none()


class TestAsking:
    def test_red_asks_after_a_quarter_of_an_hour(self, scene: Scene, there) -> None:
        _, offer, person = there
        [timer] = waiting(scene, offer, CHECK_WELFARE)
        assert 890 < (timer.due_at - timer.created_at).total_seconds() < 910
        assert strike_welfare(scene, offer) is WelfareState.ASKED
        assert messages_to(scene, person.person.id, "welfare_check") == 1
        assert told(scene, "welfare_missed") == set()
        assert service.show_offer(person.ctx, offer["id"]).welfare == "asked"

    def test_nobody_is_asked_where_the_policy_does_not(self, scene: Scene) -> None:
        _, [offer], _ = accepted(scene)
        service.arrive(scene.of(offer["person_id"]).ctx, Move(offer["id"]))
        assert watch_of(scene, offer) is None
        with pytest.raises(NotWatched):
            answer_welfare(scene.of(offer["person_id"]).ctx, offer["id"], all_right=True)

    def test_an_answer_is_the_end_of_the_question_and_the_clock_goes_on(self, scene: Scene, there) -> None:
        incident_id, offer, person = there
        strike_welfare(scene, offer)
        assert answer_welfare(person.ctx, offer["id"], all_right=True) is WelfareState.CALM
        [timer] = waiting(scene, offer, CHECK_WELFARE)
        assert 890 < (timer.due_at - timer.created_at).total_seconds() < 910
        assert [line["all_right"] for line in events(scene, incident_id, "welfare_answered")] == [True]
        assert strike_welfare(scene, offer) is WelfareState.ASKED

    def test_a_word_nobody_asked_for_only_moves_the_clock(self, scene: Scene, there) -> None:
        incident_id, offer, person = there
        for _ in range(3):
            answer_welfare(person.ctx, offer["id"], all_right=True)
        assert len(waiting(scene, offer, CHECK_WELFARE)) == 1
        assert events(scene, incident_id, "welfare_answered") == []


class TestSilence:
    def test_it_is_told_repeated_and_climbs(self, scene: Scene, there) -> None:
        incident_id, offer, person = there
        chief = enroll(scene.ctx, station_id=scene.station_id, roles=[Role.STATION_ADMIN])
        strike_welfare(scene, offer)
        assert strike_welfare(scene, offer) is WelfareState.MISSED
        assert told(scene, "welfare_missed") == scene.desk_ids
        assert told(scene, "welfare_look") == set()
        strike_welfare(scene, offer)
        [companion] = told(scene, "welfare_look")
        assert companion != person.person.id
        assert chief.id not in told(scene, "welfare_missed")
        strike_welfare(scene, offer)
        assert told(scene, "welfare_missed") == scene.desk_ids | {chief.id}
        assert messages_to(scene, person.person.id, "welfare_check") == 4
        assert [line["missed"] for line in events(scene, incident_id, "welfare_missed")] == [1, 2, 3]
        assert row_of(scene, offer)["welfare_missed"] == 3

    def test_a_late_answer_ends_the_alarm(self, scene: Scene, there) -> None:
        _, offer, person = there
        for _ in range(3):
            strike_welfare(scene, offer)
        assert answer_welfare(person.ctx, offer["id"], all_right=True) is WelfareState.CALM
        assert row_of(scene, offer)["welfare_missed"] == 0
        assert strike_welfare(scene, offer) is WelfareState.ASKED

    def test_a_clock_that_struck_while_the_answer_came_does_nothing(self, scene: Scene, there) -> None:
        _, offer, person = there
        strike_welfare(scene, offer)
        stale = waiting(scene, offer, CHECK_WELFARE)[0].fence
        answer_welfare(person.ctx, offer["id"], all_right=True)
        assert check_welfare(scene.ctx, offer["id"], fence=stale) is None
        assert told(scene, "welfare_missed") == set()


class TestAuditor:
    def test_a_watch_whose_clock_was_lost_is_taken_up(self, scene: Scene, there) -> None:
        _, offer, _ = there
        scene.base.session.execute(
            text("DELETE FROM timers WHERE subject_id = :id AND job = :job"), {"id": offer["id"], "job": CHECK_WELFARE}
        )
        assert service.take_up_forgotten(scene.ctx) == 1
        assert watch_of(scene, offer).state == "asked"
        assert service.take_up_forgotten(scene.ctx) == 0


class TestHelp:
    def test_not_all_right_brings_the_desk_at_once(self, scene: Scene, there) -> None:
        _, offer, person = there
        assert answer_welfare(person.ctx, offer["id"], all_right=False) is WelfareState.HELP
        assert told(scene, "welfare_help") == scene.desk_ids
        assert strike_welfare(scene, offer) is WelfareState.HELP
        assert told(scene, "welfare_missed") == scene.desk_ids
        assert answer_welfare(person.ctx, offer["id"], all_right=True) is WelfareState.CALM


class TestTheEnd:
    def test_finishing_ends_the_watch(self, scene: Scene, there) -> None:
        _, offer, person = there
        strike_welfare(scene, offer)
        service.finish(person.ctx, Move(offer["id"]))
        assert watch_of(scene, offer).state == "ended"
        assert waiting(scene, offer, CHECK_WELFARE) == []
        with pytest.raises(NotWatched):
            answer_welfare(person.ctx, offer["id"], all_right=True)

    def test_leaving_ends_it(self, scene: Scene, there) -> None:
        _, offer, person = there
        service.drop_out(person.ctx, Refusal(offer["id"]))
        assert watch_of(scene, offer).state == "ended"

    def test_calling_the_incident_off_ends_it(self, scene: Scene, there) -> None:
        incident_id, offer, _ = there
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
        assert watch_of(scene, offer).state == "ended"
        assert waiting(scene, offer, CHECK_WELFARE) == []

    def test_somebody_elses_watch_does_not_exist(self, scene: Scene, there) -> None:
        from api.kernel.errors import NotFound

        _, offer, _ = there
        with pytest.raises(NotFound):
            answer_welfare(scene.people[5].ctx, offer["id"], all_right=True)


@pytest.mark.unit
def test_every_open_state_can_be_answered_and_ended() -> None:
    for state in WelfareState:
        for step in (WelfareStep.ANSWER, WelfareStep.CALL_FOR_HELP, WelfareStep.END):
            assert WELFARE.allows(state, step) is (state is not WelfareState.ENDED)


@pytest.mark.unit
def test_the_window_is_short_and_the_circle_grows() -> None:
    assert [answer_window_s(every) for every in (60, 600, 900, 7_200)] == [60, 120, 180, 180]
    assert Role.STATION_ADMIN not in told_roles(2)
    assert set(told_roles(2)) < set(told_roles(3))
