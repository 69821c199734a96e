"""What a change of colour does to a plan: future visits are replaced, everything else stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.followups.rules.schedule import schedule_step
from api.followups.rules.working_days import WorkCalendar
from api.followups.types import Step, Timing, Visit, VisitState


@dataclass(frozen=True)
class Planned:
    """A visit to be: which step of the template, counted from when, and its clocks."""

    step_no: int
    step: Step
    anchored_at: datetime
    timing: Timing


@dataclass(frozen=True)
class Replan:
    """Ids of visits that are dropped, and what takes their place."""

    drop: tuple[UUID, ...]
    add: tuple[Planned, ...]


def plan_visits(
    steps: Sequence[Step], settled_at: datetime, calendar: WorkCalendar, *, ends_after: datetime | None = None
) -> list[Planned]:
    """Every step as a visit; with `ends_after` only those whose window ends later than that."""
    planned = [
        Planned(number, step, settled_at, schedule_step(step, settled_at, calendar))
        for number, step in enumerate(steps)
    ]
    return [visit for visit in planned if ends_after is None or visit.timing.overdue_at > ends_after]


def future_visits(visits: Sequence[Visit], now: datetime) -> list[Visit]:
    """The visits a change may still replace: planned, and not due before `now`."""
    return [visit for visit in visits if visit.state is VisitState.PLANNED and visit.due_at > now]


def replan_future(
    visits: Sequence[Visit], steps: Sequence[Step], settled_at: datetime, now: datetime, calendar: WorkCalendar,
    *, graver: bool,
) -> Replan:  # fmt: skip
    """Replace the future visits by the future part of another template, counted from the same settlement.

    A graver colour never leaves a subject without a visit: when the new plan has nothing ahead, its first step is
    counted from now.
    """
    drop = tuple(visit.id for visit in future_visits(visits, now))
    add = [visit for visit in plan_visits(steps, settled_at, calendar) if visit.timing.due_at > now]
    if not add and graver:
        add = plan_visits(steps, now, calendar)[:1]
    return Replan(drop, tuple(add))
