"""One click on the real database: who is asked, what is written, and what follows a refusal, a silence, a drop-out."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from api.grids.queries import forces_of
from api.incidents import service
from api.incidents.errors import NothingNeeded, UnknownForce, UnknownSkill
from api.incidents.queries.incidents import forgotten_incidents, idle_dispatches
from api.incidents.rules.links import LINK_KEY, link_path
from api.incidents.types import DeclineReason, IncidentKind, Move, NeedOrder, Outcome, Refusal
from api.kernel.errors import IllegalTransition, NotFound
from api.plumbing.outbox import OutboxMessage
from api.plumbing.signing import signer
from api.plumbing.timers import Timer
from tests.builders.grids import make_member, make_station
from tests.builders.identity import enroll
from tests.builders.incidents import (
    Scene,
    accept,
    add_volunteer,
    dispatch,
    go_and_report,
    in_review,
    make_scene,
    offers,
    report,
)


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


def messages(scene: Scene, template: str = "offer", state: str = "queued") -> list[OutboxMessage]:
    statement = select(OutboxMessage).where(OutboxMessage.template == template, OutboxMessage.state == state)
    return list(scene.ctx.session.scalars(statement.execution_options(populate_existing=True)))


def timers(scene: Scene, subject_id, state: str = "waiting") -> list[tuple[str, str]]:
    rows = scene.ctx.session.execute(
        text("SELECT job, step FROM timers WHERE subject_id = :id AND state = :state ORDER BY job, step"),
        {"id": subject_id, "state": state},
    )
    return [(job.rpartition(".")[2], step) for job, step in rows]


def people_of(scene: Scene, rows: list[dict]) -> list[int]:
    """The places in `scene.people` of those asked."""
    ids = [somebody.person.id for somebody in scene.people]
    return [ids.index(row["person_id"]) for row in rows]


def state_of(scene: Scene, incident_id) -> str:
    return service.show_incident(scene.dispatcher, incident_id).state


def kinds(scene: Scene, incident_id) -> list[str]:
    return [event["kind"] for event in service.show_timeline(scene.dispatcher, incident_id, after=0, limit=200)]


def answer_no(scene: Scene, offer: dict) -> None:
    service.decline_offer(scene.of(offer["person_id"]).ctx, Refusal(offer["id"], DeclineReason.BUSY))


class TestOneClick:
    def test_the_nearest_are_asked_with_one_spare(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene), NeedOrder(2))
        asked = offers(scene, dispatch_id)
        assert people_of(scene, asked) == [0, 1, 2]
        assert [row["distance_m"] for row in asked] == [100, 200, 300]
        assert {row["state"] for row in asked} == {"offered"}

    def test_each_one_gets_one_message_without_a_place_or_a_name(self, scene: Scene) -> None:
        asked = offers(scene, dispatch(scene, report(scene), NeedOrder(2)))
        queued = messages(scene)
        assert {row.subject_id for row in queued} == {row["id"] for row in asked}
        key = signer.key(LINK_KEY)
        assert [row.variables for row in queued] == [{"_link": link_path(row.subject_id, key)} for row in queued]
        assert len(queued) == 3
        assert {row.urgency for row in queued} == {"alert"}

    def test_the_click_starts_the_window_and_moves_the_incident(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        assert timers(scene, dispatch_id) == [("offer_silent", "wave-1")]
        assert state_of(scene, incident_id) == "dispatching"
        assert timers(scene, incident_id) == [("step_overdue", "2.0")]
        assert kinds(scene, incident_id) == ["reported", "state", "dispatched", "asked"]

    def test_everybody_looked_at_has_a_stored_reason(self, scene: Scene) -> None:
        busy = add_volunteer(scene, metres=50, engaged_with=uuid4())
        stale = add_volunteer(scene, metres=60, fix_age_s=7200)
        dispatch_id = dispatch(scene, report(scene))
        why = {
            person: service.explain_selection(scene.dispatcher, dispatch_id, person.member_id).entries[0]["reason"]
            for person in (busy, stale, scene.people[0], scene.people[5])
        }
        assert list(why.values()) == ["engaged", "stale", "nearest", "enough"]

    def test_whoever_was_not_looked_at_is_told_by_which_rule(self, scene: Scene) -> None:
        far = add_volunteer(scene, metres=9_000)
        medic_wanted = NeedOrder(1, skills=frozenset({"first_aid"}))
        left = make_member(
            scene.ctx, scene.station_id, enroll(scene.ctx, station_id=scene.station_id).id, status="suspended"
        )
        incident_id = report(scene)
        anybody = dispatch(scene, incident_id)
        medics = dispatch(scene, incident_id, medic_wanted)

        def why(dispatch_id, member_id) -> str | None:
            return service.explain_selection(scene.dispatcher, dispatch_id, member_id).outside

        assert why(anybody, far.member_id) == "off_duty_or_outside_radius"
        assert why(medics, far.member_id) == "force_or_skill"
        assert why(anybody, left) == "not_active"
        assert why(anybody, scene.people[0].member_id) is None

    def test_a_stranger_is_not_explained(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        elsewhere = make_station(scene.ctx)
        stranger = make_member(scene.ctx, elsewhere, enroll(scene.ctx, station_id=elsewhere).id)
        for member_id in (stranger, uuid4()):
            with pytest.raises(NotFound):
                service.explain_selection(scene.dispatcher, dispatch_id, member_id)

    def test_needs_are_filled_by_force_and_skill(self, scene: Scene) -> None:
        force = next(word.code for word in forces_of(scene.ctx.session, scene.station_id) if word.code != "volunteer")
        officer = add_volunteer(scene, metres=900, force=force)
        medic = add_volunteer(scene, metres=800, skills=("first_aid",))
        dispatch_id = dispatch(
            scene, report(scene), NeedOrder(1, force=force), NeedOrder(1, skills=frozenset({"first_aid"}))
        )
        assert {row["person_id"] for row in offers(scene, dispatch_id)} == {officer.person.id, medic.person.id}

    def test_needs_named_in_the_report_are_used(self, scene: Scene) -> None:
        incident_id = report(scene, needs=(NeedOrder(3),))
        dispatch_id = service.dispatch_incident(scene.dispatcher, service_order(incident_id))
        assert service.show_dispatch(scene.dispatcher, dispatch_id).needs[0]["wanted"] == 3

    def test_somebody_must_be_needed(self, scene: Scene) -> None:
        with pytest.raises(NothingNeeded):
            service.dispatch_incident(scene.dispatcher, service_order(report(scene)))

    @pytest.mark.parametrize(
        ("need", "error"),
        [
            (NeedOrder(1, force="wizards"), UnknownForce),
            (NeedOrder(1, skills=frozenset({"levitation"})), UnknownSkill),
        ],
    )
    def test_an_unknown_word_is_refused_instead_of_finding_nobody(self, scene: Scene, need, error) -> None:
        with pytest.raises(error):
            dispatch(scene, report(scene), need)

    def test_a_foreign_incident_does_not_exist(self, scene: Scene) -> None:
        other = make_scene(scene.ctx, volunteers=0)
        with pytest.raises(NotFound):
            dispatch(other, report(scene))

    def test_the_policy_stays_as_it_was_at_the_click(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene, kind=IncidentKind.FIGHT), radius_m=250.0)
        detail = service.show_dispatch(scene.dispatcher, dispatch_id)
        assert (detail.policy["radius_m"], detail.policy["kind"], detail.policy["spare"]) == (250.0, "fight", 2)
        assert people_of(scene, detail.offers) == [0, 1]


def service_order(incident_id):
    from api.incidents.types import DispatchOrder

    return DispatchOrder(incident_id)


class TestNobodyFits:
    def test_the_dispatch_stands_exhausted_and_the_desk_is_told(self, ctx) -> None:
        scene = make_scene(ctx, volunteers=0)
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "exhausted"
        assert timers(scene, dispatch_id) == [
            ("ask_again", "wave-1"), ("next_rung", "command_centre-1"), ("next_rung", "patrol_officers-1")
        ]  # fmt: skip
        assert "exhausted" in kinds(scene, incident_id)
        told = {row.person_id for row in messages(scene, "nobody_found")}
        assert told == scene.desk_ids

    def test_looking_again_finds_who_came_on_duty_since(self, ctx) -> None:
        scene = make_scene(ctx, volunteers=0)
        dispatch_id = dispatch(scene, report(scene))
        add_volunteer(scene, metres=100)
        service.ask_more(scene.ctx, dispatch_id, fence=1)
        detail = service.show_dispatch(scene.dispatcher, dispatch_id)
        assert (detail.state, detail.wave, people_of(scene, detail.offers)) == ("asking", 2, [0])

    def test_looking_again_in_vain_looks_again_later_and_tells_nobody_twice(self, ctx) -> None:
        scene = make_scene(ctx, volunteers=0)
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        for _ in range(3):
            service.ask_more(scene.ctx, dispatch_id, fence=1)
        assert timers(scene, dispatch_id)[3] == ("ask_again", "wave-4")
        assert kinds(scene, incident_id).count("exhausted") == 1
        assert len(messages(scene, "nobody_found")) == 2
        waves = scene.ctx.session.execute(
            text("SELECT wave FROM selections WHERE dispatch_id = :id"), {"id": dispatch_id}
        )
        assert [row.wave for row in waves] == [1]

    def test_a_stale_timer_does_nothing(self, ctx) -> None:
        scene = make_scene(ctx, volunteers=0)
        dispatch_id = dispatch(scene, report(scene))
        add_volunteer(scene, metres=100)
        service.ask_more(scene.ctx, dispatch_id, fence=9)
        assert offers(scene, dispatch_id) == []


class TestReplacement:
    def test_a_refusal_is_replaced_at_once(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        answer_no(scene, offers(scene, dispatch_id)[0])
        assert [(row["state"], row["wave"]) for row in offers(scene, dispatch_id)] == [
            ("declined", 1), ("offered", 1), ("offered", 2)
        ]  # fmt: skip
        assert len(messages(scene)) == 3
        assert ("offer_silent", "wave-2") in timers(scene, dispatch_id)

    def test_a_refusal_by_the_last_one_exhausts(self, ctx) -> None:
        scene = make_scene(ctx, volunteers=1)
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        answer_no(scene, offers(scene, dispatch_id)[0])
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "exhausted"
        assert "exhausted" in kinds(scene, incident_id)

    def test_silence_is_replaced_and_a_late_yes_still_counts(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        first = offers(scene, dispatch_id)[0]
        assert service.hear_silence(scene.ctx, dispatch_id, wave=1, fence=1) == 2
        assert [row["state"] for row in offers(scene, dispatch_id)] == ["silent", "silent", "offered", "offered"]
        assert accept(scene, first) == "accepted"

    def test_the_window_of_one_wave_says_nothing_of_the_next(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        answer_no(scene, offers(scene, dispatch_id)[0])
        assert service.hear_silence(scene.ctx, dispatch_id, wave=1, fence=1) == 1
        states = {row["wave"]: row["state"] for row in offers(scene, dispatch_id) if row["state"] != "declined"}
        assert states == {1: "silent", 2: "offered", 3: "offered"}

    def test_a_late_no_after_silence_is_not_replaced_twice(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene))
        service.hear_silence(scene.ctx, dispatch_id, wave=1, fence=1)
        asked = offers(scene, dispatch_id)
        answer_no(scene, asked[0])
        assert len(offers(scene, dispatch_id)) == len(asked)

    def test_a_drop_out_opens_the_place_and_the_reserve_is_asked_first(self, scene: Scene) -> None:
        dispatch_id = dispatch(scene, report(scene), NeedOrder(1))
        near, next_one = offers(scene, dispatch_id)
        assert (accept(scene, next_one), accept(scene, near)) == ("accepted", "stood_down")
        service.drop_out(scene.of(next_one["person_id"]).ctx, Refusal(next_one["id"], DeclineReason.NOT_SAFE))
        again = [row for row in offers(scene, dispatch_id) if row["state"] == "offered"]
        assert near["id"] in {row["id"] for row in again}
        reasons = service.explain_selection(scene.dispatcher, dispatch_id, near["member_id"]).entries
        assert [entry["reason"] for entry in reasons] == ["reserve", "nearest"]
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "asking"
        assert len(offers(scene, dispatch_id)) == len({row["member_id"] for row in offers(scene, dispatch_id)})

    def test_nobody_who_left_is_asked_again(self, ctx) -> None:
        scene = make_scene(ctx, volunteers=1)
        dispatch_id = dispatch(scene, report(scene))
        [offer] = offers(scene, dispatch_id)
        accept(scene, offer)
        service.drop_out(scene.people[0].ctx, Refusal(offer["id"]))
        assert [row["state"] for row in offers(scene, dispatch_id)] == ["dropped_out"]
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "exhausted"

    def test_a_second_dispatch_asks_nobody_who_was_asked(self, scene: Scene) -> None:
        incident_id = report(scene)
        first = offers(scene, dispatch(scene, incident_id))
        second = offers(scene, dispatch(scene, incident_id))
        assert not {row["member_id"] for row in first} & {row["member_id"] for row in second}


class TestNothingIsForgotten:
    def test_every_open_incident_has_its_reminder_in_every_state(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        assert (forgotten_incidents(scene.ctx.session), idle_dispatches(scene.ctx.session)) == ([], [])
        offer = offers(scene, dispatch_id)[0]
        accept(scene, offer)
        go_and_report(scene, offer)
        assert forgotten_incidents(scene.ctx.session) == []

    def test_the_auditor_sees_a_lost_reminder_and_a_lost_window(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        scene.ctx.session.execute(text("DELETE FROM timers"))
        assert forgotten_incidents(scene.ctx.session) == [incident_id]
        assert idle_dispatches(scene.ctx.session) == [dispatch_id]

    def test_the_auditor_takes_up_what_it_finds_once(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id)
        scene.ctx.session.execute(text("UPDATE offers SET state = 'declined'"))
        scene.ctx.session.execute(text("UPDATE timers SET state = 'dead'"))
        assert service.take_up_forgotten(scene.ctx) == 2
        assert {row.person_id for row in messages(scene, "step_overdue")} == scene.desk_ids
        assert idle_dispatches(scene.ctx.session) == []
        assert dispatch_id in scene.ctx.session.scalars(select(Timer.subject_id).where(Timer.state == "waiting")).all()
        assert service.take_up_forgotten(scene.ctx) == 0

    def test_an_overdue_step_is_reported_and_reminded_of_again(self, scene: Scene) -> None:
        incident_id = report(scene)
        assert service.report_overdue(scene.ctx, incident_id, fence=1, nag=0)
        assert ("step_overdue", "1.1") in timers(scene, incident_id)
        assert {row.person_id for row in messages(scene, "step_overdue")} == scene.desk_ids
        assert "overdue" in kinds(scene, incident_id)

    def test_once_the_step_is_taken_nobody_is_told_any_more_that_it_is_overdue(self, scene: Scene) -> None:
        incident_id = report(scene)
        long_ago = text("UPDATE incidents SET step_since = now() - interval '6 minutes' WHERE id = :id")
        scene.base.session.execute(long_ago, {"id": incident_id})
        service.report_overdue(scene.ctx, incident_id, fence=1, nag=0)
        dispatch(scene, incident_id)
        assert messages(scene, "step_overdue") == []
        assert len(messages(scene, "step_overdue", "cancelled")) == 2

    def test_a_reminder_of_a_step_that_was_taken_does_nothing(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch(scene, incident_id)
        assert not service.report_overdue(scene.ctx, incident_id, fence=1, nag=0)
        assert "overdue" not in kinds(scene, incident_id)

    def test_an_edit_does_not_restart_the_clock(self, scene: Scene) -> None:
        from api.incidents.types import IncidentEdit

        incident_id = report(scene)
        statement = select(Timer.due_at, Timer.step).where(Timer.subject_id == incident_id, Timer.state == "waiting")
        before = scene.ctx.session.execute(statement).all()
        service.edit_incident(scene.dispatcher, IncidentEdit(incident_id, 1, {"description": "更正"}))
        assert scene.ctx.session.execute(statement).all() == before
        assert before[0].due_at - scene.dispatcher.now >= timedelta(seconds=299)

    def test_a_second_dispatch_underway_does_not_restart_the_clock(self, scene: Scene) -> None:
        incident_id = report(scene)
        offer = offers(scene, dispatch(scene, incident_id))[0]
        accept(scene, offer)
        service.depart(scene.of(offer["person_id"]).ctx, Move(offer["id"]))
        before = timers(scene, incident_id)
        dispatch(scene, incident_id)
        assert (state_of(scene, incident_id), timers(scene, incident_id)) == ("underway", before)


class TestEndingADispatch:
    def test_stopping_tells_those_who_were_asked_and_keeps_those_who_go(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id, NeedOrder(2))
        first = offers(scene, dispatch_id)[0]
        accept(scene, first)
        service.end_dispatch(scene.dispatcher, dispatch_id)
        service.end_dispatch(scene.dispatcher, dispatch_id)
        assert [row["state"] for row in offers(scene, dispatch_id)] == ["accepted", "withdrawn", "withdrawn"]
        assert timers(scene, dispatch_id) == []
        go_and_report(scene, first)
        assert state_of(scene, incident_id) == "in_review"

    def test_stopping_when_all_have_reported_begins_the_review(self, scene: Scene) -> None:
        incident_id = report(scene)
        dispatch_id = dispatch(scene, incident_id, NeedOrder(2))
        first = offers(scene, dispatch_id)[0]
        accept(scene, first)
        go_and_report(scene, first, Outcome.UNABLE)
        assert state_of(scene, incident_id) == "underway"
        service.end_dispatch(scene.dispatcher, dispatch_id)
        assert state_of(scene, incident_id) == "in_review"

    def test_more_people_can_be_sent_out_of_review(self, scene: Scene) -> None:
        incident_id, _ = in_review(scene)
        dispatch_id = dispatch(scene, incident_id)
        assert state_of(scene, incident_id) == "dispatching"
        offer = offers(scene, dispatch_id)[0]
        accept(scene, offer)
        go_and_report(scene, offer)
        assert state_of(scene, incident_id) == "in_review"

    def test_a_closed_incident_takes_no_dispatch(self, scene: Scene) -> None:
        from api.incidents.types import Cancellation, CancelReason

        incident_id = report(scene)
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.FALSE_ALARM))
        with pytest.raises(IllegalTransition):
            dispatch(scene, incident_id)
