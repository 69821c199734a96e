"""Looking before the click: it tells what the click would do, writes nothing, and the click does just that."""

from collections import Counter
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from api.identity.models import Device
from api.identity.types import Role
from api.incidents import service
from api.incidents.errors import NothingNeeded, UnknownForce
from api.incidents.rules.policies import freeze_policy, policy_for, thaw_policy
from api.incidents.types import (
    Cancellation,
    CancelReason,
    DispatchOrder,
    DispatchPreview,
    IncidentKind,
    NeedOrder,
    Refusal,
)
from api.kernel.errors import IllegalTransition, NotFound
from api.notifications.rules.segments import count_segments
from api.notifications.rules.templates import render_sms
from api.plumbing.crypto import blind_index
from api.plumbing.outbox import OutboxMessage
from tests.builders.identity import actor_of, open_session, sign_in
from tests.builders.incidents import Scene, Somebody, accept, add_volunteer, make_scene, offers, report
from tests.sandboxes import make_token

URL = "https://gridloop.example"


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


def preview(scene: Scene, incident_id: UUID, *needs: NeedOrder, **order) -> DispatchPreview:
    order = DispatchOrder(incident_id, needs or (NeedOrder(1),), **order)
    return service.preview_dispatch(scene.dispatcher, order, public_url=URL)


def go(scene: Scene, incident_id: UUID, *needs: NeedOrder, **order) -> UUID:
    return service.dispatch_incident(scene.dispatcher, DispatchOrder(incident_id, needs or (NeedOrder(1),), **order))


def give_phone(scene: Scene, somebody: Somebody, phones: int = 1) -> None:
    """Push registrations of this person."""
    session_id = actor_of(scene.ctx, open_session(scene.ctx, somebody.person)).session_id
    for number in range(phones):
        device_id, token = scene.ctx.new_id(), make_token(f"{somebody.person.id} {number}")
        scene.ctx.session.add(
            Device(
                id=device_id, person_id=somebody.person.id, session_id=session_id, install_id=str(device_id),
                provider="fcm", platform="android", token=token, token_hash=blind_index(token, "devices.token"),
                registered_at=scene.ctx.now, last_seen_at=scene.ctx.now,
            )
        )  # fmt: skip
    scene.ctx.session.flush()


def contents(scene: Scene) -> dict[str, tuple[int, str]]:
    """Every table's number of rows, and a digest of them, so that a changed row shows as well as a new one."""
    session = scene.ctx.session
    session.flush()
    tables = session.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND has_table_privilege(oid, 'SELECT')"
        )
    ).all()
    return {
        table: tuple(
            session.execute(
                text(f"SELECT count(*), md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), '')) FROM {table} t")
            ).one()
        )
        for table in tables
        if table != "spatial_ref_sys"
    }


def asked_by(scene: Scene, dispatch_id: UUID) -> list[tuple[UUID, int, int]]:
    return [(row["member_id"], row["distance_m"], row["eta_s"]) for row in offers(scene, dispatch_id)]


def asked_in(shown: DispatchPreview) -> list[tuple[UUID, int, int]]:
    rows = [entry for need in shown.needs for entry in need.asked]
    return [(row.member_id, row.distance_m, row.eta_s) for row in sorted(rows, key=lambda row: row.distance_m)]


