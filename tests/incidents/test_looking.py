"""Looking for people on the real database: grids, growth, fairness, caps, quota, a router, drawn ground, drills."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from api.app import create_app
from api.duty.service import engage, refresh_profiles
from api.grids.errors import AreaInvalid
from api.grids.types import STATION_ZONE, Area
from api.identity.types import Role
from api.incidents import service
from api.incidents.errors import UnitsNotDrawn, UnknownUnits
from api.incidents.gateways.routing import roads
from api.incidents.service.policies import write_policy
from api.incidents.types import (
    Colour,
    DispatchOrder,
    IncidentEdit,
    IncidentKind,
    NeedOrder,
    PolicyDraft,
    Refusal,
    Target,
    Verdict,
)
from api.kernel.geo import Point
from tests.builders.grids import box, make_community, make_grid
from tests.builders.identity import sign_in
from tests.builders.incidents import (
    PLACE,
    Scene,
    accept,
    add_volunteer,
    dispatch,
    go_and_report,
    make_scene,
    offers,
    report,
)


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx, volunteers=0)


def scope(scene: Scene, dispatch_id: UUID) -> dict:
    statement = text("SELECT scope FROM selections WHERE dispatch_id = :id ORDER BY wave DESC LIMIT 1")
    return scene.base.session.scalar(statement, {"id": dispatch_id})


def reason(scene: Scene, dispatch_id: UUID, member_id: UUID) -> str:
    return service.explain_selection(scene.dispatcher, dispatch_id, member_id).entries[0]["reason"]


def asked(scene: Scene, dispatch_id: UUID) -> list[UUID]:
    return [row["member_id"] for row in offers(scene, dispatch_id)]


def set_policy(scene: Scene, kind=IncidentKind.OTHER, **changes) -> None:
    write_policy(scene.supervisor, PolicyDraft(kind, None, 0, changes))


class TestGrids:
    def ground(self, scene: Scene) -> tuple[UUID, UUID, UUID]:
        """The incident's grid, one beside it, one far from both; outlines that miss each other by 5 m touch."""
        outlines = (box(29.70, 107.38), box(29.71005, 107.38), box(29.75, 107.38))
        return tuple(make_grid(scene.base, scene.station_id, outline) for outline in outlines)

    def test_the_grids_own_come_first_then_the_neighbours_then_the_rest(self, scene: Scene) -> None:
        own, beside, far = self.ground(scene)
        theirs = add_volunteer(scene, metres=100, grid_id=far)
        neighbour = add_volunteer(scene, metres=300, grid_id=beside)
        mine = add_volunteer(scene, metres=600, grid_id=own)
        dispatch_id = dispatch(scene, report(scene))
        assert asked(scene, dispatch_id) == [neighbour.member_id, mine.member_id]
        assert reason(scene, dispatch_id, theirs.member_id) == Verdict.OTHER_GRID
        entry = service.explain_selection(scene.dispatcher, dispatch_id, mine.member_id).entries[0]
        assert (entry["ring"], entry["owner"]) == ("own", False)
        assert scope(scene, dispatch_id)["rings"] == {"own": 1, "neighbour": 1, "elsewhere": 1}

    def test_a_grid_with_nobody_asks_its_neighbours_before_the_district(self, scene: Scene) -> None:
        _, beside, far = self.ground(scene)
        add_volunteer(scene, metres=100, grid_id=far)
        add_volunteer(scene, metres=150, grid_id=far)
        neighbours = [add_volunteer(scene, metres=500 + each, grid_id=beside).member_id for each in (0, 10)]
        assert asked(scene, dispatch(scene, report(scene))) == neighbours

    def test_the_owner_is_marked(self, scene: Scene) -> None:
        own, _, far = self.ground(scene)
        owner = add_volunteer(scene, metres=100, grid_id=far)
        scene.base.session.execute(
            text("INSERT INTO unit_owners (id, unit_id, member_id, since) VALUES (:id, :unit, :member, '2020-01-01')"),
            {"id": uuid4(), "unit": own, "member": owner.member_id},
        )
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        entry = service.explain_selection(scene.dispatcher, dispatch_id, owner.member_id).entries[0]
        assert (entry["ring"], entry["owner"], entry["picked"]) == ("own", True, True)
        assert scope(scene, dispatch_id)["target"]["owners"] == [str(owner.member_id)]

    def test_for_life_and_limb_the_nearest_is_asked(self, scene: Scene) -> None:
        own, _, far = self.ground(scene)
        add_volunteer(scene, metres=600, grid_id=own)
        near = add_volunteer(scene, metres=100, grid_id=far)
        dispatch_id = dispatch(scene, report(scene, kind=IncidentKind.URGENT_HELP))
        assert asked(scene, dispatch_id)[0] == near.member_id

    def test_another_stations_grid_is_no_neighbour(self, scene: Scene, ctx) -> None:
        self.ground(scene)
        make_grid(ctx, make_scene(ctx, volunteers=0).station_id, box(29.71, 107.38))
        dispatch_id = dispatch(scene, report(scene))
        assert len(scope(scene, dispatch_id)["target"]["neighbours"]) == 1

    def test_a_member_who_moves_to_another_grid_is_known_there(self, scene: Scene) -> None:
        own, _, _ = self.ground(scene)
        mine = add_volunteer(scene, metres=100)
        values = {"grid": own, "id": mine.member_id}
        scene.base.session.execute(text("UPDATE members SET grid_id = :grid WHERE id = :id"), values)
        refresh_profiles(scene.ctx, [mine.member_id])
        dispatch_id = dispatch(scene, report(scene))
        assert service.explain_selection(scene.dispatcher, dispatch_id, mine.member_id).entries[0]["ring"] == "own"


