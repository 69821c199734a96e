"""When an incident may be reviewed, by whom, and when it closes; what is shown to whom; how long things may take."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.incidents.rules.policies import PRESETS, freeze_policy, policy_for, thaw_policy
from api.incidents.rules.progress import all_reported, dispatch_is_through, ends_loop, may_review, moment_between
from api.incidents.rules.states import OPEN_INCIDENT
from api.incidents.rules.views import coarse_distance_m, contact_view, sees_contact
from api.incidents.types import CallBackOutcome, IncidentKind, OfferState, Outcome, Part

pytestmark = pytest.mark.unit
NOW = datetime(2026, 3, 1, tzinfo=UTC)
DONE = Part(OfferState.DONE, Outcome.RESOLVED, False)
SILENT_DONE = Part(OfferState.DONE, None, False)
UNABLE = Part(OfferState.DONE, Outcome.UNABLE, False)
RETURNED = Part(OfferState.DONE, Outcome.RESOLVED, True)
WALKING = Part(OfferState.ON_THE_WAY, None, False)
EARLY = Part(OfferState.ARRIVED, Outcome.RESOLVED, False)


@pytest.mark.parametrize(
    ("parts", "ended", "filled", "through"),
    [
        ([DONE], False, True, True),
        ([DONE], False, False, True),  # one settled it: nobody else is disturbed
        ([UNABLE], False, False, False),  # the help is still missing
        ([UNABLE], False, True, True),
        ([UNABLE], True, False, True),
        ([UNABLE, DONE], False, False, True),
        ([SILENT_DONE], False, True, False),
        ([RETURNED], True, True, False),
        ([DONE, WALKING], False, True, False),
        ([DONE, EARLY], False, True, False),  # reported, but has not said it is over
        ([], False, False, False),
        ([], True, False, True),
    ],
)
def test_when_a_dispatch_is_through(parts, ended: bool, filled: bool, through: bool) -> None:
    assert dispatch_is_through(parts, ended=ended, filled=filled) is through


def test_review_needs_every_dispatch_and_at_least_one_report() -> None:
    assert all_reported([True, True], feedbacks=1)
    assert not all_reported([True, False], feedbacks=1)
    assert not all_reported([True], feedbacks=0)


def test_nobody_reviews_what_they_went_to() -> None:
    assert may_review(UUID(int=1), {UUID(int=2)})
    assert not may_review(UUID(int=2), {UUID(int=2)})


@pytest.mark.parametrize(
    ("outcome", "tries", "ends"),
    [
        (CallBackOutcome.REACHED, 1, True),
        (CallBackOutcome.NO_REQUESTER, 1, True),
        (CallBackOutcome.NOT_REACHED, 2, False),
        (CallBackOutcome.NOT_REACHED, 3, True),
    ],
)
def test_when_a_call_back_closes(outcome: CallBackOutcome, tries: int, ends: bool) -> None:
    assert ends_loop(outcome, tries=tries, allowed=3) is ends


@settings(deadline=None)  # a busy machine is no failure
@given(st.floats(0, 50_000), st.uuids())
def test_a_shown_distance_is_never_finer_than_500_metres(metres: float, incident_id: UUID) -> None:
    shown = coarse_distance_m(metres, incident_id)
    assert shown % 500 == 0
    assert shown >= 500
    assert shown - 1_000 <= round(metres) <= shown


def test_a_volunteer_recognises_the_requester_and_an_officer_can_call() -> None:
    assert not sees_contact({"volunteer"})
    assert sees_contact({"volunteer", "patrol_officer"})
    assert contact_view("李四", "+8613812345678", clear=False) == {
        "name": "李*", "phone": "138****5678", "masked": True
    }  # fmt: skip
    assert contact_view("李四", "+8613812345678", clear=True)["phone"] == "+8613812345678"
    assert contact_view(None, None, clear=False)["phone"] is None


@settings(deadline=None)  # a busy machine is no failure
@given(st.none() | st.timedeltas(timedelta(days=-3), timedelta(days=3)))
def test_a_phones_time_is_believed_between_the_offer_and_now(claim) -> None:
    offered = NOW - timedelta(hours=1)
    moment = moment_between(offered, None if claim is None else NOW + claim, NOW)
    assert offered <= moment <= NOW


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_every_kind_has_a_policy_that_reminds_of_every_open_state(kind: IncidentKind) -> None:
    policy = policy_for(kind)
    assert policy.kind is kind
    assert set(policy.overdue_s) == {state.value for state in OPEN_INCIDENT}
    assert min(policy.silence_s, policy.retry_s, policy.radius_m, policy.candidates, *policy.overdue_s.values()) > 0


@pytest.mark.parametrize("policy", PRESETS.values(), ids=lambda policy: policy.kind)
def test_a_frozen_policy_thaws_to_itself(policy) -> None:
    assert thaw_policy(freeze_policy(policy)) == policy


def test_a_policy_frozen_before_a_field_existed_takes_todays_value() -> None:
    frozen = freeze_policy(policy_for(IncidentKind.FIGHT, radius_m=777))
    del frozen["retry_s"]
    assert thaw_policy(frozen) == policy_for(IncidentKind.FIGHT, radius_m=777)