class TestLooking:
    def test_it_writes_nothing(self, scene: Scene) -> None:
        incident_id = report(scene)
        before = contents(scene)
        assert preview(scene, incident_id, NeedOrder(2)).needs[0].asked
        assert contents(scene) == before
        assert {"offers", "dispatches", "outbox", "timers", "audit_entries"} <= before.keys()
        go(scene, incident_id, NeedOrder(2))
        assert contents(scene) != before

    def test_nor_does_the_request(self, scene: Scene, app, client) -> None:
        headers = sign_in(app, scene.ctx, scene.desk[Role.DISPATCHER].person)
        path = f"/v1/incidents/{report(scene)}/dispatches/preview"
        before = {table: count for table, (count, _) in contents(scene).items()}
        answer = client.post(path, json={"needs": [{"wanted": 1}]}, headers=headers)
        assert (answer.status_code, len(answer.json["needs"][0]["asked"])) == (200, 2)
        assert {table: count for table, (count, _) in contents(scene).items()} == before

    def test_it_names_whom_and_why_not(self, scene: Scene) -> None:
        busy = add_volunteer(scene, metres=50, engaged_with=uuid4())
        stale = add_volunteer(scene, metres=60, fix_age_s=7200)
        [need] = preview(scene, report(scene)).needs
        assert [entry.member_id for entry in need.asked] == [scene.people[0].member_id, scene.people[1].member_id]
        assert {(entry.force, entry.picked) for entry in need.asked} == {("volunteer", True)}
        why = {entry.member_id: entry.reason for entry in need.considered}
        assert (why[busy.member_id], why[stale.member_id]) == ("engaged", "stale")
        assert need.missing.reasons == {"engaged": 1, "enough": 4, "stale": 1}
        assert (need.missing.short, need.missing.unfilled) == (0, 0)

    def test_it_shows_the_policy_that_is_frozen(self, scene: Scene) -> None:
        incident_id = report(scene, kind=IncidentKind.URGENT_HELP)
        shown = preview(scene, incident_id, radius_m=800.0)
        frozen = service.show_dispatch(scene.dispatcher, go(scene, incident_id, radius_m=800.0)).policy
        assert thaw_policy(shown.policy) == thaw_policy(frozen)
        assert frozen["radius_m"] == 800

    def test_nobody_there_is_said_before_the_click(self, scene: Scene) -> None:
        incident_id = report(scene)
        shown = preview(scene, incident_id, NeedOrder(8))
        assert (shown.needs[0].places, shown.needs[0].missing.short, shown.needs[0].missing.unfilled) == (9, 3, 2)
        assert shown.chance == 0
        nobody = preview(scene, incident_id, NeedOrder(1, force="grid_officer"))
        assert (nobody.state, nobody.needs[0].considered, nobody.messages.sms) == ("exhausted", [], 0)

    def test_the_chance_is_that_of_all_needs(self, scene: Scene) -> None:
        shown = preview(scene, report(scene), NeedOrder(1), NeedOrder(1))
        assert shown.chance == pytest.approx((1 - 0.638**2) ** 2)

    def test_the_reports_needs_are_taken_when_none_are_given(self, scene: Scene) -> None:
        incident_id = report(scene, needs=(NeedOrder(3),))
        assert (
            service.preview_dispatch(scene.dispatcher, DispatchOrder(incident_id), public_url=URL).needs[0].wanted == 3
        )


class TestRefusals:
    def test_it_refuses_what_the_click_refuses(self, scene: Scene) -> None:
        incident_id = report(scene)
        with pytest.raises(NothingNeeded):
            service.preview_dispatch(scene.dispatcher, DispatchOrder(incident_id), public_url=URL)
        with pytest.raises(UnknownForce):
            preview(scene, incident_id, NeedOrder(1, force="wizards"))
        service.cancel_incident(scene.dispatcher, Cancellation(incident_id, CancelReason.FALSE_ALARM))
        with pytest.raises(IllegalTransition):
            preview(scene, incident_id)

    def test_another_stations_incident_is_not_there(self, scene: Scene, ctx) -> None:
        incident_id = report(scene)
        other = make_scene(ctx, volunteers=0)
        with pytest.raises(NotFound):
            preview(other, incident_id)


