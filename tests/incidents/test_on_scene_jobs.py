"""The timers of people who go, run as the worker runs them; and people who go to two things at once."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from api.incidents import service
from api.incidents.errors import EngagedElsewhere
from api.incidents.service.adding import add_by_hand
from api.incidents.types import Colour, Move, NeedOrder, Refusal
from api.incidents.types.on_scene import HandAdd
from tests.builders.incidents import Scene, accept, dispatch, make_scene, offers, report
from tests.builders.on_scene import accepted, row_of, send, told
from workers import queues
from workers.runtime import queue_of, run_in_context

JOBS = ("follow_member", "check_moving", "added_silent", "check_welfare")


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


def run(scene: Scene, subject_id: UUID, job: str) -> str:
    """Make the timer due and run it; what became of it."""
    due = text(
        "UPDATE timers SET due_at = now() - interval '1 second' WHERE subject_id = :id AND job = :job"
        " AND state = 'waiting' RETURNING id"
    )
    timer_id = scene.base.session.scalars(due, {"id": subject_id, "job": f"workers.jobs.on_scene.{job}"}).first()
    scene.base.session.commit()
    return run_in_context(timer_id)


def test_they_are_urgent() -> None:
    assert {queue_of(f"workers.jobs.on_scene.{job}") for job in JOBS} == {queues.URGENT}


def test_following(scene: Scene) -> None:
    _, [offer], since = accepted(scene)
    person = scene.of(offer["person_id"])
    # As if they had said yes a while ago: the worker's clock is the database's.
    earlier = since - timedelta(minutes=5)
    for table in ("offers", "approaches"):
        scene.base.session.execute(text(f"UPDATE {table} SET accepted_at = :at"), {"at": earlier})
    scene.base.session.execute(text("UPDATE duty_live SET fix_at = :at WHERE fix_at > :at"), {"at": earlier})
    send(scene, person, earlier, (10, 400), (100, 200), (200, 20), (250, 25))
    assert run(scene, person.member_id, "follow_member") == "fired"
    row = row_of(scene, offer)
    assert (row["state"], row["arrived_how"]) == ("arrived", "geofence")


def test_looking_whether_somebody_moves(scene: Scene) -> None:
    _, [offer], _ = accepted(scene)
    assert run(scene, offer["id"], "check_moving") == "fired"
    assert told(scene, "still_coming") == {offer["person_id"]}
    assert run(scene, offer["id"], "check_moving") == "fired"
    assert row_of(scene, offer)["state"] == "accepted"


def test_the_watch_over_somebody_on_scene(scene: Scene) -> None:
    _, [offer], _ = accepted(scene, colour=Colour.RED)
    service.arrive(scene.of(offer["person_id"]).ctx, Move(offer["id"]))
    assert [run(scene, offer["id"], "check_welfare") for _ in range(2)] == ["fired", "fired"]
    assert told(scene, "welfare_missed") == scene.desk_ids


def test_the_window_of_somebody_added(scene: Scene) -> None:
    dispatch_id = dispatch(scene, report(scene))
    added = add_by_hand(scene.dispatcher, HandAdd(dispatch_id, scene.people[5].member_id))
    assert run(scene, added.id, "added_silent") == "fired"
    assert row_of(scene, {"id": added.id})["state"] == "silent"


class TestTwoTasksAtOnce:
    """Only where the policy lets busy people be asked."""

    @pytest.fixture
    def busy(self, scene: Scene):
        """(first offer, second offer, the person) of somebody busy with the first, whom the second may take all the
        same."""
        first = offers(scene, dispatch(scene, report(scene)))[0]
        second_dispatch = dispatch(scene, report(scene), NeedOrder(1))
        second = offers(scene, second_dispatch)[0]
        assert first["person_id"] == second["person_id"]
        accept(scene, first)
        return first, second, scene.of(first["person_id"])

    def engaged_with(self, scene: Scene, person) -> UUID | None:
        query = text("SELECT engaged_with FROM duty_live WHERE member_id = :id")
        return scene.base.session.scalar(query, {"id": person.member_id})

    def allow(self, scene: Scene, offer: dict) -> None:
        scene.base.session.execute(
            text("UPDATE dispatches SET policy = policy || '{\"allow_engaged\": true}' WHERE id ="
                 " (SELECT dispatch_id FROM offers WHERE id = :id)"),
            {"id": offer["id"]},
        )  # fmt: skip

    def incident(self, scene: Scene, offer: dict) -> UUID:
        return scene.base.session.scalar(text("SELECT incident_id FROM offers WHERE id = :id"), {"id": offer["id"]})

    def test_by_default_nobody_is_torn_away(self, scene: Scene, busy) -> None:
        first, second, person = busy
        with pytest.raises(EngagedElsewhere), scene.base.session.begin_nested():
            accept(scene, second)
        assert self.engaged_with(scene, person) == self.incident(scene, first)

    def test_where_it_is_allowed_the_newest_task_counts_and_the_first_comes_back(self, scene: Scene, busy) -> None:
        first, second, person = busy
        self.allow(scene, second)
        assert accept(scene, second) == "accepted"
        assert self.engaged_with(scene, person) == self.incident(scene, second)
        service.drop_out(person.ctx, Refusal(second["id"]))
        assert self.engaged_with(scene, person) == self.incident(scene, first)
        service.finish(person.ctx, Move(first["id"]))
        assert self.engaged_with(scene, person) is None

    def test_ending_the_first_leaves_them_with_the_second(self, scene: Scene, busy) -> None:
        first, second, person = busy
        self.allow(scene, second)
        accept(scene, second)
        service.finish(person.ctx, Move(first["id"]))
        assert self.engaged_with(scene, person) == self.incident(scene, second)


def test_a_clock_of_the_past_is_no_clock(scene: Scene) -> None:
    """A dispatch whose policy says nothing of welfare has none, whatever the incident became since."""
    _, [offer], _ = accepted(scene)
    scene.base.session.execute(text("UPDATE incidents SET colour = 'red'"))
    service.arrive(scene.of(offer["person_id"]).ctx, Move(offer["id"]))
    assert scene.base.session.scalar(text("SELECT count(*) FROM welfare_watches")) == 0
