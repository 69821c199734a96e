"""Plan templates are versions: a plan keeps the one it was made from."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.followups.errors import BadSteps, TemplateMoved, UnknownColour
from api.followups.queries import plan_in, template_versions, templates_for, visits_of
from api.followups.rules.choice import pick_template
from api.followups.types import ANY, Mode, NewTemplate, Step, Template, VisitState
from api.identity.types import Role
from tests.builders.followups import (
    acting as service,
)
from tests.builders.followups import as_person, at_time, make_town, morning, open_plan, run_at

STEPS = (Step(2, Mode.VISIT), Step(5, Mode.TELEPHONE))
DRAFT = NewTemplate("dispute", "yellow", "黄色", "Yellow", STEPS)


@pytest.fixture
def chief(monday, town):
    return as_person(monday, town, town.chief, Role.STATION_ADMIN)


def test_a_template_edited_while_visits_run_changes_only_what_is_planned_afterwards(monday, chief, town) -> None:
    running = open_plan(monday, town)
    before = visits_of(monday.session, running)
    template = service.write_template(chief, DRAFT)
    run_at(monday, morning(10))
    after = visits_of(monday.session, running)
    assert [visit.target_on for visit in after] == [visit.target_on for visit in before]
    assert plan_in(monday.session, town.station_id, running).template_id != template.id
    assert [visit.target_on.day for visit in visits_of(monday.session, open_plan(monday, town))] == [11, 16]


def test_each_edit_is_the_next_version_and_none_is_lost(chief, town) -> None:
    service.write_template(chief, DRAFT)
    second = service.write_template(chief, replace(DRAFT, replaces=1, steps=STEPS[:1]))
    versions = template_versions(chief.session, town.station_id, subject_kind="dispute", colour="yellow")
    assert [version.version for version in versions] == [2, 1]
    assert second in templates_for(chief.session, town.station_id)


@pytest.mark.parametrize("replaces", [0, 2])
def test_an_edit_of_an_old_version_is_refused(chief, replaces: int) -> None:
    service.write_template(chief, DRAFT)
    with pytest.raises(TemplateMoved):
        service.write_template(chief, replace(DRAFT, replaces=replaces))


def test_steps_that_make_no_plan_are_refused_with_their_places(chief) -> None:
    with pytest.raises(BadSteps) as refused:
        service.write_template(chief, replace(DRAFT, steps=STEPS[::-1]))
    assert [issue.pointer for issue in refused.value.issues] == ["/steps/1/offset"]


def test_a_colour_off_the_scale_is_refused(chief) -> None:
    with pytest.raises(UnknownColour):
        service.write_template(chief, replace(DRAFT, colour="mauve"))


def test_a_stations_template_is_no_other_stations(monday, chief, town) -> None:
    service.write_template(chief, DRAFT)
    other = make_town(monday)
    assert {template.station_id for template in templates_for(monday.session, other.station_id)} == {None}


def test_a_written_version_cannot_be_changed_even_by_the_server(chief) -> None:
    template = service.write_template(chief, DRAFT)
    with pytest.raises(ProgrammingError, match="permission denied"), chief.session.begin_nested():
        chief.session.execute(text("UPDATE visit_templates SET zh = 'x' WHERE id = :id"), {"id": template.id})


def test_a_regrade_takes_the_version_of_that_day(monday, chief, town) -> None:
    plan_id = open_plan(monday, town, colour="blue")
    service.write_template(chief, DRAFT)
    service.regrade_plan(at_time(monday, morning(10)), plan_id, colour="yellow", why="a quarrel")
    ahead = [visit for visit in visits_of(monday.session, plan_id) if visit.state is VisitState.PLANNED]
    assert [visit.target_on.day for visit in ahead] == [10, 11, 16]  # day one has come, the rest is the new template's


STATION, OTHER = UUID(int=1), UUID(int=2)
TEMPLATES = st.builds(
    Template, st.uuids(), st.sampled_from([None, STATION, OTHER]), st.sampled_from([ANY, "dispute", "child"]),
    st.sampled_from([ANY, "red", "blue"]), st.integers(1, 3), st.just("x"), st.just("x"), st.just(STEPS),
)  # fmt: skip


@pytest.mark.unit
@settings(max_examples=40)
@given(templates=st.lists(TEMPLATES))
def test_the_choice_never_takes_what_is_meant_for_others(templates: list[Template]) -> None:
    found = pick_template(templates, STATION, "dispute", "red")
    fitting = [
        each
        for each in templates
        if each.station_id != OTHER and each.subject_kind in (ANY, "dispute") and each.colour in (ANY, "red")
    ]
    assert (found is None) == (not fitting)
    if found is not None:
        assert found in fitting
        assert found.station_id == STATION or all(each.station_id is None for each in fitting)
