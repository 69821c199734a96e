"""A station's own policies: versions over the presets, what they may say, who may write them, what they change."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.identity.types import Role
from api.incidents import service
from api.incidents.errors import BadPolicy, PolicyMoved
from api.incidents.queries.policies import policy_in_force
from api.incidents.rules.policies import PRESETS, freeze_policy, preset_for, thaw_policy
from api.incidents.rules.policy_checks import LIFE_CRITICAL, LIMITS, differences, faults_in
from api.incidents.service.policies import list_policies, list_policy_versions, write_policy
from api.incidents.types import Colour, IncidentKind, NextRung, PolicyDraft, Rung
from api.notifications.types import LadderStep
from tests.builders.identity import enroll, sign_in
from tests.builders.incidents import Scene, dispatch, make_scene, offers, report

KINDS, COLOURS = list(IncidentKind), [None, *Colour]


@pytest.fixture
def scene(ctx) -> Scene:
    return make_scene(ctx)


def write(scene: Scene, kind=IncidentKind.OTHER, colour=None, replaces=0, **changes):
    return write_policy(scene.supervisor, PolicyDraft(kind, colour, replaces, changes))


def in_force(scene: Scene, kind=IncidentKind.OTHER, colour=None):
    return policy_in_force(scene.base.session, scene.station_id, kind, colour)


@pytest.mark.unit
class TestPresets:
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("colour", COLOURS)
    def test_every_preset_is_one_a_station_could_have_written(self, kind, colour) -> None:
        assert faults_in(preset_for(kind, colour)) == []

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("colour", COLOURS)
    def test_a_frozen_policy_thaws_to_itself_through_json(self, kind, colour) -> None:
        policy = preset_for(kind, colour)
        assert thaw_policy(json.loads(json.dumps(freeze_policy(policy)))) == policy

    @pytest.mark.parametrize("kind", KINDS)
    def test_red_calls_people_and_keeps_nobody_away(self, kind) -> None:
        red = preset_for(kind, Colour.RED)
        assert not red.caps_bind
        assert red.ladder[-1].channel == "voice"
        assert red.welfare_s > 0
        assert {step.rung for step in red.next_rungs} == set(Rung)

    @pytest.mark.parametrize("kind", sorted(LIFE_CRITICAL))
    def test_where_life_is_at_stake_caps_never_bind(self, kind) -> None:
        assert not preset_for(kind).caps_bind
        assert [fault.code for fault in faults_in(replace(preset_for(kind), caps_bind=True))] == ["caps_on_life"]

    def test_a_row_older_than_a_field_takes_todays_value_and_one_with_a_dropped_field_still_thaws(self) -> None:
        frozen = {**freeze_policy(preset_for(IncidentKind.FIGHT)), "gone": 1}
        for name in ("hope", "ladder", "next_rungs", "grid_first"):
            del frozen[name]
        assert thaw_policy(frozen) == preset_for(IncidentKind.FIGHT)


@pytest.mark.unit
class TestFaults:
    @pytest.mark.parametrize("name", LIMITS)
    def test_every_number_has_its_limits(self, name: str) -> None:
        low, high = LIMITS[name]
        for value in (low - 1, high + 1):
            found = faults_in(replace(PRESETS[IncidentKind.OTHER], **{name: value}))
            assert (f"/{name}", "out_of_range") in {(fault.pointer, fault.code) for fault in found}

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"radius_m": 900, "radius_max_m": 800}, "radius_over_most"),
            ({"arrive_m": 100, "leave_m": 100}, "leave_within_arrive"),
            ({"silence_s": 900, "expires_s": 600}, "expires_before_silence"),
            ({"candidates": 5, "spare": 5}, "too_few_candidates"),
            ({"overdue_s": {"reported": 300}}, "states_incomplete"),
            ({"ladder": ()}, "ladder_rungs"),
            ({"ladder": (LadderStep("sms"), LadderStep("sms", 20))}, "ladder_rungs"),
            ({"ladder": (LadderStep("pigeon"),)}, "unknown_channel"),
            ({"next_rungs": (NextRung(Rung.COMMAND_CENTRE, 1), NextRung(Rung.COMMAND_CENTRE, 9))}, "rungs_doubled"),
        ],
    )
    def test_what_contradicts_itself_is_named(self, changes, code: str) -> None:
        found = faults_in(replace(PRESETS[IncidentKind.OTHER], **changes))
        assert code in [fault.code for fault in found]
        assert all(fault.zh and fault.en for fault in found)

    def test_all_faults_are_told_at_once(self) -> None:
        found = faults_in(replace(PRESETS[IncidentKind.OTHER], hope=2, spare=-1, silence_s=1))
        assert {fault.pointer for fault in found} >= {"/hope", "/spare", "/silence_s"}

    @settings(deadline=None)
    @given(st.sampled_from(KINDS), st.sampled_from(KINDS))
    def test_a_difference_is_a_field_that_differs(self, first, second) -> None:
        before, after = preset_for(first), preset_for(second)
        found = differences(before, after)
        assert (found == ()) == (replace(before, kind=second) == after)
        assert all(each.before != each.after for each in found)


class TestVersions:
    def test_without_a_row_of_its_own_a_station_has_the_built_in_ones(self, scene: Scene) -> None:
        for kind in KINDS:
            for colour in COLOURS:
                assert in_force(scene, kind, colour) == preset_for(kind, colour)

    def test_a_version_changes_what_it_names_and_nothing_else(self, scene: Scene) -> None:
        written = write(scene, spare=3, silence_s=90)
        assert written == in_force(scene) == replace(preset_for(IncidentKind.OTHER), version=1, spare=3, silence_s=90)
        second = write(scene, replaces=1, spare=2)
        assert (second.version, second.spare, second.silence_s) == (2, 2, 90)

    def test_a_colour_has_its_own_before_its_kinds(self, scene: Scene) -> None:
        write(scene, spare=3)
        write(scene, colour=Colour.ORANGE, spare=4)
        spares = {colour: in_force(scene, colour=colour).spare for colour in (None, Colour.BLUE, Colour.ORANGE)}
        assert spares == {None: 3, Colour.BLUE: 3, Colour.ORANGE: 4}

    def test_red_hardens_a_stations_own_too(self, scene: Scene) -> None:
        write(scene, spare=3)
        red = in_force(scene, colour=Colour.RED)
        assert (red.spare, red.caps_bind, red.ladder[-1].channel) == (3, False, "voice")

    def test_taking_back_goes_back_and_can_be_followed(self, scene: Scene) -> None:
        write(scene, spare=3)
        write(scene, colour=Colour.ORANGE, spare=4)
        taken = write_policy(
            scene.supervisor, PolicyDraft(IncidentKind.OTHER, Colour.ORANGE, replaces=1, withdraw=True)
        )
        assert (taken.version, taken.spare) == (1, 3)
        assert write(scene, colour=Colour.ORANGE, replaces=2, spare=2).version == 3

    def test_writing_over_an_old_version_is_refused(self, scene: Scene) -> None:
        write(scene, spare=3)
        for seen in (0, 2):
            with pytest.raises(PolicyMoved):
                write(scene, replaces=seen, spare=2)

    def test_a_bad_one_is_refused_with_every_fault(self, scene: Scene) -> None:
        with pytest.raises(BadPolicy) as refused:
            write(scene, hope=0.1, overdue_s={"reported": 1})
        assert {issue.pointer for issue in refused.value.issues} == {"/hope", "/overdue_s/reported"}
        assert in_force(scene).version == 0

    def test_the_history_says_what_each_one_changed(self, scene: Scene) -> None:
        write(scene, spare=3)
        write(scene, replaces=1, spare=2, overdue_s={"reported": 600})
        write_policy(scene.supervisor, PolicyDraft(IncidentKind.OTHER, None, 2, withdraw=True))
        newest, second, first = list_policy_versions(scene.supervisor, IncidentKind.OTHER, None)
        assert [tuple(change) for change in first.changes] == [("spare", 1, 3)]
        assert [tuple(change) for change in second.changes] == [("overdue_s.reported", 300, 600), ("spare", 3, 2)]
        assert (newest.policy, {change.field: change.after for change in newest.changes}) == (
            None, {"overdue_s.reported": 300, "spare": 1},
        )  # fmt: skip
        assert {version.written_by for version in (newest, second, first)} == {scene.supervisor.actor.person_id}

    def test_the_list_has_every_kind_red_and_the_stations_own(self, scene: Scene) -> None:
        write(scene, colour=Colour.ORANGE, spare=4)
        found = {(policy.kind, policy.colour): policy.version for policy in list_policies(scene.supervisor)}
        assert found[IncidentKind.OTHER, Colour.ORANGE] == 1
        assert {key for key, version in found.items() if version == 0} == {
            (kind, colour) for kind in KINDS for colour in (None, Colour.RED)
        }

    def test_another_stations_versions_change_nothing_here(self, scene: Scene, ctx) -> None:
        other = make_scene(ctx, volunteers=0)
        write(other, spare=3)
        assert in_force(scene) == preset_for(IncidentKind.OTHER)
        assert list_policy_versions(scene.supervisor, IncidentKind.OTHER, None) == []


class TestAsking:
    def test_a_dispatch_asks_as_its_station_says_and_keeps_it(self, scene: Scene) -> None:
        write(scene, spare=3)
        running = dispatch(scene, report(scene))
        assert len(offers(scene, running)) == 4
        write(scene, replaces=1, spare=0)
        frozen = service.show_dispatch(scene.dispatcher, running).policy
        assert (frozen["version"], frozen["spare"]) == (1, 3)
        assert len(offers(scene, dispatch(scene, report(scene)))) == 1


class TestHttp:
    def test_read_write_and_history(self, scene: Scene, app, client) -> None:
        headers = sign_in(app, scene.ctx, scene.desk[Role.SUPERVISOR].person)
        body = {"kind": "other", "changes": {"spare": 3, "ladder": [{"channel": "sms", "after_s": 0}]}, "note": "试行"}
        answer = client.post("/v1/dispatch-policies", json=body, headers={**headers, "Idempotency-Key": "p1"})
        assert (answer.status_code, answer.json["version"], answer.json["rules"]["spare"]) == (201, 1, 3)
        listed = client.get("/v1/dispatch-policies", headers=headers).json["items"]
        own = [item for item in listed if item["version"]]
        assert [(item["kind"], item["colour"], item["rules"]["ladder"]) for item in own] == [
            ("other", None, [{"channel": "sms", "after_s": 0}])
        ] or len(own) == 2
        history = client.get("/v1/dispatch-policies/versions?kind=other", headers=headers).json["items"]
        assert [(item["version"], item["note"]) for item in history] == [(1, "试行")]
        assert "spare" in [change["field"] for change in history[0]["changes"]]
        late = client.post("/v1/dispatch-policies", json=body, headers={**headers, "Idempotency-Key": "p2"})
        assert (late.status_code, late.json["code"]) == (409, "policy_moved")

    def test_faults_come_back_field_by_field_in_both_languages(self, scene: Scene, app, client) -> None:
        headers = sign_in(app, scene.ctx, scene.desk[Role.SUPERVISOR].person)
        body = {"kind": "hazard", "changes": {"caps_bind": True, "hope": 0.2}}
        answer = client.post("/v1/dispatch-policies", json=body, headers={**headers, "Idempotency-Key": "p3"})
        assert (answer.status_code, answer.json["code"]) == (422, "bad_policy")
        assert {issue["pointer"] for issue in answer.json["errors"]} == {"/caps_bind", "/hope"}

    @pytest.mark.parametrize("body", [{"kind": "other"}, {"kind": "other", "changes": {"spare": 1}, "withdraw": True}])
    def test_a_version_of_nothing_is_refused(self, scene: Scene, app, client, body) -> None:
        headers = sign_in(app, scene.ctx, scene.desk[Role.SUPERVISOR].person)
        answer = client.post("/v1/dispatch-policies", json=body, headers={**headers, "Idempotency-Key": "p4"})
        assert answer.status_code == 422

    @pytest.mark.parametrize(
        ("role", "reads", "writes"),
        [
            (Role.DISPATCHER, 200, 403), (Role.SUPERVISOR, 200, 201), (Role.STATION_ADMIN, 200, 201),
            (Role.VOLUNTEER, 403, 403),
        ],
    )  # fmt: skip
    def test_who_may(self, scene: Scene, app, client, role: Role, reads: int, writes: int) -> None:
        person = enroll(scene.ctx, station_id=scene.station_id, roles=(role,))
        headers = sign_in(app, scene.ctx, person)
        assert client.get("/v1/dispatch-policies", headers=headers).status_code == reads
        body = {"kind": "other", "changes": {"spare": 3}}
        answer = client.post("/v1/dispatch-policies", json=body, headers={**headers, "Idempotency-Key": "p5"})
        assert answer.status_code == writes
