"""The dispatcher's hand: late answerers added, one person taken back, the quorum never broken."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.incidents import service
from api.incidents.errors import CannotBeAdded, EngagedElsewhere, LastPlace, NoSuchPlace
from api.incidents.queries.incidents import idle_dispatches
from api.incidents.queries.offers import any_offer
from api.incidents.service.adding import add_by_hand, hear_silence_of
from api.incidents.service.answers import leave_task
from api.incidents.service.taking_back import stand_down, take_back
from api.incidents.service.watching import fence_of
from api.incidents.types import Cancellation, CancelReason, NeedOrder, OfferStep, Refusal, StandDown
from api.incidents.types.on_scene import HandAdd
from api.kernel.errors import DomainError, IllegalTransition, NotFound
from tests.builders.grids import make_station
from tests.builders.incidents import Scene, Somebody, accept, dispatch, make_scene, offers, report
from tests.builders.on_scene import events, messages_to, row_of
from tests.incidents.test_answers import mark_sent


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


@pytest.fixture
def dispatch_id(scene: Scene):
    return dispatch(scene, report(scene))


def add(scene: Scene, dispatch_id, somebody: Somebody, **how) -> tuple[str, str | None]:
    answer = add_by_hand(scene.dispatcher, HandAdd(dispatch_id, somebody.member_id, **how))
    return answer.state, answer.reason


def offer_of(scene: Scene, dispatch_id, somebody: Somebody) -> dict:
    return next(one for one in offers(scene, dispatch_id) if one["member_id"] == somebody.member_id)


def need(scene: Scene, dispatch_id) -> tuple[int, int, str]:
    row = scene.base.session.execute(
        text("SELECT got, wanted, state FROM needs WHERE dispatch_id = :id"), {"id": dispatch_id}
    ).one()
    return row.got, row.wanted, row.state


def filled(scene: Scene, dispatch_id) -> Somebody:
    """The one who was wanted has said yes."""
    first = offers(scene, dispatch_id)[0]
    accept(scene, first)
    return scene.of(first["person_id"])


class TestAdding:
    def test_a_late_answerer_is_added_to_a_full_dispatch(self, scene: Scene, dispatch_id) -> None:
        filled(scene, dispatch_id)
        late = offers(scene, dispatch_id)[1]
        assert accept(scene, late) == "stood_down"
        assert add(scene, dispatch_id, scene.of(late["person_id"]), agreed=True) == ("accepted", None)
        assert need(scene, dispatch_id) == (2, 2, "filled")
        assert row_of(scene, late)["beyond"]
        assert messages_to(scene, late["person_id"], "task_given") == 1

    def test_anybody_may_be_asked_beyond_what_was_wanted(self, scene: Scene, dispatch_id) -> None:
        filled(scene, dispatch_id)
        other = scene.people[5]
        assert add(scene, dispatch_id, other) == ("offered", None)
        assert need(scene, dispatch_id) == (1, 1, "filled")  # a place comes with the yes, not with the question
        assert messages_to(scene, other.person.id, "offer") == 1
        assert accept(scene, offer_of(scene, dispatch_id, other)) == "accepted"
        assert need(scene, dispatch_id) == (2, 2, "filled")

    def test_their_no_asks_nobody_in_their_stead(self, scene: Scene, dispatch_id) -> None:
        filled(scene, dispatch_id)
        other = scene.people[5]
        add(scene, dispatch_id, other)
        count = len(offers(scene, dispatch_id))
        service.decline_offer(other.ctx, Refusal(offer_of(scene, dispatch_id, other)["id"]))
        assert len(offers(scene, dispatch_id)) == count
        assert need(scene, dispatch_id) == (1, 1, "filled")

    def test_their_leaving_takes_their_place_along(self, scene: Scene, dispatch_id) -> None:
        filled(scene, dispatch_id)
        other = scene.people[5]
        add(scene, dispatch_id, other, agreed=True)
        count = len(offers(scene, dispatch_id))
        service.drop_out(other.ctx, Refusal(offer_of(scene, dispatch_id, other)["id"]))
        assert need(scene, dispatch_id) == (1, 1, "filled")
        assert len(offers(scene, dispatch_id)) == count

    def test_who_was_beyond_and_did_not_move_has_no_place_of_their_own(self, scene: Scene, dispatch_id) -> None:
        filled(scene, dispatch_id)
        other = scene.people[5]
        add(scene, dispatch_id, other, agreed=True)
        row = offer_of(scene, dispatch_id, other)
        leave_task(scene.ctx, any_offer(scene.base.session, row["id"]), OfferStep.STAND_DOWN, StandDown.STILL)
        assert need(scene, dispatch_id) == (1, 1, "filled")
        assert accept(scene, row) == "stood_down"
        assert need(scene, dispatch_id) == (1, 1, "filled")

    def test_somebody_added_to_a_free_place_counts_as_asked(self, scene: Scene, dispatch_id) -> None:
        other = scene.people[5]
        assert add(scene, dispatch_id, other) == ("offered", None)
        assert not row_of(scene, offer_of(scene, dispatch_id, other))["beyond"]
        assert accept(scene, offer_of(scene, dispatch_id, other)) == "accepted"
        assert need(scene, dispatch_id) == (1, 1, "filled")
        assert {row["state"] for row in offers(scene, dispatch_id)} == {"accepted", "withdrawn"}

    @pytest.mark.parametrize("before", ["declined", "dropped_out", "silent", "withdrawn"])
    def test_whatever_they_said_before_may_change(self, scene: Scene, dispatch_id, before: str) -> None:
        first, second = offers(scene, dispatch_id)[:2]
        somebody = scene.of(first["person_id"])
        if before == "declined":
            service.decline_offer(somebody.ctx, Refusal(first["id"]))
        elif before == "dropped_out":
            accept(scene, first)
            service.drop_out(somebody.ctx, Refusal(first["id"]))
        elif before == "silent":
            service.hear_silence(scene.ctx, dispatch_id, wave=1, fence=1)
        else:
            accept(scene, second)
        assert row_of(scene, first)["state"] == before
        assert add(scene, dispatch_id, somebody, agreed=True) == ("accepted", None)

    def test_one_asked_beyond_the_need_is_wanted_also_when_it_fills_again(self, scene: Scene, dispatch_id) -> None:
        first = filled(scene, dispatch_id)
        other = scene.people[5]
        add(scene, dispatch_id, other)
        service.drop_out(first.ctx, Refusal(offer_of(scene, dispatch_id, first)["id"]))
        third = next(one for one in offers(scene, dispatch_id, "offered") if one["member_id"] != other.member_id)
        accept(scene, third)
        assert need(scene, dispatch_id) == (1, 1, "filled")
        assert row_of(scene, offer_of(scene, dispatch_id, other))["state"] == "offered"
        service.end_dispatch(scene.dispatcher, dispatch_id)
        assert row_of(scene, offer_of(scene, dispatch_id, other))["state"] == "withdrawn"

    def test_adding_twice_takes_one_place(self, scene: Scene, dispatch_id) -> None:
        filled(scene, dispatch_id)
        other = scene.people[5]
        add(scene, dispatch_id, other, agreed=True)
        with pytest.raises(CannotBeAdded):
            add(scene, dispatch_id, other, agreed=True)
        assert need(scene, dispatch_id) == (2, 2, "filled")

    def test_somebody_busy_elsewhere_is_left_there(self, scene: Scene, dispatch_id) -> None:
        busy = filled(scene, dispatch_id)
        other = dispatch(scene, report(scene))
        with pytest.raises(EngagedElsewhere), scene.base.session.begin_nested():
            add(scene, other, busy, agreed=True)
        assert need(scene, other)[0] == 0

    def test_another_stations_member_does_not_exist(self, scene: Scene, ctx, dispatch_id) -> None:
        stranger = make_scene(ctx, volunteers=1)
        with pytest.raises(NotFound):
            add(scene, dispatch_id, stranger.people[0])
        assert make_station(ctx)

    def test_nobody_is_added_to_what_has_ended(self, scene: Scene, dispatch_id) -> None:
        service.end_dispatch(scene.dispatcher, dispatch_id)
        with pytest.raises(NoSuchPlace):
            add(scene, dispatch_id, scene.people[5])

    def test_silence_of_somebody_added_is_replaced_and_their_late_yes_counts(self, scene: Scene, dispatch_id) -> None:
        other = scene.people[5]
        add(scene, dispatch_id, other)
        row = offer_of(scene, dispatch_id, other)
        assert not hear_silence_of(scene.ctx, row["id"], fence=1)
        assert hear_silence_of(scene.ctx, row["id"], fence=fence_of(row["offered_at"]))
        assert not hear_silence_of(scene.ctx, row["id"], fence=fence_of(row["offered_at"]))
        assert accept(scene, row) == "accepted"


def test_waiting_only_for_somebody_added_is_not_idle(scene: Scene, dispatch_id) -> None:
    scene.base.session.execute(text("DELETE FROM timers WHERE subject_id = :id"), {"id": dispatch_id})
    assert idle_dispatches(scene.base.session) == [dispatch_id]
    add(scene, dispatch_id, scene.people[5])
    assert idle_dispatches(scene.base.session) == []


class TestTakingBack:
    def test_one_who_was_asked_is_taken_back_and_not_asked_again(self, scene: Scene, dispatch_id) -> None:
        first = offers(scene, dispatch_id)[0]
        for _ in range(2):
            answer = take_back(scene.dispatcher, first["id"], dispatch_id=dispatch_id)
            assert (answer.state, answer.reason) == ("withdrawn", "desk")
        for _ in range(4):
            for one in offers(scene, dispatch_id, "offered"):
                service.decline_offer(scene.of(one["person_id"]).ctx, Refusal(one["id"]))
        assert row_of(scene, first)["state"] == "withdrawn"

    def test_one_who_goes_is_not_taken_back_but_stood_down(self, scene: Scene, dispatch_id) -> None:
        somebody = filled(scene, dispatch_id)
        with pytest.raises(IllegalTransition):
            take_back(scene.dispatcher, offer_of(scene, dispatch_id, somebody)["id"], dispatch_id=dispatch_id)

    def test_standing_one_down_takes_the_place_with_them(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene), NeedOrder(2))
        one, other = offers(scene, dispatch_id)[:2]
        accept(scene, one)
        accept(scene, other)
        stand_down(scene.dispatcher, one["id"], dispatch_id=dispatch_id, replace=False)
        assert need(scene, dispatch_id) == (1, 1, "filled")
        assert row_of(scene, one)["state"] == "stood_down"
        assert messages_to(scene, one["person_id"], "stand_down") == 1
        with pytest.raises(LastPlace):
            stand_down(scene.dispatcher, other["id"], dispatch_id=dispatch_id, replace=False)

    def test_or_asks_for_it_again(self, scene: Scene, dispatch_id) -> None:
        somebody = filled(scene, dispatch_id)
        row = offer_of(scene, dispatch_id, somebody)
        stand_down(scene.dispatcher, row["id"], dispatch_id=dispatch_id, replace=True)
        assert need(scene, dispatch_id) == (0, 1, "open")
        asked = {one["person_id"] for one in offers(scene, dispatch_id, "offered")}
        assert asked
        assert somebody.person.id not in asked

    def test_it_stands_in_the_timeline(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        take_back(scene.dispatcher, offers(scene, dispatch_id)[0]["id"], dispatch_id=dispatch_id)
        assert [line["was"] for line in events(scene, incident_id, "taken_back")] == ["offered"]


def test_calling_off_what_has_stopped_asking_stands_down_who_goes(scene: Scene) -> None:
    incident_id = report(scene)
    dispatch_id = dispatch(scene, incident_id)
    somebody = filled(scene, dispatch_id)
    service.end_dispatch(scene.dispatcher, dispatch_id)
    assert row_of(scene, offer_of(scene, dispatch_id, somebody))["state"] == "accepted"
    service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
    row = row_of(scene, offer_of(scene, dispatch_id, somebody))
    assert (row["state"], row["reason"]) == ("stood_down", "cancelled")
    assert messages_to(scene, somebody.person.id, "withdrawn") == 1


class TestReserve:
    def test_who_was_thanked_is_asked_first_when_a_place_opens(self, scene: Scene, dispatch_id) -> None:
        first = filled(scene, dispatch_id)
        add(scene, dispatch_id, scene.people[5])  # far, and says yes too late to count
        far = offer_of(scene, dispatch_id, scene.people[5])
        take_back(scene.dispatcher, far["id"], dispatch_id=dispatch_id)
        assert accept(scene, far) == "stood_down"
        assert row_of(scene, far)["reason"] == "full"
        service.drop_out(first.ctx, Refusal(offer_of(scene, dispatch_id, first)["id"]))
        assert row_of(scene, far)["state"] == "offered"


MOVES = st.sampled_from(
    (
        "accept",
        "accept",
        "accept",
        "decline",
        "drop_out",
        "add",
        "add_agreed",
        "take_back",
        "stand_down",
        "silence",
        "receipt",
    )
)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(MOVES, st.integers(0, 5)), min_size=5, max_size=30))
def test_whatever_hands_and_phones_do_the_places_add_up(scene: Scene, steps: list[tuple[str, int]]) -> None:
    """Got is who goes; never beyond wanted; a free place of a running dispatch is being asked for, or run out."""
    session = scene.base.session
    with session.begin_nested() as undone:
        dispatch_id = dispatch(scene, report(scene), NeedOrder(2))
        for step, number in steps:
            try:
                with session.begin_nested():
                    _take(scene, dispatch_id, step, scene.people[number])
            except DomainError:
                pass
            got, wanted, state = need(scene, dispatch_id)
            rows = offers(scene, dispatch_id)
            going = sum(row["state"] in ("accepted", "on_the_way", "arrived", "done") for row in rows)
            assert got == going <= wanted
            assert (state == "filled") == (got == wanted)
            assert len({row["member_id"] for row in rows}) == len(rows)
            if state == "open":
                waiting = sum(row["state"] == "offered" for row in rows)
                assert waiting or service.show_dispatch(scene.dispatcher, dispatch_id).state == "exhausted"
        undone.rollback()


def _take(scene: Scene, dispatch_id, step: str, somebody: Somebody) -> None:
    if step in ("add", "add_agreed"):
        add(scene, dispatch_id, somebody, agreed=step == "add_agreed")
        return
    row = next((one for one in offers(scene, dispatch_id) if one["member_id"] == somebody.member_id), None)
    if row is None:
        return
    if step == "accept":
        service.accept_offer(somebody.ctx, row["id"])
    elif step == "decline":
        service.decline_offer(somebody.ctx, Refusal(row["id"]))
    elif step == "drop_out":
        service.drop_out(somebody.ctx, Refusal(row["id"]))
    elif step == "take_back":
        take_back(scene.dispatcher, row["id"], dispatch_id=dispatch_id)
    elif step == "receipt":  # proves that somebody heard of it, and never that they come
        mark_sent(scene, row)
    elif step == "stand_down":
        stand_down(scene.dispatcher, row["id"], dispatch_id=dispatch_id, replace=bool(row["eta_s"] % 2))
    else:
        service.hear_silence(scene.ctx, dispatch_id, wave=row["wave"], fence=1)
