"""The score: a sum with reasons, by weights that are data."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api.disputes.errors import CaseOver
from api.disputes.queries.standards import deadlines_for, weights_for
from api.disputes.rules.scores import KNOWN, ScoreFacts, colour_of, faults_in_weights, grade
from api.disputes.rules.standards import Weights
from api.disputes.service import edit_case, set_colour, show_scores, take_colour, write_standard
from api.disputes.service.steps import move_case, own_dispute
from api.disputes.types import CaseEdit, CaseStep, Colour, RiskSign, StandardKind
from api.followups.queries import plan_of
from api.followups.service import open_plan
from api.followups.types import PlanOrder, SubjectRef
from api.kernel.errors import Invalid
from tests.builders.disputes import Office, make_case, make_office

WEIGHTS = Weights(
    id=UUID(int=1), version=1, weights={"weapon": 35, "repeat_call": 8, "people": 1, "amount": 5, "minor": 10},
    most={"repeat_call": 20}, people_from=6, amount_from=100_000,
    colours={Colour.RED: 60, Colour.ORANGE: 40, Colour.YELLOW: 20, Colour.BLUE: 8, Colour.WHITE: 0},
)  # fmt: skip


@pytest.mark.unit
def test_a_quiet_case_is_white_and_has_no_reasons() -> None:
    assert grade(ScoreFacts(), WEIGHTS) == (0, Colour.WHITE, ())


@pytest.mark.unit
def test_reasons_are_bounded_named_and_add_up() -> None:
    facts = ScoreFacts(frozenset({"weapon"}), repeat_calls=9, people_count=8, amount=Decimal(100_000))
    found = grade(facts, WEIGHTS)
    assert [(reason.reason, reason.weight) for reason in found.reasons] == [
        ("weapon", 35), ("repeat_call", 20), ("amount", 5), ("people", 3),
    ]  # fmt: skip
    assert (found.score, found.colour) == (63, Colour.RED)
    assert {reason.reason: reason.evidence for reason in found.reasons}["repeat_call"] == "9"


@pytest.mark.unit
@settings(max_examples=80)
@given(
    signs=st.frozensets(st.sampled_from([sign.value for sign in RiskSign])),
    calls=st.integers(0, 50), people=st.integers(1, 500), pair=st.integers(0, 20),
)  # fmt: skip
def test_the_score_is_the_sum_of_its_reasons_and_one_more_call_never_lowers_it(signs, calls, people, pair) -> None:
    facts = ScoreFacts(signs, repeat_calls=calls, people_count=people, same_pair=pair, same_party=pair)
    found = grade(facts, WEIGHTS)
    assert found.score == sum(reason.weight for reason in found.reasons)
    assert grade(replace(facts, repeat_calls=calls + 1), WEIGHTS).score >= found.score
    assert found.colour is colour_of(found.score, WEIGHTS)


@pytest.mark.unit
def test_weights_must_name_known_reasons_and_rising_colours() -> None:
    body = {"weights": {"weapon": 1, "moon": 2}, "colours": {"red": 1, "orange": 1, "yellow": 0, "blue": 0, "white": 0}}
    assert {issue.code for issue in faults_in_weights(body)} == {"reason_unknown", "colours_not_rising"}
    assert {issue.code for issue in faults_in_weights({"weights": {}, "colours": {"red": 1}})} == {"colour_missing"}


@pytest.fixture
def office(ctx) -> Office:
    return make_office(ctx)


def colour(ctx, dispute_id) -> str:
    return ctx.session.execute(text("SELECT colour FROM disputes WHERE id = :id"), {"id": dispute_id}).scalar_one()


def test_the_presets_know_every_reason_and_every_sign(office: Office) -> None:
    weights = weights_for(office.base.session, office.station_id)
    assert set(weights.weights) == KNOWN
    assert {sign.value for sign in RiskSign} <= KNOWN
    assert deadlines_for(office.base.session, office.station_id).climbs == (1, 2, 4)


def test_an_edit_scores_anew_and_the_history_stays(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    edit_case(office.mediator.ctx, CaseEdit(dispute_id, 1, {"signs": frozenset({RiskSign.WEAPON, RiskSign.INJURY})}))
    assert colour(office.base, dispute_id) == "red"
    scores = show_scores(office.mediator.ctx, dispute_id)
    assert [score["colour"] for score in scores] == ["red", "white"]
    assert [reason["reason"] for reason in scores[0]["reasons"]] == ["weapon", "injury"]


def test_a_colour_set_by_hand_stays_until_it_is_given_back(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx, signs=frozenset({RiskSign.WEAPON, RiskSign.INJURY}))
    set_colour(office.mediator.ctx, dispute_id, Colour.BLUE, note="双方已和好")
    edit_case(office.mediator.ctx, CaseEdit(dispute_id, 2, {"people_count": 30}))
    assert colour(office.base, dispute_id) == "blue"
    newest = show_scores(office.mediator.ctx, dispute_id)
    assert (newest[0]["score"], newest[0]["by_hand"]) == (75, True)
    assert newest[1]["note"] == "双方已和好"
    set_colour(office.mediator.ctx, dispute_id, None, note="又起争执")
    assert colour(office.base, dispute_id) == "red"


def test_the_reason_in_words_is_for_the_people_of_the_case(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    set_colour(office.mediator.ctx, dispute_id, Colour.RED, note="王小明扬言报复")
    assert show_scores(office.other.ctx, dispute_id)[0]["note"] is None


def test_an_ended_case_keeps_its_colour(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    ctx = office.mediator.ctx
    move_case(ctx, own_dispute(ctx, dispute_id), CaseStep.WITHDRAW, reason="settled_privately")
    with pytest.raises(CaseOver):
        set_colour(ctx, dispute_id, Colour.RED, note="-")


def test_a_station_writes_its_own_weights_and_others_keep_theirs(ctx, office: Office) -> None:
    weights = weights_for(ctx.session, office.station_id)
    body = {
        "weights": {**weights.weights, "alcohol": 70}, "most": dict(weights.most), "people_from": 6,
        "amount_from": 100_000, "colours": {colour.value: least for colour, least in weights.colours.items()},
    }  # fmt: skip
    written = write_standard(office.chief.ctx, StandardKind.WEIGHTS, body)
    assert written.version == weights.version + 1
    drunk = frozenset({RiskSign.ALCOHOL})
    assert colour(ctx, make_case(office.mediator.ctx, signs=drunk)) == "red"
    assert colour(ctx, make_case(make_office(ctx).mediator.ctx, signs=drunk)) == "blue"
    with pytest.raises(Invalid):
        write_standard(office.chief.ctx, StandardKind.WEIGHTS, {**body, "weights": {"moon": 1}})


def test_deadlines_name_every_state_with_a_clock(office: Office) -> None:
    body = {"states": {"reported": 2}, "climbs": [1, 2, 4], "pair_days": 60, "history_days": 730, "reopen_days": 180}
    with pytest.raises(Invalid):
        write_standard(office.chief.ctx, StandardKind.DEADLINES, body)


def test_a_colour_taken_from_a_contact_is_not_overwritten(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    ctx = office.mediator.ctx
    take_colour(ctx, own_dispute(ctx, dispute_id), Colour.RED, note="contact")
    edit_case(ctx, CaseEdit(dispute_id, 2, {"people_count": 3}))
    assert colour(office.base, dispute_id) == "red"


def test_a_settled_cases_visits_follow_its_colour(office: Office) -> None:
    dispute_id = make_case(office.mediator.ctx)
    ctx = office.mediator.ctx
    head = own_dispute(ctx, dispute_id)
    for step in (CaseStep.ACCEPT, CaseStep.BEGIN, CaseStep.SETTLE):
        head = move_case(ctx, head, step)
    subject = SubjectRef("dispute", dispute_id, office.station_id, label=head.ref)
    open_plan(ctx, PlanOrder(subject, ctx.now, "white"))
    edit_case(ctx, CaseEdit(dispute_id, 1, {"signs": frozenset({RiskSign.WEAPON, RiskSign.INJURY})}))
    assert plan_of(ctx.session, "dispute", dispute_id).colour == "red"
    set_colour(ctx, dispute_id, Colour.YELLOW, note="已和好")
    assert plan_of(ctx.session, "dispute", dispute_id).colour == "yellow"
