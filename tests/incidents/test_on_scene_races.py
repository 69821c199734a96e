"""Hands, phones and clocks at once, with real commits: the places add up, and nobody waits for ever."""

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from api.duty.service import record_positions
from api.duty.types import Fix, FixBatch
from api.incidents import service
from api.incidents.service.adding import add_by_hand
from api.incidents.service.following import follow_member
from api.incidents.service.stillness import check_moving
from api.incidents.service.taking_back import stand_down, take_back
from api.incidents.service.watching import fence_of
from api.incidents.service.welfare import answer_welfare, check_welfare
from api.incidents.types import Colour, DispatchOrder, IncidentKind, Move, NeedOrder, Refusal
from api.incidents.types.on_scene import HandAdd
from api.kernel.geo import Datum
from api.plumbing.context import SYSTEM, Ctx
from tests.builders.incidents import new_incident
from tests.builders.on_scene import north
from tests.incidents.test_races import FEWER, PLACES, Town, accept, town, whole_town

__all__ = ["town", "whole_town"]


def consistent(town: Town, dispatch: Any) -> None:
    need, states = town.need(dispatch), town.states(dispatch)
    going = states["accepted"] + states["on_the_way"] + states["arrived"]
    assert need.got == going + states["done"] <= need.wanted
    assert town.busy() == going
    assert (need.state == "filled") == (need.got == need.wanted)


def test_thirty_phones_and_ten_hands_at_once_count_everybody_once(town: Town) -> None:
    for _ in range(FEWER):
        incident, dispatch = town.open()
        asked = town.asked(dispatch)
        members = {row.id: row.member_id for row in town.rows("SELECT id, member_id FROM offers")}
        acts = [(actor, accept(offer)) for actor, offer in asked[:20]]
        acts += [(town.desk, added(dispatch, members[offer])) for _, offer in asked[20:]]
        answers = town.at_once(acts)
        assert all(isinstance(answer, str) for answer in answers), answers
        # Ten have come by hand, each with a place of their own or one of the three.
        need = town.need(dispatch)
        assert max(PLACES, 10) <= need.got <= PLACES + 10
        assert need.got == need.wanted
        consistent(town, dispatch)
        town.cancel(incident)
        assert town.busy() == 0


def added(dispatch: Any, member: Any):
    return lambda ctx: add_by_hand(ctx, HandAdd(dispatch, member, agreed=True)).state


def test_hands_against_phones_never_deadlock(town: Town) -> None:
    for _ in range(FEWER):
        incident, dispatch = town.open()
        asked = town.asked(dispatch)
        for actor, offer in asked[:3]:
            town.run(actor, accept(offer))
        acts = [(actor, lambda ctx, id_=offer: service.drop_out(ctx, Refusal(id_)).state) for actor, offer in asked[:3]]
        acts += [
            (town.desk, lambda ctx, id_=offer, of=dispatch: stand_down(ctx, id_, dispatch_id=of, replace=True).state)
            for _, offer in asked[:3]
        ]
        acts += [(actor, accept(offer)) for actor, offer in asked[3:12]]
        acts += [
            (town.desk, lambda ctx, id_=offer, of=dispatch: take_back(ctx, id_, dispatch_id=of).state)
            for _, offer in asked[8:14]
        ]
        town.at_once(acts)
        consistent(town, dispatch)
        town.cancel(incident)


