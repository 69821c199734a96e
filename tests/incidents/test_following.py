"""Positions of people who go: the ETA, leaving and arriving by themselves, and nothing of it for anybody else."""

import pytest
from sqlalchemy import text

from api.incidents import service
from api.incidents.service.following import follow_member
from api.incidents.types import Cancellation, CancelReason, Move
from tests.builders.incidents import Scene, make_scene
from tests.builders.on_scene import accepted, after, at, events, north, row_of, send, walk


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


@pytest.fixture
def going(scene: Scene):
    """(incident, offer, the person, the moment of their yes) of somebody 100 m away who said yes."""
    incident_id, [offer], since = accepted(scene)
    return incident_id, offer, scene.of(offer["person_id"]), since


def jobs(scene: Scene) -> list[tuple]:
    query = text("SELECT subject_id, step FROM timers WHERE job LIKE '%follow_member' ORDER BY due_at")
    return [tuple(row) for row in scene.base.session.execute(query)]


class TestEta:
    def test_before_a_fix_it_is_reckoned_from_where_they_were_asked(self, scene: Scene, going) -> None:
        _, offer, _, since = going
        row = row_of(scene, offer)
        assert row["eta_at"] == after(since, row["eta_s"])
        assert (row["fix_at"], row["left_m"]) == (None, None)

    def test_each_fix_makes_it_anew_and_says_which_fix(self, scene: Scene, going) -> None:
        _, offer, person, since = going
        walk(scene, person, since, (5, 800), (60, 700))
        row = row_of(scene, offer)
        assert (row["fix_at"], row["left_m"]) == (after(since, 60), 700)
        assert row["eta_at"] == after(since, 60 + 350)
        walk(scene, person, since, (160, 500))
        assert row_of(scene, offer)["eta_at"] == after(since, 160 + 250)
        shown = service.show_offer(person.ctx, offer["id"])
        assert (shown.eta_at, shown.fix_at) == (after(since, 410), after(since, 160))

    def test_who_is_there_has_no_eta(self, scene: Scene, going) -> None:
        _, offer, person, _ = going
        service.arrive(person.ctx, Move(offer["id"]))
        assert row_of(scene, offer)["eta_at"] is None

    def test_a_fix_of_somebody_on_no_task_orders_nothing_and_writes_nothing(self, scene: Scene, going) -> None:
        _, _, _, since = going
        idle = scene.people[4]
        send(scene, idle, since, (5, 480))
        assert jobs(scene) == []
        before = scene.base.session.scalar(text("SELECT count(*) FROM approaches"))
        follow_member(at(scene.ctx, after(since, 10)), idle.member_id)
        assert scene.base.session.scalar(text("SELECT count(*) FROM approaches")) == before == 1

    def test_many_uploads_order_one_job_per_stretch_of_time(self, scene: Scene, going) -> None:
        _, _, person, since = going
        start = after(since, 5 - since.timestamp() % 5)  # the beginning of a stretch
        for second in range(20):
            send(scene, person, start, (second + 0.1, 100 + second))
        assert len(jobs(scene)) == len(set(jobs(scene))) in (4, 5)


class TestByThemselves:
    def test_leaving_and_arriving_are_seen(self, scene: Scene, going) -> None:
        incident_id, offer, person, since = going
        walk(scene, person, since, (5, 300), (60, 290))
        assert row_of(scene, offer)["state"] == "accepted"
        walk(scene, person, since, (90, 230))
        row = row_of(scene, offer)
        assert (row["state"], row["departed_how"], row["departed_at"]) == ("on_the_way", "geofence", after(since, 90))
        assert service.show_incident(scene.dispatcher, incident_id).state == "underway"
        walk(scene, person, since, (150, 40), (160, 30), (175, 25))
        row = row_of(scene, offer)
        assert (row["state"], row["arrived_how"], row["arrived_at"]) == ("arrived", "geofence", after(since, 150))
        assert row["arrival_distance_m"] == pytest.approx(25, abs=1)
        kinds = [(kind, len(events(scene, incident_id, kind))) for kind in ("depart", "arrive")]
        assert kinds == [("depart", 1), ("arrive", 1)]

    def test_arriving_in_one_late_batch_tells_of_both(self, scene: Scene, going) -> None:
        _, offer, person, since = going
        walk(scene, person, since, (5, 400), (100, 200), (200, 20), (230, 20))
        row = row_of(scene, offer)
        assert (row["state"], row["departed_at"], row["arrived_at"]) == (
            "arrived", after(since, 100), after(since, 200),
        )  # fmt: skip

    def test_what_was_said_by_hand_stays(self, scene: Scene, going) -> None:
        incident_id, offer, person, since = going
        service.depart(person.ctx, Move(offer["id"]))
        service.arrive(person.ctx, Move(offer["id"], place=north(900)))
        before = row_of(scene, offer)
        walk(scene, person, since, (60, 20), (90, 20), (120, 25))
        row = row_of(scene, offer)
        assert (row["arrived_how"], row["arrived_at"]) == ("hand", before["arrived_at"])
        assert len(events(scene, incident_id, "arrive")) == 1

    def test_the_end_of_the_task_is_the_end_of_following(self, scene: Scene, going) -> None:
        incident_id, offer, person, since = going
        send(scene, person, since, (60, 20), (90, 20))
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.OTHER))
        follow_member(at(scene.ctx, after(since, 91)), person.member_id)
        assert row_of(scene, offer)["state"] == "stood_down"

    def test_leaving_the_place_again_is_noted_once(self, scene: Scene, going) -> None:
        incident_id, offer, person, since = going
        walk(scene, person, since, (60, 20), (90, 20))
        walk(scene, person, since, (120, 400), (150, 600))
        walk(scene, person, since, (180, 700))
        assert row_of(scene, offer)["gone_at"] == after(since, 120)
        assert row_of(scene, offer)["state"] == "arrived"
        assert len(events(scene, incident_id, "gone")) == 1

    def test_two_uploads_followed_at_once_count_once(self, scene: Scene, going) -> None:
        incident_id, offer, person, since = going
        walk(scene, person, since, (60, 20), (90, 20))
        for _ in range(3):
            follow_member(at(scene.ctx, after(since, 95)), person.member_id)
        assert row_of(scene, offer)["state"] == "arrived"
        assert len(events(scene, incident_id, "arrive")) == 1