class TestGrowth:
    def test_at_once_while_places_would_stay_free(self, scene: Scene) -> None:
        far = add_volunteer(scene, metres=3_000)
        dispatch_id = dispatch(scene, report(scene))
        assert asked(scene, dispatch_id) == [far.member_id]
        assert scope(scene, dispatch_id)["radius_m"] == pytest.approx(1_500 * 1.5**2)

    def test_by_one_step_in_every_later_round_that_finds_too_few(self, scene: Scene) -> None:
        add_volunteer(scene, metres=100)
        add_volunteer(scene, metres=2_000)
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        assert (len(asked(scene, dispatch_id)), scope(scene, dispatch_id)["radius_m"]) == (1, 1_500)
        service.ask_more(scene.ctx, dispatch_id, fence=1)
        assert (len(asked(scene, dispatch_id)), scope(scene, dispatch_id)["radius_m"]) == (2, 2_250)
        events = service.show_timeline(scene.dispatcher, incident_id, after=0, limit=50)
        assert [event["data"]["radius_m"] for event in events if event["kind"] == "widened"] == [2_250]

    def test_a_crowd_of_busy_people_hides_nobody_behind_it(self, scene: Scene) -> None:
        set_policy(scene, candidates=5, spare=0)
        for number in range(23):
            add_volunteer(scene, metres=100 + number, engaged_with=uuid4())
        free = add_volunteer(scene, metres=900)
        dispatch_id = dispatch(scene, report(scene))
        assert (asked(scene, dispatch_id), scope(scene, dispatch_id)["radius_m"]) == ([free.member_id], 1_500)

    def test_never_beyond_the_policys_end(self, scene: Scene) -> None:
        add_volunteer(scene, metres=6_000)
        dispatch_id = dispatch(scene, report(scene))
        for _ in range(9):
            service.ask_more(scene.ctx, dispatch_id, fence=1)
        assert asked(scene, dispatch_id) == []
        assert service.show_dispatch(scene.dispatcher, dispatch_id).radius_m == 5_000

    def test_a_preview_looks_as_far_as_the_click(self, scene: Scene) -> None:
        far = add_volunteer(scene, metres=3_000)
        shown = service.preview_dispatch(
            scene.dispatcher, DispatchOrder(report(scene), (NeedOrder(1),)), public_url="https://gridloop.example"
        )
        assert [entry.member_id for entry in shown.needs[0].asked] == [far.member_id]
        assert shown.radius_m == pytest.approx(3_375)

    def test_who_comes_near_later_is_found_at_the_wider_radius(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        late = add_volunteer(scene, metres=4_900)
        service.ask_more(scene.ctx, dispatch_id, fence=1)
        assert asked(scene, dispatch_id) == [late.member_id]


class TestSparingPeople:
    def test_who_was_asked_less_of_late_goes_first_among_the_equally_near(self, scene: Scene) -> None:
        first = add_volunteer(scene, metres=100)
        second = add_volunteer(scene, metres=105)
        set_policy(scene, spare=0, hope=0.5)
        assert asked(scene, dispatch(scene, report(scene))) == [first.member_id]
        dispatch_id = dispatch(scene, report(scene))
        assert asked(scene, dispatch_id) == [second.member_id]
        assert reason(scene, dispatch_id, first.member_id) == Verdict.FAIRNESS

    def test_rest_after_a_task(self, scene: Scene) -> None:
        tired = add_volunteer(scene, metres=100)
        offer = offers(scene, dispatch(scene, report(scene)))[0]
        accept(scene, offer)
        go_and_report(scene, offer)
        calm = dispatch(scene, report(scene))
        assert (asked(scene, calm), reason(scene, calm, tired.member_id)) == ([], Verdict.RESTING)
        urgent = dispatch(scene, report(scene, kind=IncidentKind.URGENT_HELP))
        assert asked(scene, urgent) == [tired.member_id]
        red = dispatch(scene, report(scene, colour=Colour.RED))
        assert asked(scene, red) == [tired.member_id]

    def test_the_days_cap(self, scene: Scene) -> None:
        one = add_volunteer(scene, metres=100)
        set_policy(scene, alerts_per_day=2)
        for expected in ([one.member_id], [one.member_id], []):
            dispatch_id = dispatch(scene, report(scene))
            assert asked(scene, dispatch_id) == expected
        assert reason(scene, dispatch_id, one.member_id) == Verdict.CAP
        yesterday = text("UPDATE offers SET offered_at = offered_at - interval '25 hours'")
        scene.base.session.execute(yesterday)
        assert asked(scene, dispatch(scene, report(scene))) == [one.member_id]

    def test_who_has_no_app_and_no_text_left_today_is_not_picked(self, scene: Scene) -> None:
        one = add_volunteer(scene, metres=100)
        two = add_volunteer(scene, metres=200)
        set_policy(scene, alerts_per_day=100, spare=0, hope=0.5)
        scene.base.session.execute(
            text("UPDATE sms_quotas SET different = 1 WHERE '+8613800000000' LIKE '+' || ltrim(prefix, '+') || '%'")
        )
        first = dispatch(scene, report(scene))
        assert asked(scene, first) == [one.member_id]
        second = dispatch(scene, report(scene))
        assert (asked(scene, second), reason(scene, second, one.member_id)) == ([two.member_id], Verdict.QUOTA)

    def test_who_does_not_want_to_be_rung_now_comes_after_the_others(self, scene: Scene) -> None:
        sleeper, awake = add_volunteer(scene, metres=100), add_volunteer(scene, metres=300)
        set_policy(scene, spare=0, hope=0.5)
        local = scene.ctx.now.astimezone(STATION_ZONE)
        scene.base.session.execute(
            text(
                "INSERT INTO quiet_hours (person_id, station_id, starts, ends, zone, days, changed_at)"
                " VALUES (:person, :station, :starts, :ends, 'Asia/Shanghai', 127, now())"
            ),
            {
                "person": sleeper.person.id, "station": scene.station_id,
                "starts": (local - timedelta(hours=1)).time().replace(second=0, microsecond=0),
                "ends": (local + timedelta(hours=1)).time().replace(second=0, microsecond=0),
            },
        )  # fmt: skip
        dispatch_id = dispatch(scene, report(scene))
        assert asked(scene, dispatch_id) == [awake.member_id]
        assert reason(scene, dispatch_id, sleeper.member_id) == Verdict.QUIET
        assert len(asked(scene, dispatch(scene, report(scene), NeedOrder(2)))) == 2

    def test_where_the_ladder_ends_in_a_call_a_full_number_is_no_hindrance(self, scene: Scene) -> None:
        one = add_volunteer(scene, metres=100)
        set_policy(scene, alerts_per_day=100)
        scene.base.session.execute(text("UPDATE sms_quotas SET different = 1"))
        dispatch(scene, report(scene))
        assert asked(scene, dispatch(scene, report(scene, colour=Colour.RED))) == [one.member_id]


class TestRouter:
    @pytest.fixture(autouse=True)
    def without_a_router_afterwards(self):
        yield
        roads.load(None)

    def test_it_ranks_again_and_its_seconds_are_kept(self, scene: Scene) -> None:
        across_the_river = add_volunteer(scene, metres=100)
        on_this_side = add_volunteer(scene, metres=400)
        set_policy(scene, spare=0, hope=0.5)
        roads.load(lambda place, legs: [2_000 if leg.origin.lat - place.lat < 0.002 else 60 for leg in legs])
        dispatch_id = dispatch(scene, report(scene))
        [offer] = offers(scene, dispatch_id)
        assert offer["member_id"] == on_this_side.member_id
        assert offer["eta_s"] in (60 + 105, 60 + 142)
        assert reason(scene, dispatch_id, across_the_river.member_id) == Verdict.ENOUGH

    def test_the_settings_name_it_and_a_wrong_name_stops_the_start(self, make_settings) -> None:
        address = "postgresql+psycopg://nobody@/nowhere"
        create_app(make_settings(address, router="math.hypot"))
        assert roads.known
        create_app(make_settings(address))
        assert not roads.known
        with pytest.raises(AttributeError):
            create_app(make_settings(address, router="math.no_such_thing"))

    @pytest.mark.parametrize("router", [lambda *_: [None, None], lambda *_: [], lambda *_: 1 / 0])
    def test_what_it_does_not_know_the_model_knows(self, scene: Scene, router) -> None:
        people = [add_volunteer(scene, metres=metres).member_id for metres in (100, 400)]
        roads.load(router)
        assert asked(scene, dispatch(scene, report(scene))) == people


class TestGround:
    def drawn(self, north: float) -> Area:
        lat, lon = PLACE.lat + north, PLACE.lon
        corners = ((-0.002, -0.002), (-0.002, 0.002), (0.002, 0.002), (0.002, -0.002), (-0.002, -0.002))
        return Area(((tuple(Point(lat + up, lon + right) for up, right in corners),),))

    def go(self, scene: Scene, **target) -> UUID:
        order = DispatchOrder(report(scene), (NeedOrder(1),), target=Target(**target))
        shown = service.preview_dispatch(scene.dispatcher, order, public_url="https://gridloop.example")
        dispatch_id = service.dispatch_incident(scene.dispatcher, order)
        assert [entry.member_id for entry in shown.needs[0].asked] == asked(scene, dispatch_id)
        return dispatch_id

    def test_a_drawn_outline(self, scene: Scene) -> None:
        outside = add_volunteer(scene, metres=100)
        inside = add_volunteer(scene, metres=1_100)
        dispatch_id = self.go(scene, area=self.drawn(0.01))
        answer = service.explain_selection(scene.dispatcher, dispatch_id, outside.member_id)
        assert answer.outside == "off_duty_or_outside_area"
        assert asked(scene, dispatch_id) == [inside.member_id]
        assert service.show_dispatch(scene.dispatcher, dispatch_id).target["kind"] == "polygon"
        service.decline_offer(inside.ctx, Refusal(offers(scene, dispatch_id)[0]["id"]))
        assert asked(scene, dispatch_id) == [inside.member_id]  # nobody outside replaces them

    def test_an_outline_that_crosses_itself_is_refused(self, scene: Scene) -> None:
        lat, lon = PLACE.lat, PLACE.lon
        bow_tie = ((0, 0), (0.002, 0.002), (0.002, 0), (0, 0.002), (0, 0))
        area = Area(((tuple(Point(lat + up, lon + right) for up, right in bow_tie),),))
        with pytest.raises(AreaInvalid):
            self.go(scene, area=area)

    def test_grids_and_a_whole_community(self, scene: Scene) -> None:
        community = make_community(scene.base, scene.station_id)
        grids = [
            make_grid(scene.base, scene.station_id, box(lat, 107.38), parent_id=community) for lat in (29.70, 29.71)
        ]
        here, there = add_volunteer(scene, metres=100), add_volunteer(scene, metres=1_000)
        add_volunteer(scene, metres=3_000)
        assert asked(scene, self.go(scene, unit_ids=frozenset(grids[:1]))) == [here.member_id]
        assert asked(scene, self.go(scene, unit_ids=frozenset(grids[1:]))) == [there.member_id]
        assert asked(scene, self.go(scene, unit_ids=frozenset({community}))) == [here.member_id, there.member_id]

    def test_a_strangers_unit_and_one_without_an_outline_are_refused(self, scene: Scene, ctx) -> None:
        foreign = make_grid(ctx, make_scene(ctx, volunteers=0).station_id, box())
        for unit_id in (foreign, uuid4()):
            with pytest.raises(UnknownUnits):
                self.go(scene, unit_ids=frozenset({unit_id}))
        with pytest.raises(UnitsNotDrawn):
            self.go(scene, unit_ids=frozenset({make_grid(scene.base, scene.station_id)}))

    def test_over_http_one_ground_at_a_time(self, scene: Scene, app, client) -> None:
        inside = add_volunteer(scene, metres=1_100)
        headers = sign_in(app, scene.ctx, scene.desk[Role.DISPATCHER].person)
        path = f"/v1/incidents/{report(scene)}/dispatches/preview"
        ring = [[point.lon, point.lat] for point in self.drawn(0.01).polygons[0][0]]
        area = {"type": "Polygon", "coordinates": [ring], "datum": "wgs84"}
        answer = client.post(path, json={"needs": [{"wanted": 1}], "area": area}, headers=headers)
        assert answer.status_code == 200, answer.json
        assert [entry["member_id"] for entry in answer.json["needs"][0]["asked"]] == [str(inside.member_id)]
        assert answer.json["target"]["kind"] == "polygon"
        both = client.post(path, json={"needs": [{"wanted": 1}], "area": area, "radius_m": 500}, headers=headers)
        assert both.status_code == 422


class TestDrills:
    def test_every_message_of_it_says_so(self, scene: Scene) -> None:
        add_volunteer(scene, metres=100)
        dispatch_id = dispatch(scene, report(scene), drill=True)
        templates = scene.base.session.scalars(text("SELECT template FROM outbox WHERE subject_kind = 'offer'")).all()
        assert templates == ["drill"]
        assert service.show_dispatch(scene.dispatcher, dispatch_id).drill

    def test_so_does_the_last_one(self, scene: Scene) -> None:
        one, two = add_volunteer(scene, metres=100), add_volunteer(scene, metres=200)
        first, second = offers(scene, dispatch(scene, report(scene), drill=True))
        scene.base.session.execute(text("UPDATE outbox SET state = 'sent', sent_at = now()"))
        accept(scene, first)
        statement = text("SELECT template FROM outbox WHERE person_id = :id AND state = 'queued'")
        assert scene.base.session.scalars(statement, {"id": two.person.id}).all() == ["drill_over"]
        assert (first["person_id"], second["person_id"]) == (one.person.id, two.person.id)

    def test_an_incident_that_is_one_makes_every_dispatch_one(self, scene: Scene) -> None:
        add_volunteer(scene, metres=100)
        assert service.show_dispatch(scene.dispatcher, dispatch(scene, report(scene, drill=True))).drill

    def test_a_real_dispatch_may_take_whoever_is_in_one_and_not_the_other_way_round(self, scene: Scene) -> None:
        one = add_volunteer(scene, metres=100)
        engage(scene.ctx, one.member_id, uuid4(), drill=True)
        assert asked(scene, dispatch(scene, report(scene))) == [one.member_id]
        again = dispatch(scene, report(scene), drill=True)
        assert (asked(scene, again), reason(scene, again, one.member_id)) == ([], Verdict.ENGAGED)

    def test_one_with_nobody_left_calls_nobody_out(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene), drill=True)
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "exhausted"
        assert scene.base.session.scalar(text("SELECT count(*) FROM outbox WHERE template = 'nobody_found'")) == 0
        assert scene.base.session.scalar(text("SELECT count(*) FROM timers WHERE job LIKE '%next_rung'")) == 0

    def test_they_are_told_apart_in_the_list_and_are_never_the_same_thing_as_a_real_one(
        self, scene: Scene, app, client
    ) -> None:
        drill = report(scene, drill=True)
        real = report(scene, duplicate_checked=False)
        headers = sign_in(app, scene.ctx, scene.desk[Role.DISPATCHER].person)
        for wanted, expected in (("true", {drill}), ("false", {real})):
            listed = client.get(f"/v1/incidents?drill={wanted}", headers=headers).json["items"]
            assert {UUID(item["id"]) for item in listed} == expected
        assert len(client.get("/v1/incidents", headers=headers).json["items"]) == 2

    def test_nobody_rests_from_one(self, scene: Scene) -> None:
        one = add_volunteer(scene, metres=100)
        offer = offers(scene, dispatch(scene, report(scene), drill=True))[0]
        accept(scene, offer)
        go_and_report(scene, offer)
        assert asked(scene, dispatch(scene, report(scene))) == [one.member_id]


