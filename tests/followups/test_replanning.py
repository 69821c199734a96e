"""A change of colour replaces the future and nothing else."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.followups.rules.replanning import plan_visits, replan_future
from api.followups.rules.working_days import CHINA
from api.followups.types import NOBODY, Mode, Step, Visit, VisitState
from tests.followups.calendars import MOMENTS, moments_after, steps

pytestmark = pytest.mark.unit
STATES = st.sampled_from(VisitState)


@st.composite
def followed(draw):
    """A settlement, its visits in any states, the moment of the change, and the new steps."""
    settled_at = draw(MOMENTS)
    planned = plan_visits(draw(steps()), settled_at, CHINA)
    visits = [visit(number, each.timing, draw(STATES)) for number, each in enumerate(planned, 1)]
    return settled_at, visits, draw(moments_after(settled_at)), draw(steps())


def visit(number: int, timing, state: VisitState) -> Visit:
    nobody = UUID(int=0)
    return Visit(
        id=UUID(int=number), station_id=nobody, plan_id=nobody, subject_kind="dispute", subject_id=nobody, label="",
        colour="yellow", round=1, number=number, mode=Mode.VISIT, role="owner", state=state,
        target_on=timing.target_on, due_at=timing.due_at, overdue_at=timing.overdue_at, provisional=False, level=0,
        owner=NOBODY, done_at=None, outcome=None, waive_reason=None,
    )  # fmt: skip


@settings(max_examples=40)
@given(case=followed(), graver=st.booleans())
def test_a_regrade_never_touches_a_past_visit(case, graver: bool) -> None:
    settled_at, visits, now, new_steps = case
    change = replan_future(visits, new_steps, settled_at, now, CHINA, graver=graver)
    for each in visits:
        if each.id in change.drop:
            assert each.state is VisitState.PLANNED
            assert each.due_at > now
        else:
            assert each.state is not VisitState.PLANNED or each.due_at <= now


@settings(max_examples=40)
@given(case=followed(), graver=st.booleans())
def test_what_a_regrade_adds_lies_ahead(case, graver: bool) -> None:
    settled_at, visits, now, new_steps = case
    change = replan_future(visits, new_steps, settled_at, now, CHINA, graver=graver)
    assert all(planned.timing.due_at >= now >= settled_at for planned in change.add)
    assert all(planned.timing.overdue_at > now for planned in change.add)


@settings(max_examples=40)
@given(case=followed())
def test_a_graver_colour_never_leaves_nothing_ahead(case) -> None:
    settled_at, visits, now, new_steps = case
    assert replan_future(visits, new_steps, settled_at, now, CHINA, graver=True).add


def test_a_milder_colour_may_leave_nothing() -> None:
    settled_at = datetime(2026, 3, 2, 2, tzinfo=UTC)
    only = (Step(1, Mode.TELEPHONE),)
    assert not replan_future([], only, settled_at, settled_at + timedelta(days=30), CHINA, graver=False).add


@settings(max_examples=40)
@given(steps=steps(), settled_at=MOMENTS, data=st.data())
def test_an_old_case_is_planned_without_what_is_over(steps, settled_at: datetime, data) -> None:
    now = data.draw(moments_after(settled_at))
    kept = plan_visits(steps, settled_at, CHINA, ends_after=now)
    assert all(planned.timing.overdue_at > now for planned in kept)
    over = {planned.step_no for planned in plan_visits(steps, settled_at, CHINA)} - {each.step_no for each in kept}
    timings = {each.step_no: each.timing for each in plan_visits(steps, settled_at, CHINA)}
    assert all(timings[number].overdue_at <= now for number in over)