class TestGoing:
    def test_the_click_asks_just_the_people_shown(self, scene: Scene) -> None:
        for _ in range(3):
            add_volunteer(scene, metres=150)
        add_volunteer(scene, metres=250, force="grid_officer")
        add_volunteer(scene, metres=40, engaged_with=uuid4())
        needs = (NeedOrder(2), NeedOrder(1, force="grid_officer"))
        incident_id = report(scene)
        shown = preview(scene, incident_id, *needs)
        assert len(asked_in(shown)) == 4
        assert sorted(asked_in(shown)) == sorted(asked_by(scene, go(scene, incident_id, *needs)))

    def test_also_when_people_were_asked_before(self, scene: Scene) -> None:
        incident_id = report(scene)
        first = offers(scene, go(scene, incident_id, NeedOrder(2)))
        accept(scene, first[0])
        service.decline_offer(scene.of(first[1]["person_id"]).ctx, Refusal(first[1]["id"]))
        shown = preview(scene, incident_id)
        assert shown.needs[0].missing.reasons == {"asked": 2, "refused": 1, "went": 1}
        assert asked_in(shown) == asked_by(scene, go(scene, incident_id))

    def test_the_messages_are_those_that_are_queued(self, scene: Scene) -> None:
        give_phone(scene, scene.people[0], phones=2)
        give_phone(scene, scene.people[1])
        scene.ctx.session.execute(
            text("UPDATE people SET phone_kind = 'landline' WHERE id = :id"), {"id": scene.people[2].person.id}
        )
        incident_id = report(scene)
        estimate = preview(scene, incident_id, NeedOrder(3)).messages
        assert (estimate.push, estimate.sms, estimate.unreachable) == (3, 1, 1)
        go(scene, incident_id, NeedOrder(3))
        queued = scene.ctx.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "offer")).all()
        by_channel = Counter(message.channel for message in queued)
        assert by_channel == {"push": estimate.push, "sms": estimate.sms}

    @pytest.mark.parametrize("language", ["zh-CN", "en"])
    def test_the_segments_are_those_of_the_texts_that_are_queued(self, scene: Scene, language: str) -> None:
        scene.ctx.session.execute(text("UPDATE people SET language = :language"), {"language": language})
        incident_id = report(scene)
        estimate = preview(scene, incident_id, NeedOrder(3)).messages
        go(scene, incident_id, NeedOrder(3))
        queued = scene.ctx.session.scalars(select(OutboxMessage).where(OutboxMessage.template == "offer")).all()
        bodies = [render_sms("offer", language, message.variables, URL) for message in queued]
        assert (estimate.sms, estimate.sms_segments) == (4, sum(map(count_segments, bodies)))


class TestLeavingOut:
    def test_whoever_is_left_out_is_not_asked_and_the_reason_is_kept(self, scene: Scene) -> None:
        nearest = scene.people[0].member_id
        incident_id = report(scene)
        shown = preview(scene, incident_id, exclude=frozenset({nearest}))
        assert shown.needs[0].missing.reasons == {"enough": 3, "excluded": 1}
        dispatch_id = go(scene, incident_id, exclude=frozenset({nearest}))
        assert asked_in(shown) == asked_by(scene, dispatch_id)
        assert [member for member, _, _ in asked_in(shown)] == [scene.people[1].member_id, scene.people[2].member_id]
        [entry] = service.explain_selection(scene.dispatcher, dispatch_id, nearest).entries
        assert (entry["picked"], entry["reason"]) == (False, "excluded")

    def test_nor_is_he_asked_when_somebody_refuses(self, scene: Scene) -> None:
        nearest = scene.people[0].member_id
        dispatch_id = go(scene, report(scene), exclude=frozenset({nearest}))
        for _ in range(6):
            for offer in offers(scene, dispatch_id, "offered"):
                service.decline_offer(scene.of(offer["person_id"]).ctx, Refusal(offer["id"]))
        asked = {row["member_id"] for row in offers(scene, dispatch_id)}
        assert asked == {somebody.member_id for somebody in scene.people[1:]}
        assert service.show_dispatch(scene.dispatcher, dispatch_id).state == "exhausted"

    def test_the_next_dispatch_may_ask_him(self, scene: Scene) -> None:
        incident_id = report(scene)
        go(scene, incident_id, exclude=frozenset({scene.people[0].member_id}))
        assert asked_by(scene, go(scene, incident_id))[0][0] == scene.people[0].member_id

    def test_an_id_of_nobody_changes_nothing(self, scene: Scene) -> None:
        incident_id = report(scene)
        assert asked_in(preview(scene, incident_id, exclude=frozenset({uuid4()}))) == asked_in(
            preview(scene, incident_id)
        )

    @pytest.mark.unit
    def test_a_policy_frozen_before_there_was_leaving_out_leaves_out_nobody(self) -> None:
        old = freeze_policy(policy_for(IncidentKind.TRAFFIC))
        del old["excluded"]
        assert thaw_policy(old).excluded == ()
