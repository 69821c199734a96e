"""On scene somebody leads, and somebody can ask for more people."""

import pytest
from sqlalchemy import text

from api.incidents import service
from api.incidents.errors import NotGoing, NotLeading, ReinforcementDecided, UnknownForce
from api.incidents.rules.leading import Candidate, next_lead
from api.incidents.rules.reinforcing import MOST_AT_ONCE, goes_at_once
from api.incidents.service.leading import hand_over_lead, name_lead
from api.incidents.service.reinforcing import ask_for_more, decide_reinforcement
from api.incidents.types import Colour, Move, NeedOrder, OfferState, Refusal
from api.incidents.types.on_scene import NewReinforcement, ReinforcementReason
from api.kernel.errors import NotFound
from tests.builders.incidents import Scene, make_scene, offers
from tests.builders.on_scene import accepted, events, messages_to, told


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=8)


@pytest.fixture
def three(scene: Scene):
    """(incident, dispatch, offers) of three people who said yes."""
    incident_id, three_offers, _ = accepted(scene, 3)
    dispatch_id = scene.base.session.scalar(
        text("SELECT dispatch_id FROM offers WHERE id = :id"), {"id": three_offers[0]["id"]}
    )
    return incident_id, dispatch_id, three_offers


def arrive(scene: Scene, offer: dict) -> None:
    service.arrive(scene.of(offer["person_id"]).ctx, Move(offer["id"]))


def lead(scene: Scene, dispatch_id):
    return service.show_dispatch(scene.dispatcher, dispatch_id).lead_offer_id


class TestLead:
    def test_the_first_to_arrive_leads(self, scene: Scene, three) -> None:
        incident_id, dispatch_id, (one, two, _) = three
        assert lead(scene, dispatch_id) is None
        arrive(scene, two)
        arrive(scene, one)
        assert lead(scene, dispatch_id) == two["id"]
        assert [line["how"] for line in events(scene, incident_id, "lead")] == ["first"]
        assert service.show_offer(scene.of(two["person_id"]).ctx, two["id"]).leads

    def test_the_desk_names_another_who_is_told(self, scene: Scene, three) -> None:
        incident_id, dispatch_id, (one, two, _) = three
        arrive(scene, one)
        for _ in range(2):
            name_lead(scene.dispatcher, two["id"], dispatch_id=dispatch_id)
        assert lead(scene, dispatch_id) == two["id"]
        assert messages_to(scene, two["person_id"], "lead_given") == 1
        assert [line["how"] for line in events(scene, incident_id, "lead")] == ["first", "named"]

    def test_the_lead_hands_it_to_somebody_who_is_going(self, scene: Scene, three) -> None:
        _, dispatch_id, (one, two, three_) = three
        arrive(scene, one)
        hand_over_lead(scene.of(one["person_id"]).ctx, one["id"], to_offer_id=two["id"])
        assert lead(scene, dispatch_id) == two["id"]
        with pytest.raises(NotLeading):
            hand_over_lead(scene.of(one["person_id"]).ctx, one["id"], to_offer_id=three_["id"])

    def test_only_somebody_going_can_lead(self, scene: Scene, three) -> None:
        _, dispatch_id, (one, two, _) = three
        arrive(scene, one)
        service.drop_out(scene.of(two["person_id"]).ctx, Refusal(two["id"]))
        with pytest.raises(NotGoing):
            hand_over_lead(scene.of(one["person_id"]).ctx, one["id"], to_offer_id=two["id"])
        with pytest.raises(NotGoing):
            name_lead(scene.dispatcher, two["id"], dispatch_id=dispatch_id)

    def test_of_another_dispatch_nobody_can(self, scene: Scene, three) -> None:
        _, _, (one, *_) = three
        arrive(scene, one)
        _, [stranger], _ = accepted(scene)
        with pytest.raises(NotFound):
            hand_over_lead(scene.of(one["person_id"]).ctx, one["id"], to_offer_id=stranger["id"])

    @pytest.mark.parametrize("leaving", ["drop_out", "finish"])
    def test_when_the_lead_leaves_the_next_on_scene_takes_over(self, scene: Scene, three, leaving: str) -> None:
        incident_id, dispatch_id, (one, two, _) = three
        arrive(scene, one)
        arrive(scene, two)
        person = scene.of(one["person_id"]).ctx
        if leaving == "drop_out":
            service.drop_out(person, Refusal(one["id"]))
        else:
            service.finish(person, Move(one["id"]))
        assert lead(scene, dispatch_id) == two["id"]
        assert [line["how"] for line in events(scene, incident_id, "lead")] == ["first", "took_over"]
        assert messages_to(scene, two["person_id"], "lead_given") == 1

    def test_with_nobody_left_the_next_to_arrive_leads(self, scene: Scene, three) -> None:
        _, dispatch_id, (one, two, three_) = three
        arrive(scene, one)
        for offer in (two, three_, one):
            service.drop_out(scene.of(offer["person_id"]).ctx, Refusal(offer["id"]))
        assert lead(scene, dispatch_id) is None

    def test_companions_are_recognisable_and_no_more(self, scene: Scene, three) -> None:
        _, _, (one, *others) = three
        task = service.show_offer(scene.of(one["person_id"]).ctx, one["id"]).task
        assert {row["offer_id"] for row in task["companions"]} == {offer["id"] for offer in others}
        assert {row["name"] for row in task["companions"]} == {"王**"}