class TestClocks:
    def test_patience_comes_from_the_policy_and_no_new_one_sets_a_running_clock(self, scene: Scene) -> None:
        set_policy(scene, overdue_s={"reported": 900})
        incident_id = report(scene)
        due = text("SELECT due_at FROM timers WHERE subject_id = :id AND step = :step")
        first = scene.base.session.scalar(due, {"id": incident_id, "step": "1.0"})
        assert timedelta(seconds=890) <= first - scene.ctx.now <= timedelta(seconds=900)
        write_policy(scene.supervisor, PolicyDraft(IncidentKind.OTHER, None, 1, {"overdue_s": {"reported": 60}}))
        service.edit_incident(scene.dispatcher, IncidentEdit(incident_id, 1, {"colour": Colour.RED}))
        assert scene.base.session.scalar(due, {"id": incident_id, "step": "1.0"}) == first
        service.report_overdue(scene.ctx, incident_id, fence=1, nag=0)
        second = scene.base.session.scalar(due, {"id": incident_id, "step": "1.1"})
        assert timedelta(seconds=890) <= second - scene.ctx.now <= timedelta(seconds=900)

    def test_the_next_step_goes_by_the_policy_in_force_when_it_begins(self, scene: Scene) -> None:
        incident_id = report(scene)
        set_policy(scene, overdue_s={"dispatching": 1_234})
        dispatch(scene, incident_id)
        due = text("SELECT due_at FROM timers WHERE subject_id = :id AND step = '2.0'")
        left = scene.base.session.scalar(due, {"id": incident_id}) - scene.ctx.now
        assert timedelta(seconds=1_225) <= left <= timedelta(seconds=1_234)
