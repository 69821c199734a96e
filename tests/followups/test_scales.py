"""Scales are versions of a station's own: what makes one, who may write it, and that running plans survive it."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.disputes.types import Colour
from api.followups.errors import BadScale, ScaleMoved
from api.followups.queries import plan_in, scale_for, scale_versions, scales_for, visits_of
from api.followups.rules.scales import PRINTED_ORDER, freeze_rules, scale_faults, thaw_rules
from api.followups.rules.subjects import SUBJECT_COLOURS
from api.followups.types import ANY, NewScale, Outcome, OutcomeRule, PlanState
from api.identity.types import Role
from tests.builders.followups import acting as service
from tests.builders.followups import as_person, at_time, first_visit, make_town, morning, open_plan, report

RULES = {Outcome.STRAINED: OutcomeRule(shift=1), Outcome.RELAPSED: OutcomeRule(to="red", restart=True)}
DRAFT = NewScale("hazard", ("red", "amber", "green"), RULES)


@pytest.fixture
def chief(monday, town):
    return as_person(monday, town, town.chief, Role.STATION_ADMIN)


@pytest.fixture
def mediator(monday, town):
    return as_person(at_time(monday, morning(10)), town, town.mediator, Role.MEDIATOR)


def faults(**changes) -> set[tuple[str, str]]:
    return {(issue.pointer, issue.code) for issue in scale_faults(replace(DRAFT, **changes))}


@pytest.mark.unit
@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"colours": ("red",)}, ("/colours", "colour_count")),
        ({"colours": ("red", "green", "green")}, ("/colours", "colour_twice")),
        ({"colours": ("yellow", "amber", "red")}, ("/colours", "gravest_first")),
        ({"rules": {Outcome.CALM: OutcomeRule(to="mauve")}}, ("/rules/calm/to", "unknown_colour")),
        ({"rules": {Outcome.CALM: OutcomeRule(to="red", shift=1)}}, ("/rules/calm/shift", "to_or_shift")),
        ({"rules": {Outcome.CALM: OutcomeRule(shift=-3)}}, ("/rules/calm/shift", "shift_range")),
        ({"rules": {Outcome.CALM: OutcomeRule(streak=2)}}, ("/rules/calm/streak", "streak_alone")),
        ({"rules": {Outcome.CALM: OutcomeRule(shift=1, streak=21)}}, ("/rules/calm/streak", "range")),
        ({"rules": {Outcome.CALM: OutcomeRule(tries=0)}}, ("/rules/calm/tries", "range")),
        ({"subject_kind": "dispute"}, ("/colours", "colours_fixed")),
        ({"subject_kind": ANY}, ("/colours", "colours_fixed")),
        ({"subject_kind": "dispute", "colours": (*PRINTED_ORDER, "black")}, ("/colours", "colours_fixed")),
    ],
)
def test_what_makes_no_scale(changes: dict, fault: tuple[str, str]) -> None:
    assert fault in faults(**changes)


@pytest.mark.unit
def test_what_makes_one() -> None:
    assert faults() == set()
    assert faults(subject_kind="dispute", colours=PRINTED_ORDER) == set()
    assert thaw_rules(freeze_rules(RULES)) == RULES


@pytest.mark.unit
def test_disputes_are_graded_with_the_colours_their_scale_must_have() -> None:
    assert SUBJECT_COLOURS["dispute"] == tuple(colour.value for colour in Colour)


def test_each_edit_is_the_next_version_of_the_stations_own(monday, chief, town) -> None:
    first = service.write_scale(chief, DRAFT)
    second = service.write_scale(chief, replace(DRAFT, colours=("red", "green"), replaces=1))
    assert (first.version, second.version, second.station_id) == (1, 2, town.station_id)
    assert scale_versions(chief.session, town.station_id, "hazard") == [second, first]
    assert scale_for(chief.session, town.station_id, "hazard") == second
    other = make_town(monday).station_id
    assert scale_for(chief.session, other, "hazard").subject_kind == ANY
    assert [scale.station_id for scale in scales_for(chief.session, other)] == [None]


@pytest.mark.parametrize("replaces", [0, 2])
def test_an_edit_of_an_old_version_is_refused(chief, replaces: int) -> None:
    service.write_scale(chief, DRAFT)
    with pytest.raises(ScaleMoved):
        service.write_scale(chief, replace(DRAFT, replaces=replaces))


def test_what_makes_no_scale_is_refused_with_its_places(chief) -> None:
    with pytest.raises(BadScale) as refused:
        service.write_scale(chief, replace(DRAFT, colours=("amber", "green")))
    assert [issue.pointer for issue in refused.value.issues] == ["/rules/relapsed/to"]


def test_a_written_version_cannot_be_changed_even_by_the_server(chief) -> None:
    service.write_scale(chief, DRAFT)
    with pytest.raises(ProgrammingError, match="permission denied"), chief.session.begin_nested():
        chief.session.execute(text("UPDATE visit_scales SET colours = ARRAY['x']"))


@pytest.mark.parametrize(
    "rule", [OutcomeRule(restart=True), OutcomeRule(shift=1), OutcomeRule(shift=1, restart=True), OutcomeRule(to="red")]
)
def test_a_plan_whose_colour_the_scale_has_dropped_goes_on(monday, chief, mediator, town, rule) -> None:
    plan_id = open_plan(monday, town, kind="hazard", colour="yellow")
    service.write_scale(chief, replace(DRAFT, rules={Outcome.STRAINED: rule}))
    contact = service.report_contact(
        mediator, first_visit(monday, plan_id).id, report(morning(10), outcome=Outcome.STRAINED)
    )
    plan = plan_in(monday.session, town.station_id, plan_id)
    assert (contact.counted, plan.state, plan.colour) == (True, PlanState.RUNNING, rule.to or "yellow")
    assert len(visits_of(monday.session, plan_id)) > 3 or not (rule.restart or rule.to)
    service.regrade_plan(mediator, plan_id, colour="green", why="a person's word")
    assert plan_in(monday.session, town.station_id, plan_id).colour == "green"