@pytest.mark.unit
class TestNextLead:
    def test_who_is_there_longest_before_who_is_on_the_way(self) -> None:
        from datetime import UTC, datetime, timedelta
        from uuid import UUID

        now = datetime(2026, 3, 1, tzinfo=UTC)
        people = [
            Candidate(UUID(int=1), OfferState.ON_THE_WAY, now, None),
            Candidate(UUID(int=2), OfferState.ARRIVED, now, now + timedelta(minutes=9)),
            Candidate(UUID(int=3), OfferState.ARRIVED, now, now + timedelta(minutes=5)),
            Candidate(UUID(int=4), OfferState.DONE, now, now),
        ]
        assert next_lead(people) == UUID(int=3)
        assert next_lead(people[:1]) == UUID(int=1)
        assert next_lead(people[3:]) is None


def more(offer: dict, *needs: NeedOrder, reason=ReinforcementReason.DANGEROUS) -> NewReinforcement:
    return NewReinforcement(offer["id"], needs or (NeedOrder(2),), reason, "要会急救的")


class TestReinforcement:
    def test_the_desk_is_told_and_one_click_sends_them(self, scene: Scene) -> None:
        incident_id, [offer], _ = accepted(scene)
        person = scene.of(offer["person_id"])
        arrive(scene, offer)
        request_id, state = ask_for_more(person.ctx, more(offer))
        assert state == "asked"
        assert told(scene, "reinforcement_asked") == scene.desk_ids
        row = decide_reinforcement(scene.dispatcher, request_id, grant=True)
        again = decide_reinforcement(scene.dispatcher, request_id, grant=True)
        assert (row.state, again.dispatch_id) == ("granted", row.dispatch_id)
        asked = offers(scene, row.dispatch_id)
        assert len(asked) >= 2
        assert person.person.id not in {one["person_id"] for one in asked}
        assert service.show_incident(scene.dispatcher, incident_id).reinforcements[0]["note"] == "要会急救的"
        assert messages_to(scene, person.person.id, "reinforcement_decided") == 1

    def test_red_sends_a_handful_at_once(self, scene: Scene) -> None:
        incident_id, [offer], _ = accepted(scene, colour=Colour.RED)
        arrive(scene, offer)
        _, state = ask_for_more(scene.of(offer["person_id"]).ctx, more(offer))
        assert state == "granted"
        assert len(service.show_incident(scene.dispatcher, incident_id).dispatches) == 2
        assert told(scene, "reinforcement_asked") == scene.desk_ids
        kinds = [line.get("state") for line in events(scene, incident_id, "reinforcement_decided")]
        assert kinds == ["granted"]

    def test_a_refusal_stands_and_is_told(self, scene: Scene) -> None:
        _, [offer], _ = accepted(scene)
        request_id, _ = ask_for_more(scene.of(offer["person_id"]).ctx, more(offer))
        assert decide_reinforcement(scene.dispatcher, request_id, grant=False).state == "refused"
        with pytest.raises(ReinforcementDecided):
            decide_reinforcement(scene.dispatcher, request_id, grant=True)

    def test_only_somebody_on_the_task_can_ask(self, scene: Scene) -> None:
        incident_id, [offer], _ = accepted(scene)
        person = scene.of(offer["person_id"])
        service.drop_out(person.ctx, Refusal(offer["id"]))
        with pytest.raises(NotGoing):
            ask_for_more(person.ctx, more(offer))
        with pytest.raises(NotFound):
            ask_for_more(scene.people[7].ctx, more(offer))
        assert events(scene, incident_id, "reinforcement_asked") == []

    def test_for_people_the_station_has(self, scene: Scene) -> None:
        _, [offer], _ = accepted(scene)
        with pytest.raises(UnknownForce):
            ask_for_more(scene.of(offer["person_id"]).ctx, more(offer, NeedOrder(1, "firebirds")))


@pytest.mark.unit
def test_what_needs_no_click() -> None:
    assert goes_at_once("red", [NeedOrder(MOST_AT_ONCE)])
    assert not goes_at_once("red", [NeedOrder(MOST_AT_ONCE), NeedOrder(1)])
    assert not goes_at_once("orange", [NeedOrder(1)])