class Goer:
    """Somebody who said yes a while ago, by the database's clock."""

    def __init__(self, town: Town, **incident: Any) -> None:
        self.town = town

        def start(ctx: Ctx) -> Any:
            self.incident = service.report_incident(ctx, new_incident(kind=IncidentKind.URGENT_HELP, **incident))
            return service.dispatch_incident(ctx, DispatchOrder(self.incident, (NeedOrder(1),)))

        self.dispatch = town.run(town.desk, start)
        self.actor, self.offer = town.asked(self.dispatch)[0]
        town.run(self.actor, accept(self.offer))
        town.run(SYSTEM, self._long_ago)
        self.member = town.rows("SELECT member_id FROM offers WHERE id = :id", id=self.offer)[0].member_id

    def _long_ago(self, ctx: Ctx) -> None:
        for table in ("offers", "approaches"):
            column = "id" if table == "offers" else "offer_id"
            sql = f"UPDATE {table} SET accepted_at = accepted_at - interval '5 minutes' WHERE {column} = :id"
            ctx.session.execute(text(sql), {"id": self.offer})
        fix = text("UPDATE duty_live SET fix_at = now() - interval '10 minutes' WHERE person_id = :id")
        ctx.session.execute(fix, {"id": self.actor.person})

    def send(self, *fixes: tuple[float, float]) -> None:
        """(seconds ago, metres from the place)."""

        def upload(ctx: Ctx) -> None:
            batch = tuple(Fix(north(metres), 10.0, ctx.now - timedelta(seconds=ago)) for ago, metres in fixes)
            record_positions(ctx, FixBatch(Datum.WGS84, batch))

        self.town.run(self.actor, upload)

    def events(self, kind: str) -> int:
        rows = self.town.rows(
            "SELECT count(*) AS n FROM incident_events WHERE incident_id = :id AND kind = :kind",
            id=self.incident, kind=kind,
        )  # fmt: skip
        return rows[0].n

    def follow(self, ctx: Ctx) -> str:
        follow_member(ctx, self.member)
        return "followed"


def test_arriving_by_hand_and_by_fence_in_the_same_moment_is_one_arrival(town: Town) -> None:
    for _ in range(FEWER):
        goer = Goer(town)
        goer.send((200, 300), (100, 20), (60, 20), (30, 22))
        by_hand = lambda ctx, offer=goer.offer: service.arrive(ctx, Move(offer)).state  # noqa: E731
        town.at_once([(SYSTEM, goer.follow), (goer.actor, by_hand), (SYSTEM, goer.follow), (goer.actor, by_hand)])
        assert town.states(goer.dispatch)["arrived"] == 1
        assert (goer.events("arrive"), goer.events("lead")) == (1, 1)
        town.cancel(goer.incident)


def test_setting_off_against_giving_up_ends_one_way(town: Town) -> None:
    for _ in range(FEWER):
        goer = Goer(town)
        goer.send((200, 500), (100, 505))
        fence = fence_of(town.rows("SELECT accepted_at FROM approaches WHERE offer_id = :id", id=goer.offer)[0][0])

        def look(ctx: Ctx, offer=goer.offer, fence=fence) -> str:
            return check_moving(ctx, offer, fence=fence, window=1)

        town.run(SYSTEM, look)
        depart = lambda ctx, offer=goer.offer: service.depart(ctx, Move(offer)).state  # noqa: E731
        leave = lambda ctx, offer=goer.offer: service.drop_out(ctx, Refusal(offer)).state  # noqa: E731
        town.at_once([(SYSTEM, look), (goer.actor, depart), (goer.actor, leave), (SYSTEM, look)])
        consistent(town, goer.dispatch)
        assert goer.events("dropped_out") == 1
        town.cancel(goer.incident)


def test_an_answer_against_the_clock_asks_at_most_once_more(town: Town) -> None:
    for _ in range(FEWER):
        goer = Goer(town, colour=Colour.RED)
        town.run(goer.actor, lambda ctx, offer=goer.offer: service.arrive(ctx, Move(offer)))
        town.run(SYSTEM, lambda ctx, offer=goer.offer: check_welfare(ctx, offer, fence=1))
        miss = lambda ctx, offer=goer.offer: check_welfare(ctx, offer, fence=2)  # noqa: E731
        fine = lambda ctx, offer=goer.offer: answer_welfare(ctx, offer, all_right=True)  # noqa: E731
        town.at_once([(SYSTEM, miss), (goer.actor, fine), (SYSTEM, miss)])
        [watch] = town.rows("SELECT state, missed FROM welfare_watches WHERE offer_id = :id", id=goer.offer)
        assert (watch.state, watch.missed) == ("calm", 0)
        assert goer.events("welfare_missed") <= 1
        town.cancel(goer.incident)
