"""The nightly look at the offers: what counts as asked, what as a yes, and that waves are sized by it."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from api.identity.types import Role
from api.incidents import service
from api.incidents.queries.ranking import learnt_at, records_of
from api.incidents.rules.forecast import ACCEPT_PRIOR
from api.incidents.types import DispatchOrder, IncidentKind, NeedOrder
from api.incidents.types.forecasts import Cell, Hours
from tests.builders.identity import sign_in
from tests.builders.incidents import Scene, accept, add_volunteer, dispatch, make_scene, offers, report
from workers.jobs import dispatch as jobs

URL = "https://gridloop.example"


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


def write_log(scene: Scene, count: int, *, force: str | None = "volunteer", metres: float = 500, **offer) -> None:
    """So many offers of one incident, at 10:00 station time a few days ago, answered as `offer` says."""
    dispatch_id = dispatch(scene, report(scene), drill=offer.pop("drill", False))
    today = "date_trunc('day', now() AT TIME ZONE 'Asia/Shanghai')"
    noon = f"({today} - interval '3 days 14 hours') AT TIME ZONE 'Asia/Shanghai'"
    scene.base.session.execute(
        text(f"""
            INSERT INTO offers (id, station_id, incident_id, dispatch_id, need_id, member_id, person_id, wave, state,
                reason, distance_m, eta_s, force, offered_at, expires_at, accepted_at, ended_at)
            SELECT gen_random_uuid(), d.station_id, d.incident_id, d.id, n.id, gen_random_uuid(), gen_random_uuid(), 1,
                :state, :reason, :metres, 300, :force, {noon}, {noon}, CASE WHEN :yes THEN {noon} END,
                CASE WHEN CAST(:lasted AS float8) IS NOT NULL THEN {noon} + make_interval(secs => :lasted) END
            FROM dispatches d JOIN needs n ON n.dispatch_id = d.id, generate_series(1, :count) WHERE d.id = :dispatch
        """),
        {"count": count, "dispatch": dispatch_id, "force": force, "metres": metres, "state": offer["state"],
         "reason": offer.get("reason"), "yes": offer.get("yes", False), "lasted": offer.get("lasted")},
    )  # fmt: skip
    # What the scene itself asked is not part of the log that is looked at.
    scene.base.session.execute(text("DELETE FROM offers WHERE offered_at > now() - interval '1 hour'"))


def learn(scene: Scene, hours: Hours = Hours.DAY) -> dict:
    jobs.learn_acceptance(scene.ctx, None)
    return dict(learnt_at(scene.base.session, scene.station_id, hours))


def counts(scene: Scene) -> tuple[int, int]:
    return tuple(learn(scene)[Cell()].answers)


class TestCounting:
    def test_a_yes_a_no_and_a_silence(self, scene: Scene) -> None:
        write_log(scene, 4, state="done", yes=True)
        write_log(scene, 3, state="declined")
        write_log(scene, 2, state="silent")
        learnt = learn(scene)
        assert set(learnt) == {
            Cell(), Cell("volunteer"), Cell("volunteer", "near"), Cell("volunteer", "near", "day")
        }  # fmt: skip
        assert {tuple(each.answers) for each in learnt.values()} == {(9, 4)}

    def test_a_yes_that_came_when_it_was_full_and_one_who_left_again_are_yeses(self, scene: Scene) -> None:
        write_log(scene, 1, state="stood_down", reason="full")
        write_log(scene, 1, state="dropped_out", yes=True)
        assert counts(scene) == (2, 2)

    def test_an_offer_taken_back_early_says_nothing_and_one_silent_for_long_a_no(self, scene: Scene) -> None:
        write_log(scene, 1, state="withdrawn", lasted=10)
        write_log(scene, 1, state="stood_down", reason="enough", lasted=59)
        write_log(scene, 1, state="stood_down", reason="enough", lasted=60)
        assert counts(scene) == (1, 0)

    def test_an_open_offer_a_drill_and_an_old_one_say_nothing(self, scene: Scene) -> None:
        write_log(scene, 1, state="declined")
        write_log(scene, 5, state="offered")
        write_log(scene, 5, state="declined", drill=True)
        write_log(scene, 5, state="silent")
        scene.base.session.execute(
            text("UPDATE offers SET offered_at = offered_at - interval '180 days' WHERE state = 'silent'")
        )
        assert counts(scene) == (1, 0)

    def test_forces_distances_and_hours_apart(self, scene: Scene) -> None:
        write_log(scene, 2, state="done", yes=True, force="medic", metres=300)
        write_log(scene, 3, state="declined", force="courier", metres=300.5)
        write_log(scene, 4, state="declined", force=None)
        learnt = learn(scene)
        assert tuple(learnt[Cell("medic", "next_door", "day")].answers) == (2, 2)
        assert tuple(learnt[Cell("courier", "near", "day")].answers) == (3, 0)
        assert tuple(learnt[Cell()].answers) == (9, 2)
        assert Cell("medic", "next_door", "night") not in learnt

    def test_other_hours_of_the_day(self, scene: Scene) -> None:
        write_log(scene, 1, state="declined")
        for shift, hours in ((10, Hours.EVENING), (2, Hours.NIGHT)):
            move = text("UPDATE offers SET offered_at = offered_at + make_interval(hours => :shift)")
            scene.base.session.execute(move, {"shift": shift})
            assert Cell("volunteer", "near", hours) in learn(scene, hours)

    def test_stations_learn_for_themselves_and_again_gives_the_same(self, scene: Scene, ctx) -> None:
        other = make_scene(ctx)
        write_log(other, 9, state="done", yes=True)
        assert learn(scene) == {}
        first = learn(other)
        assert learn(other) == first

    def test_what_is_gone_from_the_log_is_gone_from_the_forecast(self, scene: Scene) -> None:
        write_log(scene, 9, state="done", yes=True)
        assert learn(scene)
        scene.base.session.execute(text("DELETE FROM offers"))
        assert learn(scene) == {}


class TestUsing:
    def wave(self, scene: Scene) -> int:
        return len(offers(scene, dispatch(scene, report(scene, kind=IncidentKind.URGENT_HELP))))

    def test_willing_people_are_asked_by_fewer_at_a_time(self, scene: Scene) -> None:
        for metres in (610, 620):
            add_volunteer(scene, metres=metres)
        assert self.wave(scene) == 7
        # Whatever the hour of this test is: the wider cells speak for those that were never asked in.
        for metres in (100, 500):
            write_log(scene, 2_000, state="done", yes=True, metres=metres)
        service.learn_acceptance(scene.ctx)
        assert self.wave(scene) == 1

    def test_the_preview_says_what_it_was_learnt_from(self, scene: Scene) -> None:
        order = DispatchOrder(report(scene), (NeedOrder(1),))
        [prior] = service.preview_dispatch(scene.dispatcher, order, public_url=URL).needs[0].outlook.learnt_from
        assert (prior.asked, prior.people, prior.mean) == (0, 2, pytest.approx(ACCEPT_PRIOR))
        write_log(scene, 60, state="done", yes=True, metres=100)
        write_log(scene, 40, state="declined", metres=100)
        service.learn_acceptance(scene.ctx)
        outlook = service.preview_dispatch(scene.dispatcher, order, public_url=URL).needs[0].outlook
        [learnt] = outlook.learnt_from
        assert (learnt.force, learnt.band, learnt.asked, learnt.accepted) == ("volunteer", "next_door", 100, 60)
        assert ACCEPT_PRIOR < learnt.low < learnt.mean < learnt.high < 0.7
        assert outlook.low < outlook.chance < outlook.high

    def test_an_offer_keeps_the_chance_it_was_made_with(self, scene: Scene) -> None:
        self.wave(scene)
        rows = scene.base.session.execute(text("SELECT force, chance FROM offers")).all()
        assert {(row.force, round(row.chance, 3)) for row in rows} == {("volunteer", ACCEPT_PRIOR)}


class TestShowing:
    def test_the_station_sees_what_it_learnt(self, scene: Scene, app, client) -> None:
        headers = sign_in(app, scene.ctx, scene.desk[Role.SUPERVISOR].person)
        assert client.get("/v1/acceptance-forecast", headers=headers).json == {"items": []}
        write_log(scene, 9, state="done", yes=True)
        service.learn_acceptance(scene.ctx)
        items = client.get("/v1/acceptance-forecast", headers=headers).json["items"]
        assert [(item["force"], item["band"], item["hours"], item["asked"]) for item in items] == [
            ("", "", "", 9), ("volunteer", "", "", 9), ("volunteer", "near", "", 9), ("volunteer", "near", "day", 9)
        ]  # fmt: skip
        assert all(item["low"] < item["mean"] < item["high"] for item in items)


class TestRecords:
    def test_asks_tasks_and_the_end_of_the_last_one(self, scene: Scene) -> None:
        member = scene.people[0].member_id
        dispatch_id = dispatch(scene, report(scene))
        offer = offers(scene, dispatch_id)[0]
        assert records_of(scene.base.session, [member], scene.ctx.now)[member][:2] == (1, 0)
        accept(scene, offer)
        found = records_of(scene.base.session, [member, uuid4()], scene.ctx.now)
        assert (set(found), found[member][:2]) == ({member}, (1, 1))
        later = scene.ctx.now + timedelta(days=2)
        assert records_of(scene.base.session, [member], later)[member][:2] == (0, 1)
        assert records_of(scene.base.session, [member], later + timedelta(days=6)) == {}

    def test_a_drill_counts_as_having_been_asked_and_never_as_a_task(self, scene: Scene) -> None:
        member: UUID = scene.people[0].member_id
        offer = offers(scene, dispatch(scene, report(scene), drill=True))[0]
        accept(scene, offer)
        assert records_of(scene.base.session, [member], scene.ctx.now)[member] == (1, 0, None)
